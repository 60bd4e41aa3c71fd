"""Failure modes of projects: which turns failed, which modes they belong to, and what becomes of each mode.

What needs neither store nor Django stands in `feedback.failure_modes`.
"""
