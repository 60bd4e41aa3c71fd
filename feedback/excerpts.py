"""Turns of a conversation that stand together, with what was heard in them: what a page or REST opens of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.detectors.signal import Signal
from feedback.explicit import Feedback
from feedback.records import load_feedback, load_signals_of_turns
from tracing.records.excerpts import Excerpt, load_excerpt
from tracing.records.windows import LATEST_NS
from tracing.store import Store
from tracing.together import ask_together


@dataclass(frozen=True, slots=True)
class HeardExcerpt:
    """An excerpt with the signals of its turns and what was said about its answers on purpose."""

    excerpt: Excerpt
    signals: Sequence[Signal]
    feedback: Sequence[Feedback]


def load_heard_excerpt(
    store: Store, project_id: int, conversation_id: str, first: int, count: int, row: Mapping[str, Any] | None = None
) -> HeardExcerpt | None:
    """At most `count` turns from index `first` on; None where there are none. `row` is that of the conversation, where
    it was read before."""
    excerpt = load_excerpt(store, project_id, conversation_id, first, count, row)
    if excerpt is None:
        return None
    signals, feedback = ask_together(
        lambda: load_signals_of_turns(store, project_id, conversation_id, excerpt.first, excerpt.end),
        lambda: list_feedback(store, project_id, excerpt),
    )
    return HeardExcerpt(excerpt, signals, feedback)


def load_told_excerpt(
    store: Store, project_id: int, conversation_id: str, first: int, count: int, row: Mapping[str, Any] | None = None
) -> tuple[Excerpt, list[Feedback]] | None:
    """The same without signals: what they are made from."""
    excerpt = load_excerpt(store, project_id, conversation_id, first, count, row)
    return None if excerpt is None else (excerpt, list_feedback(store, project_id, excerpt))


def list_feedback(store: Store, project_id: int, excerpt: Excerpt) -> list[Feedback]:
    """What was said about these answers. What is about the conversation is about the answer that had begun by then."""
    conversation = excerpt.conversation
    own = {
        name
        for answer in conversation.answers
        for name in (answer.trace_id, answer.message_id, answer.span_id, *answer.generation_span_ids)
        if name
    }
    found = load_feedback(store, project_id, conversation)
    others = sorted({name for each in found for name in name_targets(each)} - own)
    elsewhere = find_names(store, project_id, conversation.conversation_id, others)
    begins_ns = conversation.start_time_ns if excerpt.first else 0
    ends_ns = LATEST_NS if excerpt.ends_ns is None else excerpt.ends_ns
    return [
        each
        for each in found
        if own & name_targets(each) or (not elsewhere & name_targets(each) and begins_ns <= each.time_ns < ends_ns)
    ]


def name_targets(feedback: Feedback) -> set[str]:
    return {feedback.trace_id, feedback.span_id, feedback.message_id} - {""}


def find_names(store: Store, project_id: int, conversation_id: str, names: Sequence[str]) -> set[str]:
    """Those of these traces, model calls and messages that the conversation has in any turn."""
    if not names:
        return set()
    path = "feedback/sql/names_of_conversation.sql"
    rows = store.query(path, project_id=project_id, conversation_id=conversation_id, names=list(names))
    return {row["name"] for row in rows}
