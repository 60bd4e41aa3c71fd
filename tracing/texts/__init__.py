"""Texts that are not kept: what of a span, a log record or feedback is text, and what stands in its place."""
