"""Regression cases as their page shows them: cases come in, texts of a bearable length go out."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.pages.failure_mode_details import shorten
from feedback.review.regressions.case import Case, LeftOut, Reason


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One case: what is asked, what was answered then, and what is checked."""

    id: str
    conversation_id: str
    turn_index: int
    request: str
    bad_answer: str
    better_answer: str
    checks: tuple[str, ...]
    messages: int
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownReason:
    """Why some failures are no cases."""

    meaning: str
    places: tuple[LeftOut, ...]


def show_case(case: Case) -> ShownCase:
    failure = case.failure
    return ShownCase(
        case.id,
        failure.conversation_id,
        failure.turn_index,
        shorten(failure.request),
        shorten(failure.bad_answer),
        shorten(failure.better_answer),
        tuple(WORDS[check["kind"]].format(check["why"]) for check in case.checks),
        len(case.messages),
        tuple(each["function"]["name"] for each in case.tools),
    )


WORDS = {
    "answers": "does not decline: {}",
    "case": "is written so: {}",
    "count": "keeps its length: {}",
    "holds": "says it: {}",
    "instead": "does not say the one without the other: {}",
    "json": "is valid JSON: {}",
    "lacks": "does not say it again: {}",
    "nearer": "is nearer to the better answer than to this one: {}",
    "pattern": "has its form: {}",
    "script": "is in that language: {}",
    "words": "is in that language: {}",
}
"""When an answer passes a check, by its kind, and why it is checked."""


def show_left_out(left_out: Sequence[LeftOut]) -> list[ShownReason]:
    """By reason, the most frequent first."""
    places = {reason: tuple(each for each in left_out if each.reason is reason) for reason in Reason}
    found = [ShownReason(reason.meaning, own) for reason, own in places.items() if own]
    return sorted(found, key=lambda each: -len(each.places))
