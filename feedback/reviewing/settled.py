"""What holds of reviewed items, from the store: what detectors, estimates, datasets and failure modes learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.review.questions import Question
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class SettledReview:
    """What holds of one item, by its reviewers. Turns are counted from 0."""

    question: Question
    conversation_id: str
    turn_index: int
    """Of the judged message or answer; 0 where the whole conversation is judged."""
    queue: int
    answer_turn: int
    """Turn whose answer `better_answer` is for."""
    choices: tuple[str, ...]
    better_answer: str
    said_by: tuple[str, ...]
    is_adjudicated: bool
    reason: str
    propensity: float
    version: int
    """When it was settled, in microseconds since the epoch."""


def load_settled(
    store: Store, project_id: int, *, question: Question | None = None, conversation_ids: Sequence[str] | None = None
) -> list[SettledReview]:
    """The latest of each item, in the order of conversations and turns; where several queues asked the same of one,
    that which was settled last. None: of any question, of any conversation."""
    rows = store.query(
        "feedback/sql/settled_reviews.sql",
        project_id=project_id,
        question=question.value if question else "",
        is_narrowed=conversation_ids is not None,
        conversation_ids=list(conversation_ids or ()),
    )
    return [read_settled(row) for row in rows]


def read_settled(row: Mapping[str, Any]) -> SettledReview:
    return SettledReview(
        **{
            **row,
            "question": Question(row["question"]),
            "choices": tuple(row["choices"]),
            "said_by": tuple(row["said_by"]),
        }
    )
