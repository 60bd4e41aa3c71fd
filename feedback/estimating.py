"""Conversations that were listened to are estimated: how likely it is that the user was dissatisfied.

A stage behind that of the signals, see `tracing.stages`. Where a project is fitted anew its older conversations follow
in the background, the latest first.
"""

import time
from collections.abc import Sequence

from feedback.asking import strike_praise
from feedback.catching_up import CatchUp
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
from tracing.stages import Key, Pace, Stage, group_by_project
from tracing.store import Store

ESTIMATES = Stage(
    "satisfaction", "feedback/sql/changed_hearings.sql", "feedback/sql/lag_of_estimates.sql", batch_size=500
)
AGAIN_CONVERSATIONS = 1_000


def estimate_changed(store: Store) -> int:
    """One batch of the stage `satisfaction`; the number of conversations done."""
    return ESTIMATES.run(store, lambda keys: estimate_keys(store, keys))


def estimate_for_a_while(store: Store) -> int:
    """1 where anything was done."""
    return int(ESTIMATES.run_for_a_while(lambda: estimate_changed(store)))


PACE = Pace(estimate_for_a_while, rest_factor=0)


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


ESTIMATING_AGAIN = CatchUp(
    "estimating again",
    ESTIMATES,
    "feedback/sql/outdated_estimates.sql",
    AGAIN_CONVERSATIONS,
    find_basis,
    estimate_keys,
    estimate_changed,
)
