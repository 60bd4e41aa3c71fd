"""Celery's edges of `drift`."""

from celery import shared_task

from drift.delivering.queue import COURIER


@shared_task(name="drift.deliver")
def deliver() -> None:
    """Send the alerts that wait."""
    COURIER.look()
