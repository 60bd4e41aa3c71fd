"""Regression cases: failures that reviewers verified come in, tests that the next release is to pass go out.

`checks.py` and `runner.py` go out as they stand, beside the cases; so they need nothing but Python and pytest.
"""
