"""What reviewers said of an item becomes what holds of it, and what holds becomes labels and verdicts on signals.

Nothing is told as a change: what should stand is compared with what queues wrote before, and the difference is written.
So it may be done again at any time, and to take back a word undoes exactly what followed from it. What people pressed
beside a signal or an estimate is theirs and stays.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import F

from feedback.labels import OUTCOME, OUTCOMES, Label, LabelKey, load_labels, write_label
from feedback.models import ReviewItem
from feedback.review.questions import Question
from feedback.review.settling import Settlement, settle
from feedback.reviewing.records import Word, list_standing, load_words
from feedback.reviewing.verdicts import apply_verdicts
from tracing.store import Store

CUT_OFF_US = 60 * 10**6
"""What was not applied so long after it was said was cut off."""


def settle_item(store: Store, item: ReviewItem) -> Settlement:
    """Settle an item by what its reviewers said, and apply what holds; again where more was said meanwhile."""
    while True:
        version = ReviewItem.objects.filter(pk=item.pk).values_list("said_version", flat=True).first()
        words = load_words(store, item.queue.project_id, item.conversation_id)
        on_item = [each for each in words if (each.queue, each.turn_index) == (item.queue.number, item.turn_index)]
        settlement = settle(list_standing(on_item), item.needed)
        if version is None:
            return settlement
        write_settled(store, item, settlement, version)
        apply_to_conversation(store, item, words)
        if keep_state(item, settlement, version):
            return settlement


def keep_state(item: ReviewItem, settlement: Settlement, version: int) -> bool:
    """Whether nothing was said of the item since `version`, so that its state holds."""
    settled_at = datetime.fromtimestamp(version / 10**6, UTC) if settlement.state == "settled" else None
    told = {"state": settlement.state, "settled_at": settled_at, "applied_version": version}
    known = ReviewItem.objects.filter(pk=item.pk).exclude(state=ReviewItem.State.GONE)
    return bool(known.filter(said_version=version).update(**told)) or not known.exists()


def write_settled(store: Store, item: ReviewItem, settlement: Settlement, version: int) -> None:
    row = {
        "project_id": item.queue.project_id,
        "question": item.queue.question,
        "conversation_id": item.conversation_id,
        "turn_index": item.turn_index,
        "queue": item.queue.number,
        "answer_turn": item.answer_turn,
        "choices": list(settlement.choices),
        "better_answer": settlement.better_answer,
        "said_by": list(settlement.said_by),
        "is_adjudicated": settlement.is_adjudicated,
        "reason": item.reason,
        "propensity": item.propensity,
        "version": version,
        "is_deleted": int(settlement.state != "settled"),
    }
    store.insert("settled_reviews", {name: [value] for name, value in row.items()})


def apply_to_conversation(store: Store, item: ReviewItem, words: Sequence[Word]) -> None:
    """`words` are all on the conversation of the item."""
    if item.queue.question == Question.OUTCOME:
        apply_outcome(store, item.queue.project_id, item.conversation_id, words)
    if item.queue.question in (Question.REACTION, Question.ANSWER):
        apply_verdicts(store, item.queue.project_id, item.conversation_id)


def apply_outcome(store: Store, project_id: int, conversation_id: str, words: Sequence[Word]) -> None:
    """Let each reviewer's label be what they said last, and of adjudicated items the adjudicator's alone."""
    wanted = find_outcomes(words)
    written = {each.key.said_by: each for each in load_labels(store, project_id, conversation_id)}
    for said_by, label in written.items():
        if label.queue and said_by not in wanted:
            write_label(store, project_id, label.key, "", label.queue)
    for said_by, word in wanted.items():
        if must_label(written.get(said_by), word):
            key = LabelKey(conversation_id, OUTCOME, said_by)
            write_label(store, project_id, key, word.review.choices[0], word.queue)


def find_outcomes(words: Sequence[Word]) -> dict[str, Word]:
    """By reviewer the word of theirs that counts; `words` are of one conversation, the oldest first."""
    standing = [each for each in words if each.question is Question.OUTCOME and not each.is_taken_back]
    adjudicated = {each.queue: each for each in standing if each.review.is_adjudication}
    counting = [each for each in standing if adjudicated.get(each.queue, each) is each]
    last = {each.review.said_by: each for each in counting}
    return {said_by: each for said_by, each in last.items() if each.review.choices[0] in OUTCOMES}


def must_label(written: Label | None, word: Word) -> bool:
    if written is None:
        return True
    return bool(written.queue) and (written.verdict, written.queue) != (word.review.choices[0], word.queue)


def apply_cut_off(store: Store, before_us: int) -> int:
    """Settle and apply what was said before a moment and was left in between; how many items."""
    due = ReviewItem.objects.filter(said_version__gt=F("applied_version"), said_version__lt=before_us)
    due = due.exclude(state=ReviewItem.State.GONE)
    items = list(due.select_related("queue").order_by("said_version"))
    for item in items:
        settle_item(store, item)
    return len(items)
