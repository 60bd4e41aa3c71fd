"""The door by which feedback that was told over REST is kept: it is in the store when these return, or they raise.

Rows go the way of spans (`tracing.ingest`): many requests make one insert, and the store's clock says which was last.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from feedback.explicit import Feedback
from feedback.records import load_feedback_targets, to_feedback_columns
from feedback.told import TARGETS, Withdrawal
from tracing.access.limits import LaterError
from tracing.ingest import get_ingest
from tracing.masking_rules import make_masker, mask_id
from tracing.receive.decoding import ColumnBatch
from tracing.store import get_store

RETRY_AFTER_S = 1
IDS = ("identifier", "conversation_id", "message_id")
"""Of feedback, those that an app makes itself."""


def keep_feedback(project_id: int, told: Sequence[Feedback | Withdrawal]) -> None:
    """Keep feedback of one project; the same identifier again replaces, and of one list the last holds.

    Raises LaterError where nothing was kept.
    """
    latest = {each.identifier: each for each in mask_ids(project_id, told)}
    known = load_feedback_targets(get_store(), project_id, list(latest))
    kept = [each for each in latest.values() if isinstance(each, Feedback)]
    commit(kept, [before for each in known.values() for before in find_gone(each, latest[each.identifier])])


def find_gone(before: Feedback, told: Feedback | Withdrawal) -> list[Feedback]:
    """What is no more once this is told: feedback that is withdrawn, or that it was about another answer."""
    if isinstance(told, Withdrawal):
        return [before]
    return [mark_left(before)] if list_ids(before) != list_ids(told) else []


def withdraw_feedback(project_id: int, identifier: str) -> bool:
    """Withdraw feedback; whether there was any. Raises LaterError where it still stands."""
    known = load_feedback_targets(get_store(), project_id, [mask_id(project_id, identifier)])
    commit([], known.values())
    return bool(known)


def mask_ids(project_id: int, told: Sequence[Feedback | Withdrawal]) -> list[Feedback | Withdrawal]:
    """With the ids under which spans and earlier feedback are stored; texts are masked on their way into the store."""
    masker = make_masker(project_id)

    def mask(each: Feedback | Withdrawal) -> Feedback | Withdrawal:
        if isinstance(each, Withdrawal):
            return Withdrawal(masker.mask_id(each.identifier))
        ids: dict[str, Any] = {name: masker.mask_id(getattr(each, name), name) for name in IDS}
        return replace(each, **ids)

    return [mask(each) for each in told]


def list_ids(feedback: Feedback) -> list[str]:
    return [getattr(feedback, target) for target in TARGETS]


def mark_left(feedback: Feedback) -> Feedback:
    """What tells the stage of signals that feedback is no longer about this; no identifier holds a line break."""
    digest = hashlib.sha256("\n".join(list_ids(feedback)).encode()).hexdigest()[:16]
    return replace(feedback, identifier=f"{feedback.identifier}\n{digest}")


def commit(told: Sequence[Feedback], gone: Collection[Feedback]) -> None:
    columns = to_feedback_columns([*told, *gone]) | {"is_deleted": [0] * len(told) + [1] * len(gone)}
    try:
        get_ingest().commit("feedback", ColumnBatch(columns))
    except Exception as error:  # whatever it was, nothing was kept, and the sender must hear it
        message = "The store did not take the feedback; nothing was kept. Send it again."
        raise LaterError(503, message, RETRY_AFTER_S) from error
