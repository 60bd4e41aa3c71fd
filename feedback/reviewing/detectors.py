"""How right detectors are by what reviewers said, from the store."""

from collections.abc import Mapping
from typing import Any

from feedback.review.measuring import ASKED, KINDS, Heard, Reviewed
from feedback.review.questions import Question
from tracing.store import Store

EVER_US = 2**63 - 1


def load_reviewed(store: Store, project_id: int, *, until_us: int = EVER_US) -> list[Reviewed]:
    """Messages and answers that were settled until then (in microseconds since the epoch), with the signals that stand
    there today, in the order of conversations and turns."""
    rows = store.query(
        "feedback/sql/reviewed_signals.sql",
        project_id=project_id,
        questions=[question.value for question in ASKED],
        kinds=list(KINDS),
        until_us=until_us,
    )
    return [read_reviewed(row) for row in rows]


def read_reviewed(row: Mapping[str, Any]) -> Reviewed:
    return Reviewed(
        question=Question(row["question"]),
        conversation_id=row["conversation_id"],
        choices=tuple(row["choices"]),
        propensity=row["propensity"],
        signals=tuple(Heard(*each) for each in row["signals"]),
    )
