"""Turns of a conversation that stand together, with what was heard in them: what a page or REST opens of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.detectors.signal import Signal
from feedback.explicit import Feedback
from feedback.records import load_feedback, load_signals_of_turns
from tracing.records.excerpts import Excerpt, load_excerpt
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class HeardExcerpt:
    """An excerpt with the signals of its turns and what was said about its answers on purpose."""

    excerpt: Excerpt
    signals: Sequence[Signal]
    feedback: Sequence[Feedback]


def load_heard_excerpt(
    store: Store, project_id: int, conversation_id: str, first: int, count: int
) -> HeardExcerpt | None:
    """At most `count` turns from index `first` on; None where there are none."""
    excerpt = load_excerpt(store, project_id, conversation_id, first, count)
    if excerpt is None:
        return None
    signals = load_signals_of_turns(store, project_id, conversation_id, excerpt.first, excerpt.end)
    return HeardExcerpt(excerpt, signals, list_feedback(store, project_id, excerpt))


def list_feedback(store: Store, project_id: int, excerpt: Excerpt) -> list[Feedback]:
    """What was said about these answers. What is about the conversation is about the answer that had begun by then."""
    begins_ns = excerpt.conversation.turns[0].parts[0].start_time_ns if excerpt.first else 0
    return [
        each
        for each in load_feedback(store, project_id, excerpt.conversation)
        if each.trace_id
        or each.message_id
        or (begins_ns <= each.time_ns and (excerpt.ends_ns is None or each.time_ns < excerpt.ends_ns))
    ]
