"""Conversations are listened to again where the detectors, their versions or a project's settings changed.

The latest come first, behind what comes in, and in the place of the stage `signals`. What was cut off is done again,
which changes nothing.
"""

import time

from django.db import transaction
from django.utils import timezone

from feedback.derivation import SIGNALS, derive_changed_signals, derive_signals, find_basis
from feedback.models import Listening
from tracing.ingest import is_busy
from tracing.models import Project
from tracing.reprocessing import is_behind
from tracing.stages import STOPPING, Courtesy, do_all
from tracing.store import Store

NAME = "listening"
BATCH_CONVERSATIONS = 200
PATIENCE_SECONDS = 10.0
TURN_SECONDS = 1.0

COURTESY = Courtesy(PATIENCE_SECONDS)
_done: dict[int, str] = {}
"""By project, the basis for which nothing is left."""


def forget_done() -> None:
    """Look again whether anything is left, as a new process does."""
    _done.clear()


def listen_for_a_while(store: Store) -> None:
    """One batch after the other until nothing waits, or until it is the turn of stages; what came in goes first."""
    until = time.monotonic() + TURN_SECONDS
    while listen_next(store) and time.monotonic() < until:
        derive_changed_signals(store)


def listen_next(store: Store) -> int:
    """One batch of the first project that has any; the number of conversations."""
    if STOPPING.is_set() or COURTESY.gives_way(others_are_busy=is_busy() or is_behind(store)):
        return 0
    for project_id in Project.objects.order_by("pk").values_list("pk", flat=True):
        basis = find_basis(project_id)
        if _done.get(project_id) != basis and (count := listen_again(store, project_id, basis)):
            return count
    return 0


def listen_again(store: Store, project_id: int, basis: str) -> int:
    """One batch of a project; the number of conversations."""
    bound = {"project_id": project_id, "basis": basis}
    rows = store.query("feedback/sql/outdated_conversations.sql", limit=BATCH_CONVERSATIONS, **bound)
    tell_progress(store, project_id, basis, waits=bool(rows))
    if not rows:
        _done[project_id] = basis
        return 0
    with SIGNALS.hold() as held:
        if not held:
            return 0
        do_all(NAME, lambda keys: derive_signals(store, keys), [(project_id, row["conversation_id"]) for row in rows])
    return len(rows)


def tell_progress(store: Store, project_id: int, basis: str, *, waits: bool) -> None:
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
