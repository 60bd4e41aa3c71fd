"""What came of a review queue: its row comes in; how far reviewers agree, what was found and who reviewed go out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from feedback.models import FailureMode, ReviewItem, ReviewQueue, ReviewTurn
from feedback.review.agreement import (
    Agreement,
    Pair,
    Rating,
    measure_agreement,
    measure_choices,
    measure_pairs,
)
from feedback.review.findings import Finding, Settled, find_shares
from feedback.review.questions import ALONE, Asked, Question, ask, read_mode
from feedback.review.queue import Reason
from feedback.reviewing.settled import SettledReview, read_settled
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """What one person did in a queue."""

    who: str
    done: int
    skipped: int
    adjudicated: int
    seconds: float | None
    """Of half of their items fewer; None where it was not measured."""


@dataclass(frozen=True, slots=True)
class Results:
    """Of a queue."""

    agreement: Agreement
    """On whole answers, as they were said blind and before anybody adjudicated."""
    control: Agreement
    """The same on items alone that were chosen by chance."""
    pairs: Sequence[Pair]
    choices: Mapping[str, Agreement]
    """By answer, where several may hold at once."""
    findings: Sequence[Finding]
    reviewers: Sequence[ReviewerFigures]
    titles: Mapping[str, str]
    """Of answers, by their keys."""


def load_results(store: Store, queue: ReviewQueue) -> Results:
    reviews = load_rows(store, queue)
    settled = load_settled_of(store, queue)
    ratings = read_ratings(reviews, load_reasons(queue))
    question = Question(queue.question)
    titles = name_answers(queue.project_id, question, [key for each in settled for key in each.choices])
    asked = ask(question)
    return Results(
        agreement=measure_agreement(ratings),
        control=measure_agreement([each for each in ratings if each.is_control]),
        pairs=measure_pairs(ratings),
        choices=measure_choices(ratings, list_compared(asked)) if asked.is_several else {},
        findings=find_shares([read_found(each) for each in settled], list(titles)),
        reviewers=list_reviewers(queue, reviews),
        titles=titles,
    )


def load_rows(store: Store, queue: ReviewQueue) -> list[dict[str, Any]]:
    """What stands of each reviewer on each item."""
    return store.query("feedback/sql/reviews_of_queue.sql", project_id=queue.project_id, queue=queue.number)


def load_settled_of(store: Store, queue: ReviewQueue) -> list[SettledReview]:
    path = "feedback/sql/settled_of_queue.sql"
    return [read_settled(row) for row in store.query(path, project_id=queue.project_id, queue=queue.number)]


def load_reasons(queue: ReviewQueue) -> dict[tuple[str, int], str]:
    """Why each item was chosen, by conversation and turn."""
    rows = ReviewItem.objects.filter(queue=queue).values_list("conversation_id", "turn_index", "reason")
    return {(conversation_id, turn_index): reason for conversation_id, turn_index, reason in rows}


def read_ratings(rows: Sequence[Mapping[str, Any]], reasons: Mapping[tuple[str, int], str]) -> list[Rating]:
    """What reviewers said blind."""
    return [
        Rating(
            f"{row['turn_index']} {row['conversation_id']}",
            row["conversation_id"],
            row["said_by"],
            tuple(row["blind"]),
            is_control=reasons.get((row["conversation_id"], row["turn_index"])) == Reason.RANDOM,
        )
        for row in rows
        if row["blind"] and not row["is_adjudication"]
    ]


def read_found(settled: SettledReview) -> Settled:
    is_control = settled.reason == Reason.RANDOM
    return Settled(settled.conversation_id, settled.choices, settled.propensity, is_control)


def name_answers(project_id: int, question: Question, chosen: Sequence[str]) -> dict[str, str]:
    """Titles by key, in the order of the question; of failure modes those that were chosen."""
    numbers = sorted({number for key in chosen if (number := read_mode(key)) is not None})
    modes = FailureMode.objects.filter(project=project_id, number__in=numbers).order_by("number")
    named = {f"mode:{mode.number}": mode.name or mode.found_title for mode in modes}
    return named | {choice.key: choice.title for choice in ask(question).choices}


def list_compared(asked: Asked) -> list[str]:
    """Answers that may hold beside others, and that none of them does."""
    return [each.key for each in asked.choices if each.key not in ALONE]


def list_reviewers(queue: ReviewQueue, rows: Sequence[Mapping[str, Any]]) -> list[ReviewerFigures]:
    """By name, everybody who judged, skipped or adjudicated an item."""
    skips = ReviewTurn.objects.filter(item__queue=queue, state=ReviewTurn.State.SKIPPED).values_list("who", flat=True)
    skipped = Counter(skips)
    names = sorted({row["said_by"] for row in rows} | skipped.keys())
    return [tell_reviewer(who, [row for row in rows if row["said_by"] == who], skipped[who]) for who in names]


def tell_reviewer(who: str, rows: Sequence[Mapping[str, Any]], skipped: int) -> ReviewerFigures:
    done = [row for row in rows if not row["is_adjudication"]]
    seconds = [row["seconds"] for row in done if row["seconds"]]
    return ReviewerFigures(who, len(done), skipped, len(rows) - len(done), median(seconds) if seconds else None)
