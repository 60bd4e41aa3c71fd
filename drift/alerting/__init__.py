"""Who is told of what: rules find things, each becomes an alert with a life, and its targets hear of it.

`life.py` is where to begin; `rules/` has one file for each kind of rule, `passes.py` has them looked at.
"""
