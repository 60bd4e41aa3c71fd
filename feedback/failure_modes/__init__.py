"""Failing turns come in, a few named failure modes that keep their identity go out; no store, no Django.

`grouping` groups and names any texts. Of turns, `cases` makes vectors, `catalogue` finds the modes that they belong to,
`descriptions` tells what a person reads, and `verification` whether a fix worked. How, and when it fails:
`docs/failure-modes.md`. Nothing is imported here: some of it loads SciPy, which servers are not to wait for.
"""
