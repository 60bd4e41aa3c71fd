"""Celery's edges of `drift`."""

from celery import shared_task

from drift.delivering.queue import COURIER
from drift.recording.stage import LEDGER, record_changed_calls
from tracing.store import get_store


@shared_task(name="drift.deliver")
def deliver() -> None:
    """Send the alerts that wait."""
    COURIER.look()


@shared_task(name="drift.record")
def record() -> None:
    """Read what calls were made with; what changed becomes an event."""
    LEDGER.run_for_a_while(lambda: record_changed_calls(get_store()))
