"""Which answer is it about? Feedback and a conversation come in, the answer that it is about goes out."""

from collections.abc import Iterator, Mapping, Sequence
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


class TargetFinder:
    """Finds which answer of a conversation feedback is about, without looking through all of them for each."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation_id = conversation.conversation_id
        self._all = list_targets(conversation)
        self._by_span: dict[str, list[Target]] = {}
        self._by_trace: dict[str, list[Target]] = {}
        self._by_message: dict[str, list[Target]] = {}
        for target in self._all:
            for part in target.answer.parts:
                for span_id in dict.fromkeys((part.span_id, *part.generation_span_ids)):
                    self._by_span.setdefault(span_id, []).append(target)
                self._by_trace.setdefault(part.trace_id, []).append(target)
                if part.message_id:
                    self._by_message.setdefault(part.message_id, []).append(target)

    def find(self, feedback: Feedback) -> Target | None:
        """Return the answer that the feedback is about, or None where it is about none of these.

        The span decides, then the trace, then the message; feedback on the conversation as a whole is about the
        latest answer that had begun by then. Of several answers in one trace it is that one, too.
        """
        for found in (self._find_by_span(feedback), self._find(self._by_trace, feedback.trace_id)):
            if found:
                return _latest_begun(found, feedback.time_ns) or found[0]
        if found := self._find(self._by_message, feedback.message_id):
            return _latest_begun(found, feedback.time_ns) or found[0]
        if feedback.conversation_id and feedback.conversation_id == self._conversation_id:
            return _latest_begun(self._all, feedback.time_ns)
        return None

    def _find_by_span(self, feedback: Feedback) -> list[Target]:
        found = self._find(self._by_span, feedback.span_id)
        return [each for each in found if feedback.trace_id in ("", *(part.trace_id for part in each.answer.parts))]

    @staticmethod
    def _find(named: Mapping[str, list[Target]], name: str) -> list[Target]:
        return named.get(name, []) if name else []


def find_target(conversation: Conversation, feedback: Feedback) -> Target | None:
    """Return the answer that one piece of feedback is about, or None where it is about none of these."""
    return TargetFinder(conversation).find(feedback)


def _latest_begun(targets: Sequence[Target], time_ns: int) -> Target | None:
    begun = [target for target in targets if target.answer.start_time_ns <= time_ns]
    return max(begun, key=lambda target: target.answer.start_time_ns) if begun else None


def find_actions(conversation: Conversation, feedback: Sequence[Feedback], name: str) -> Iterator[Action]:
    """Give what people (not models, not code) did under that name: the last for each answer, in order."""
    named = [each for each in feedback if each.name == name and each.annotator_kind == "HUMAN"]
    finder = TargetFinder(conversation) if named else None
    last: dict[tuple[int, int], Action] = {}
    for each in sorted(named, key=lambda each: (each.time_ns, each.identifier)):
        if finder and (target := finder.find(each)):
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
