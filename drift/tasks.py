"""Celery's edges of `drift`."""
