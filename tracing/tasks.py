"""Celery's edges of `tracing`: each runs one batch, and again at once while there is more."""

from celery import shared_task

from tracing.derivation import READING
from tracing.derivation import read_changed_traces as read_batch
from tracing.store import get_store


@shared_task(name="tracing.read_changed_traces")
def read_changed_traces() -> None:
    """Read the traces that changed until a batch is not full."""
    while read_batch(get_store()) == READING.batch_size:
        pass
