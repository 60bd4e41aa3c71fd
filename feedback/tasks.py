"""Celery's edges of `feedback`: each runs one batch, and again at once while there is more."""

from celery import shared_task

from feedback.derivation import FEEDBACK, SIGNALS, derive_changed_signals, read_changed_feedback
from tracing.store import get_store


@shared_task(name="feedback.read_feedback")
def read_feedback() -> None:
    """Read the feedback that came until a batch is not full."""
    while read_changed_feedback(get_store()) == FEEDBACK.batch_size:
        pass


@shared_task(name="feedback.derive_signals")
def derive_signals() -> None:
    """Listen to the conversations that changed until a batch is not full."""
    while derive_changed_signals(get_store()) == SIGNALS.batch_size:
        pass
