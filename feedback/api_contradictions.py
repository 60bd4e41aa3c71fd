"""REST of answers that contradict each other."""

import time
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from feedback.contradiction_list import DAYS, MOST_FOUND, find_kept
from feedback.contradictions import Asked, Contradiction, describe
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import Time, format_time
from tracing.store import get_store

router = Router(tags=["feedback"])
Kind = Literal["yes_no", "denial", "figure", "day", "contact", "refusal"]
Most = Annotated[int, Query(ge=1, le=MOST_FOUND, description="At most so many, the surest first.")]


class ContradictorySide(Schema):
    """A turn, and from which character (`start`, counted from 0) to which (`end`, not in it) of its answer the passage
    stands. `told` counts the users, or conversations of nobody known, who were told as much; the answer's first 4,000
    characters are given."""

    conversation_id: str
    turn_index: int
    user_id: str
    trace_id: str
    span_id: str
    time: Time
    request: str
    answer: str
    start: int
    end: int
    told: int


class ContradictionResource(Schema):
    """`one` is what more users were told. `score`, 0.5 to 1, says how sure it is; `same_words` whether both asked in
    the same words, but for case and punctuation; `changes` what was changed between the two: model, prompt, release."""

    kind: Kind
    score: float
    sentence: str
    same_words: bool
    changes: list[str]
    one: ContradictorySide
    other: ContradictorySide


class ContradictionList(Schema):
    """Of the latest `turns` of people within so many `days`; `is_all`: no older ones were left out. Of many turns the
    list is as it was at `as_of`, at most ten minutes before."""

    days: int
    turns: int
    is_all: bool
    as_of: Time | None
    items: Annotated[list[ContradictionResource], Field(max_length=MOST_FOUND)]


@router.get(
    "failure-modes/contradictions",
    response=ContradictionList,
    summary="Answers that contradict each other",
    operation_id="list_contradictions",
    auth=May(Right.READ),
)
def list_contradictions(request: HttpRequest, limit: Most = MOST_FOUND) -> dict[str, Any]:
    """What different users who asked the same were told otherwise. Of many turns it takes some seconds, once in ten
    minutes."""
    found = find_kept(get_store(), project_of(request).pk, time.time_ns(), waits=True)
    if found is None:
        raise LookupError("nothing was worked out though it was waited for")
    return {
        "days": DAYS,
        "turns": found.result.turns,
        "is_all": found.result.is_all,
        "as_of": format_time(found.time_ns) if found.time_ns else None,
        "items": [describe_contradiction(each) for each in found.result.items[:limit]],
    }


def describe_contradiction(each: Contradiction) -> dict[str, Any]:
    return {
        "kind": each.conflict.kind,
        "score": each.score,
        "sentence": describe(each),
        "same_words": each.is_same_words,
        "changes": list(each.changes),
        "one": describe_side(each.one, each.conflict.one, each.ones),
        "other": describe_side(each.other, each.conflict.other, each.others),
    }


def describe_side(turn: Asked, span: tuple[int, int], told: int) -> dict[str, Any]:
    names = ("conversation_id", "turn_index", "user_id", "trace_id", "span_id", "request", "answer")
    given = {name: getattr(turn, name) for name in names}
    return given | {"time": format_time(turn.time_ns), "start": span[0], "end": span[1], "told": told}
