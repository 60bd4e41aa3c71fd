"""Which answer is it about? Feedback and a conversation come in, the answer that it is about goes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn


@dataclass(frozen=True, slots=True)
class Target:
    """One answer in its turn. `attempt` counts from 0, the oldest answer to the message."""

    turn: Turn
    attempt: int

    @property
    def answer(self) -> Answer:
        return self.turn.answers[self.attempt]

    @property
    def key(self) -> tuple[int, int]:
        return self.turn.index, self.attempt


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person did with an answer."""

    target: Target
    feedback: Feedback


def list_targets(conversation: Conversation) -> list[Target]:
    """Return every answer of the conversation, also those that were replaced, in order."""
    return [Target(turn, attempt) for turn in conversation.turns for attempt in range(len(turn.answers))]


def find_target(conversation: Conversation, feedback: Feedback) -> Target | None:
    """Return the answer that the feedback is about, or None where it is about none of these.

    The span decides, then the trace, then the message; feedback on the conversation as a whole is about the
    latest answer that had begun by then. Of several answers in one trace it is that one, too.
    """
    targets = list_targets(conversation)
    for named in (_by_span, _by_trace, _by_message):
        if found := [target for target in targets if named(target.answer, feedback)]:
            return _latest_begun(found, feedback.time_ns) or found[0]
    if feedback.conversation_id and feedback.conversation_id == conversation.conversation_id:
        return _latest_begun(targets, feedback.time_ns)
    return None


def _by_span(answer: Answer, feedback: Feedback) -> bool:
    if not feedback.span_id or feedback.trace_id not in ("", answer.trace_id):
        return False
    return feedback.span_id in (answer.span_id, *answer.generation_span_ids)


def _by_trace(answer: Answer, feedback: Feedback) -> bool:
    return bool(feedback.trace_id) and feedback.trace_id == answer.trace_id


def _by_message(answer: Answer, feedback: Feedback) -> bool:
    return bool(feedback.message_id) and feedback.message_id == answer.message_id


def _latest_begun(targets: Sequence[Target], time_ns: int) -> Target | None:
    begun = [target for target in targets if target.answer.start_time_ns <= time_ns]
    return max(begun, key=lambda target: target.answer.start_time_ns) if begun else None


def find_actions(conversation: Conversation, feedback: Sequence[Feedback], name: str) -> Iterator[Action]:
    """Give what people (not models, not code) did under that name: the last for each answer, in order."""
    last: dict[tuple[int, int], Action] = {}
    for each in sorted(feedback, key=lambda each: (each.time_ns, each.identifier)):
        if each.name != name or each.annotator_kind != "HUMAN":
            continue
        if target := find_target(conversation, each):
            last[target.key] = Action(target, each)
    yield from (last[key] for key in sorted(last))


def pin_signal(
    target: Target,
    *,
    kind: str,
    version: str,
    score: float,
    confidence: float,
    polarity: Polarity,
    evidence: Evidence,
    fired: bool = True,
    label: str = "",
    turn_index: int | None = None,
) -> Signal:
    """Return the signal about that answer. `turn_index` is the turn of the evidence, where it is another."""
    return Signal(
        kind=kind,
        label=label,
        turn_index=target.turn.index if turn_index is None else turn_index,
        target=target.turn.index,
        trace_id=target.answer.trace_id,
        span_id=target.answer.span_id,
        score=score,
        confidence=confidence,
        fired=fired,
        polarity=polarity,
        detector=kind,
        version=version,
        evidence=evidence,
    )
