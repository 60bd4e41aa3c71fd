"""Conversations that were listened to are estimated: how likely it is that the user was dissatisfied.

A stage behind that of the signals, see `tracing.stages`. Where a project is fitted anew its older conversations follow
in the background, the latest first.
"""

import time
from collections.abc import Sequence

from feedback.asking import strike_praise
from feedback.outlooks import keep_outlooks
from feedback.satisfaction import estimate_conversations, tabulate
from feedback.satisfaction_fits import Fitted, find_basis, find_fit
from feedback.satisfaction_records import (
    Estimate,
    Known,
    load_known_of,
    load_told_versions,
    read_estimates,
    write_estimates,
)
from tracing.ingest import is_busy
from tracing.models import Project
from tracing.reprocessing import is_behind
from tracing.stages import STOPPING, Courtesy, Key, Stage, do_all, group_by_project
from tracing.store import Store

ESTIMATES = Stage(
    "satisfaction", "feedback/sql/changed_hearings.sql", "feedback/sql/lag_of_estimates.sql", batch_size=500
)
AGAIN = "estimating again"
AGAIN_CONVERSATIONS = 1_000
PATIENCE_SECONDS = 10.0
TURN_SECONDS = 1.0

COURTESY = Courtesy(PATIENCE_SECONDS)
_done: dict[int, str] = {}
"""By project, the basis for which nothing is left."""


def forget_done() -> None:
    """Look again whether anything is left, as a new process does."""
    _done.clear()


def estimate_changed(store: Store) -> int:
    """One batch of the stage `satisfaction`; the number of conversations done."""
    return ESTIMATES.run(store, lambda keys: estimate_keys(store, keys))


def estimate_keys(store: Store, keys: Sequence[Key]) -> None:
    """Estimate these conversations (project, conversation id) anew; those that are gone, or that a machine leads, lose
    their estimate."""
    for project_id, conversation_ids in group_by_project(keys).items():
        version = time.time_ns() // 1000
        told_versions = load_told_versions(store, project_id, conversation_ids)  # first: what comes now is done again
        known = load_known_of(store, project_id, conversation_ids)
        estimates = estimate_known(find_fit(project_id), known)
        gone = set(conversation_ids) - estimates.keys()
        write_estimates(store, project_id, estimates, told_versions, sorted(gone), version)
        keep_outlooks(store, project_id, estimates, gone)


def estimate_known(fitted: Fitted, known: Known) -> dict[str, Estimate]:
    """What a project's model says of these conversations, by id."""
    if not known.facts:
        return {}
    found, unpraised = (
        estimate_conversations(fitted.satisfaction, tabulate(*told, fitted.satisfaction.defaults))
        for told in ((known.facts, known.verdicts), strike_praise(known.facts, known.verdicts))
    )
    is_fitted = fitted.satisfaction.is_explicit
    return read_estimates(known.facts, found, unpraised, is_fitted=is_fitted, basis=fitted.basis)


def estimate_again_for_a_while(store: Store) -> None:
    """One batch after the other until nothing waits, or until it is the turn of stages; what came in goes first."""
    until = time.monotonic() + TURN_SECONDS
    while estimate_next(store) and time.monotonic() < until:
        estimate_changed(store)


def estimate_next(store: Store) -> int:
    """One batch of the first project that has any whose estimates are of an older fit; the number of conversations."""
    if STOPPING.is_set() or COURTESY.gives_way(others_are_busy=is_busy() or is_behind(store)):
        return 0
    for project_id in Project.objects.order_by("pk").values_list("pk", flat=True):
        basis = find_basis(project_id)
        if _done.get(project_id) != basis and (count := estimate_again(store, project_id, basis)):
            return count
    return 0


def estimate_again(store: Store, project_id: int, basis: str) -> int:
    path = "feedback/sql/outdated_estimates.sql"
    rows = store.query(path, project_id=project_id, basis=basis, limit=AGAIN_CONVERSATIONS)
    if not rows:
        _done[project_id] = basis
        return 0
    with ESTIMATES.hold() as held:
        if not held:
            return 0
        do_all(AGAIN, lambda keys: estimate_keys(store, keys), [(project_id, row["conversation_id"]) for row in rows])
    return len(rows)
