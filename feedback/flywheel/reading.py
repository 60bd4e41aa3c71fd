"""Conversations of the store as datasets are made of them: a filter comes in, the list of those that match goes out,
and by their ids the conversations with everything that is known about their answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from feedback.conversation_list import keep_said
from feedback.datasets.building.source import HeldOut
from feedback.datasets.record import LabelledConversation, Reviewed
from feedback.holdouts import load_holdout
from feedback.labels import OUTCOME
from feedback.machines import ask_for_machines, asks_for_machines, leave_out_machines
from feedback.records import load_feedback_of, load_signals
from feedback.reviewing.settled import SettledReview, load_settled
from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter, find_search
from tracing.records import load_conversations, load_generations
from tracing.store import Store

BATCH_SIZE = 2_000
"""Model calls lie in the order of their ids, which are random: the more are asked for at once, the less is unpacked in
vain for each."""
MOST_MESSAGES = 40_000
"""Of one batch, unless one conversation has more: each turn's call holds the whole conversation before it."""
SEARCHED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that matches."""

    conversation_id: str
    user_id: str
    turns: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The conversations that a dataset is made of, in the order of time, and how many were left out before."""

    conversations: tuple[Found, ...]
    machines_left_out: int
    held_out: HeldOut


def choose_conversations(store: Store, project_id: int, given: Filter, now_ns: int) -> Choice:
    """Of what matches those of people, unless the filter says who led them, and of nobody who is held out, whatever it
    says. Raises FilterError."""
    machines = (
        [] if asks_for_machines(given) else find_conversations(store, project_id, ask_for_machines(given), now_ns)
    )
    holdout = load_holdout(project_id)
    found = find_conversations(store, project_id, leave_out_machines(given), now_ns)
    kept = tuple(each for each in found if not holdout.holds(each.user_id, each.conversation_id))
    return Choice(kept, len(machines), HeldOut(holdout.share, len(found) - len(kept)))


def find_conversations(store: Store, project_id: int, given: Filter, now_ns: int) -> list[Found]:
    """Conversations that match, in the order of time."""
    where, search = compile_filter(given, "conversations", now_ns), find_search(given)
    rows = store.query("feedback/sql/conversation_ids.sql", where, project_id=project_id)
    return [
        Found(row["conversation_id"], row["user_id"], row["turn_count"])
        for start in range(0, len(rows), SEARCHED_AT_ONCE)
        for row in keep_said(store, project_id, search, rows[start : start + SEARCHED_AT_ONCE])
    ]


def cut_batches(conversations: Sequence[Found]) -> list[list[str]]:
    """Their ids, so many at once as fit into memory; the same list is always cut alike.

    >>> [len(batch) for batch in cut_batches([Found("a", "", 1), Found("b", "", 5_000), Found("c", "", 1)])]
    [1, 1, 1]
    """
    batches: list[list[str]] = []
    messages = MOST_MESSAGES
    for each in conversations:
        messages += each.turns**2
        if messages > MOST_MESSAGES or len(batches[-1]) == BATCH_SIZE:
            batches.append([])
            messages = each.turns**2
        batches[-1].append(each.conversation_id)
    return batches


def read_labelled(store: Store, project_id: int, conversations: Sequence[Found]) -> Iterator[LabelledConversation]:
    """Conversations with their model calls, signals, feedback and what reviewers said, a batch at a time in memory."""
    for ids in cut_batches(conversations):
        yield from read_batch(store, project_id, ids)


def read_batch(store: Store, project_id: int, ids: list[str]) -> Iterator[LabelledConversation]:
    """Those of these conversations that there still are, in this order."""
    conversations = load_conversations(store, project_id, ids)
    feedback = load_feedback_of(store, project_id, list(conversations.values()))
    signals = load_signals(store, project_id, ids)
    verdicts, modes = load_verdicts(store, project_id, ids), load_modes(store, project_id, ids)
    reviews = load_reviews(store, project_id, ids)
    trace_ids = {answer.trace_id for each in conversations.values() for answer in each.answers}
    generations = {each.span_id: each for each in load_generations(store, project_id, sorted(trace_ids))}
    for key in ids:
        if (conversation := conversations.get(key)) is None:
            continue
        own = {
            span_id: generations[span_id]
            for answer in conversation.answers
            for span_id in answer.generation_span_ids
            if span_id in generations
        }
        yield LabelledConversation(
            conversation,
            own,
            signals[key],
            feedback[key],
            tuple(verdicts.get(key, ())),
            modes.get(key, 0),
            tuple(reviews.get(key, ())),
        )


def load_verdicts(store: Store, project_id: int, ids: Sequence[str]) -> dict[str, list[str]]:
    """What reviewers said of conversations, each for themselves, by id."""
    path = "feedback/sql/verdicts_of_conversations.sql"
    found: dict[str, list[str]] = {}
    for row in store.query(path, project_id=project_id, conversation_ids=list(ids), kind=OUTCOME) if ids else ():
        found.setdefault(row["conversation_id"], []).append(row["verdict"])
    return found


def load_reviews(store: Store, project_id: int, ids: Sequence[str]) -> dict[str, list[Reviewed]]:
    """What holds of reviewed items of conversations, the oldest first, by id."""
    found: dict[str, list[Reviewed]] = {}
    settled = load_settled(store, project_id, conversation_ids=ids) if ids else []
    for each in sorted(settled, key=attrgetter("version")):
        found.setdefault(each.conversation_id, []).append(read_review(each))
    return found


def read_review(settled: SettledReview) -> Reviewed:
    return Reviewed(
        settled.question,
        settled.choices,
        settled.turn_index,
        settled.better_answer,
        settled.answer_turn,
        len(settled.said_by),
        settled.is_adjudicated,
    )


def load_modes(store: Store, project_id: int, ids: Sequence[str]) -> dict[str, int]:
    """Numbers of the failure modes that conversations are in, by id."""
    path = "feedback/sql/failure_modes_of_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=list(ids)) if ids else []
    return {row["conversation_id"]: row["mode"] for row in rows}
