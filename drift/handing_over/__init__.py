"""Conversations that need a person now are handed over: what was heard of late comes in, a webhook is called.

`reasons` says when (pure), `deriving` is the stage behind that of the signals which does it.
"""
