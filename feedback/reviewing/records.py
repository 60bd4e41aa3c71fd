"""Every word of reviewers on items, in the store: nothing is overwritten, of each reviewer the latest counts."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.models import ReviewItem
from feedback.review.questions import Question
from feedback.review.settling import Review
from tracing.masking_rules import mask_text
from tracing.paging import Place
from tracing.store import Store
from tracing.withholding import withhold

OF_REVIEW = ("said_by", "better_answer", "note", "is_adjudication", "seconds", "is_informed", "guidelines_version")
"""Columns that are named as in `Review`."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said, and of which item."""

    queue: int
    question: Question
    conversation_id: str
    turn_index: int
    review: Review
    version: int
    """When it was said, in microseconds since the epoch."""
    is_taken_back: bool = False


def load_words(store: Store, project_id: int, conversation_id: str) -> list[Word]:
    """Of a conversation in any queue of each reviewer the latest, also where it takes back what they said, the oldest
    first."""
    path = "feedback/sql/reviews_of_conversation.sql"
    rows = store.query(path, project_id=project_id, conversation_id=conversation_id)
    return [read_word(row) for row in reversed(rows)]


def load_words_on(store: Store, item: ReviewItem) -> list[Word]:
    """The same of one item."""
    words = load_words(store, item.queue.project_id, item.conversation_id)
    return [each for each in words if (each.queue, each.turn_index) == (item.queue.number, item.turn_index)]


def list_reviews(store: Store, item: ReviewItem) -> list[Review]:
    """The latest of each reviewer, and adjudications, the oldest first; what was taken back is missing."""
    return list_standing(load_words_on(store, item))


def list_standing(words: Sequence[Word]) -> list[Review]:
    return [each.review for each in words if not each.is_taken_back]


def find_own(store: Store, item: ReviewItem, who: str, *, is_adjudication: bool = False) -> Review | None:
    """What this reviewer said of it last, unless they took it back."""
    whose = (who, is_adjudication)
    own = [each for each in list_reviews(store, item) if (each.said_by, each.is_adjudication) == whose]
    return own[-1] if own else None


def load_word_page(
    store: Store, project_id: int, place: Place, limit: int, filters: Mapping[str, Any], *, has_history: bool
) -> list[Word]:
    """At most `limit` of before `place`, latest first; `filters` has queue, conversation_id and said_by to compare."""
    bound = {**filters, "has_history": has_history, "before_ns": place.time_ns, "before_id": place.id, "limit": limit}
    return [read_word(row) for row in store.query("feedback/sql/review_page.sql", project_id=project_id, **bound)]


def place_word(word: Word) -> Place:
    """Where it stands in the list: its time, and what `review_page.sql` orders by besides, as JSON."""
    key = (word.queue, word.conversation_id, word.turn_index, word.review.said_by, word.review.is_adjudication)
    return Place(word.version * 1000, json.dumps(key, ensure_ascii=False))


def read_word(row: Mapping[str, Any]) -> Word:
    version = row["version"]
    told = {name: row[name] for name in OF_REVIEW}
    review = Review(choices=tuple(row["choices"]), time_ns=version * 1000, **told)
    place = (row["queue"], Question(row["question"]), row["conversation_id"], row["turn_index"])
    return Word(*place, review, version, bool(row["is_deleted"]))


def write_review(store: Store, item: ReviewItem, review: Review, *, is_taken_back: bool = False) -> Word:
    """Keep what a reviewer says now, or that they take it back."""
    version = time.time_ns() // 1000
    texts = {name: mask_text(item.queue.project_id, getattr(review, name)) for name in ("better_answer", "note")}
    kept = withhold("reviews", {"project_id": [item.queue.project_id]} | {key: [text] for key, text in texts.items()})
    review = replace(review, time_ns=version * 1000, **{name: kept[name][0] for name in texts})
    row = {
        "project_id": item.queue.project_id,
        "queue": item.queue.number,
        "question": item.queue.question,
        "conversation_id": item.conversation_id,
        "turn_index": item.turn_index,
        "choices": list(review.choices),
        "version": version,
        "is_deleted": int(is_taken_back),
        **{name: getattr(review, name) for name in OF_REVIEW},
    }
    store.insert("reviews", {name: [value] for name, value in row.items()})
    place = (item.queue.number, Question(item.queue.question), item.conversation_id, item.turn_index)
    return Word(*place, review, version, is_taken_back)
