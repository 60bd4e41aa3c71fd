"""The ledger at work: calls that came in go through `drift.ledger`, and what changed stands as events in Django's
database.

`stage.py` is where to begin.
"""
