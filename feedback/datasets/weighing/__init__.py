"""Rows come in as outlines, those that stay go out: duplicates, caps, balance, and the split."""
