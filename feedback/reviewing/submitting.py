"""The door by which a reviewer's word is kept: an item, who says it and what comes in, what holds now goes out.

It is written to the store first and then to Django's tables: who is cut off in between says it again, and nothing is
counted twice. What follows from it is told by `feedback.reviewing.applying`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from feedback.models import ReviewItem, ReviewTurn
from feedback.review.questions import check_choices
from feedback.review.settling import Review, Settlement
from feedback.reviewing.applying import settle_item
from feedback.reviewing.asked import ask_of
from feedback.reviewing.handing_out import is_free, mark_gone, set_turn
from feedback.reviewing.records import Word, load_words_on, write_review
from tracing.records.excerpts import load_facts
from tracing.store import Store

MOST_CHARACTERS = 100_000
"""Of a better answer or a note."""
DAY_SECONDS = 86_400.0


class ReviewError(Exception):
    """What was said cannot be kept, since the item or its queue changed meanwhile; the message says how."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer sends."""

    choices: Sequence[str]
    better_answer: str = ""
    note: str = ""
    seconds: float = 0.0
    """That the item was looked at; 0 where that is not known."""


def submit(store: Store, item: ReviewItem, who: str, said: Said, *, is_adjudication: bool = False) -> Settlement:
    """Keep what a reviewer, or who adjudicates, says of an item, settle it and apply what holds.

    Raises ReviewError where the item is no longer theirs to judge, ValueError where the answers do not go together.
    """
    choices = check_choices(ask_of(store, item, chosen=said.choices), said.choices)
    check_texts(said)
    check_open(store, item, who, is_adjudication=is_adjudication)
    review = Review(
        said_by=who,
        choices=choices,
        better_answer=said.better_answer.strip(),
        note=said.note.strip(),
        is_adjudication=is_adjudication,
        seconds=min(max(said.seconds, 0.0), DAY_SECONDS),
        is_informed=find_word(store, item, who, is_adjudication=is_adjudication) is not None,
        guidelines_version=item.queue.guidelines_version,
    )
    word = write_review(store, item, review)
    keep_turn(item, word, ReviewTurn.State.DONE)
    return settle_item(store, item)


def take_back(store: Store, item: ReviewItem, who: str, *, is_adjudication: bool = False) -> Settlement:
    """As if they had not said it; the item is in their hands again. Raises ReviewError where they said nothing."""
    last = find_word(store, item, who, is_adjudication=is_adjudication)
    if last is None or last.is_taken_back:
        raise ReviewError("There is nothing of yours to take back here.")
    word = write_review(store, item, last.review, is_taken_back=True)
    keep_turn(item, word, ReviewTurn.State.HELD)
    return settle_item(store, item)


def check_texts(said: Said) -> None:
    for name, text in (("better answer", said.better_answer), ("note", said.note)):
        if len(text) > MOST_CHARACTERS:
            raise ValueError(f"The {name} has {len(text):,} characters; at most {MOST_CHARACTERS:,} are kept.")


def check_open(store: Store, item: ReviewItem, who: str, *, is_adjudication: bool) -> None:
    """Raises ReviewError where the item is not to be judged by them, or no longer."""
    now = ReviewItem.objects.select_related("queue").filter(pk=item.pk).first()
    if now is None or now.state == ReviewItem.State.GONE:
        raise ReviewError("This item is gone; go on with the next.")
    if not now.queue.is_open:
        raise ReviewError("The queue was closed meanwhile; nothing is kept until it is open again.")
    if load_facts(store, now.queue.project_id, now.conversation_id) is None:
        mark_gone(now)
        raise ReviewError("Its conversation is there no more, so there is nothing to judge; go on with the next.")
    if is_adjudication:
        check_adjudicated(now)
    elif now.state != ReviewItem.State.WAITING and not has_turn(now, who, ReviewTurn.State.DONE):
        raise ReviewError("Others have judged this item meanwhile, as many as it needs; go on with the next.")
    elif not has_turn(now, who, *ReviewTurn.State.values) and not is_free(now, who, timezone.now()):
        raise ReviewError("Others have this item in hand; go on with the next.")


def check_adjudicated(item: ReviewItem) -> None:
    """Raises ReviewError where reviewers are of one mind, or too few."""
    if item.state == ReviewItem.State.WAITING:
        raise ReviewError("This item waits for more reviewers; there is nothing to adjudicate yet.")


def has_turn(item: ReviewItem, who: str, *states: str) -> bool:
    return ReviewTurn.objects.filter(item=item, who=who, state__in=states).exists()


def find_word(store: Store, item: ReviewItem, who: str, *, is_adjudication: bool) -> Word | None:
    """The latest of this reviewer on the item, also where that takes back what they said."""
    whose = (who, is_adjudication)
    own = [each for each in load_words_on(store, item) if (each.review.said_by, each.review.is_adjudication) == whose]
    return own[-1] if own else None


def keep_turn(item: ReviewItem, word: Word, state: ReviewTurn.State) -> None:
    """Keep that a reviewer spoke, and that what follows is to be applied; who adjudicates takes no reviewer's turn."""
    with transaction.atomic():
        if not word.review.is_adjudication:
            set_turn(item, word.review.said_by, state, timezone.now())
        said_version = Greatest(F("said_version"), word.version)
        ReviewItem.objects.filter(pk=item.pk).update(said_version=said_version)
