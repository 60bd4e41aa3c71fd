"""Conversations are listened to again where the detectors, their versions or a project's settings changed."""

from django.db import transaction
from django.utils import timezone

from feedback.catching_up import CatchUp
from feedback.derivation import SIGNALS, derive_changed_signals, derive_signals, find_basis
from feedback.models import Listening
from tracing.store import Store

NAME = "listening"
BATCH_CONVERSATIONS = 200


def tell_progress(store: Store, project_id: int, basis: str, waits: bool) -> None:
    """Write down how many are left, for pages and REST of any process."""
    path = "feedback/sql/outdated_count.sql"
    waiting = store.query(path, project_id=project_id, basis=basis)[0]["conversations"] if waits else 0
    with transaction.atomic():
        told, _ = Listening.objects.select_for_update().get_or_create(
            project_id=project_id, defaults={"basis": basis, "since": timezone.now()}
        )
        if told.basis != basis or not told.waiting:
            told.since = timezone.now()
        told.basis, told.waiting = basis, waiting
        told.save()


def measure_lag(project_id: int) -> float:
    """Seconds since the change for which conversations of a project are still to be listened to; 0 where none waits."""
    waiting = Listening.objects.filter(project_id=project_id, waiting__gt=0).first()
    return max(0.0, (timezone.now() - waiting.since).total_seconds()) if waiting else 0.0


LISTENING_AGAIN = CatchUp(
    NAME,
    SIGNALS,
    "feedback/sql/outdated_conversations.sql",
    BATCH_CONVERSATIONS,
    find_basis,
    lambda store, keys: derive_signals(store, keys),
    derive_changed_signals,
    tell_progress,
)
