"""Who said what about which answer: a labelled conversation comes in, the opinions about each of its answers
go out. Thumbs decide alone; without them behaviour counts, and where it contradicts itself nothing is
decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.datasets.record import LabelledConversation, Reason
from feedback.detectors.signal import Signal
from feedback.detectors.targets import find_target
from feedback.detectors.thumbs import read_thumb
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation

AnswerKey = tuple[str, str]
"""Trace id and span id of an answer."""

GOOD_ACTIONS = frozenset({"copy", "accept"})
GOOD_SIGNALS = frozenset({"praise"})

NOT_ABOUT_THE_TEXT = frozenset(
    {"thumbs", "rating", "comment", "correction_text", "error", "slow", "tool_failure", "sentiment", "sentiment_shift"}
)
"""Negative signals that are no verdict of their own on what the answer says: thumbs and their kin are read
from the feedback itself; failures and slowness say nothing about the words, nor does tone alone."""

LEAST_CONFIDENCE = 0.5
"""A signal whose detector is less sure of itself than this labels nothing: most of its labels would be wrong."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One statement about an answer."""

    source: str
    """`thumbs:up`, `action:copy`, `signal:rephrase`, …"""
    good: bool
    score: float = 1.0
    confidence: float = 1.0
    detector: str = ""
    version: str = ""

    @property
    def is_thumb(self) -> bool:
        return self.source.startswith("thumbs:")


def collect_opinions(labelled: LabelledConversation) -> Mapping[AnswerKey, Sequence[Opinion]]:
    """Return the opinions about each answer, the weightiest first, the same for any order of the input."""
    found: dict[AnswerKey, set[Opinion]] = defaultdict(set)
    for key, opinion in (*_read_feedback(labelled), *_read_signals(labelled)):
        found[key].add(opinion)
    return {key: sorted(opinions, key=_rank) for key, opinions in found.items()}


def identify_answer(answer: Answer) -> AnswerKey:
    return answer.trace_id, answer.span_id


def weigh_opinions(opinions: Sequence[Opinion]) -> Opinion | Reason:
    """Return the opinion that decides, or why none does."""
    weighed = [opinion for opinion in opinions if opinion.is_thumb] or list(opinions)
    if not weighed:
        return Reason.NOT_JUDGED
    if len({opinion.good for opinion in weighed}) > 1:
        return Reason.CONTRADICTORY_THUMBS if weighed[0].is_thumb else Reason.MIXED_SIGNALS
    return weighed[0]


def _rank(opinion: Opinion) -> tuple[bool, bool, float, float, str, str, str]:
    signal = opinion.source.startswith("signal:")
    ranked = (not opinion.is_thumb, signal, -opinion.score, -opinion.confidence)
    return (*ranked, opinion.source, opinion.detector, opinion.version)


def _read_feedback(labelled: LabelledConversation) -> Iterator[tuple[AnswerKey, Opinion]]:
    for feedback in _list_current(labelled.feedback):
        opinion = _read_opinion(feedback)
        target = find_target(labelled.conversation, feedback) if opinion else None
        if opinion and target:
            yield identify_answer(target.answer), opinion


def _list_current(feedback: Sequence[Feedback]) -> list[Feedback]:
    """Only people's, and of each identifier the latest."""
    current: dict[str, Feedback] = {}
    for each in sorted(feedback, key=lambda each: (each.time_ns, each.name, each.label, str(each.score))):
        current[each.identifier] = each
    return [each for each in current.values() if each.annotator_kind == "HUMAN"]


def _read_opinion(feedback: Feedback) -> Opinion | None:
    if feedback.name == "thumbs" and (thumb := read_thumb(feedback)):
        return Opinion(f"thumbs:{thumb}", good=thumb == "up")
    if feedback.name in GOOD_ACTIONS:
        return Opinion(f"action:{feedback.name}", good=True)
    return None


def _read_signals(labelled: LabelledConversation) -> Iterator[tuple[AnswerKey, Opinion]]:
    for signal in labelled.signals:
        if not (_is_praise(signal) or is_criticism(signal)):
            continue
        if answer := find_signal_answer(labelled.conversation, signal):
            yield identify_answer(answer), _to_opinion(signal)


def _to_opinion(signal: Signal) -> Opinion:
    return Opinion(
        f"signal:{signal.kind}",
        good=signal.polarity > 0,
        score=signal.score,
        confidence=signal.confidence,
        detector=signal.detector,
        version=signal.version,
    )


def _is_praise(signal: Signal) -> bool:
    return (
        signal.stands and signal.polarity > 0 and signal.confidence >= LEAST_CONFIDENCE and signal.kind in GOOD_SIGNALS
    )


def is_criticism(signal: Signal) -> bool:
    """Say whether the signal is a verdict against what the answer says."""
    if not signal.stands or signal.polarity >= 0 or signal.confidence < LEAST_CONFIDENCE:
        return False
    if signal.kind == "refusal":  # to decline may be right
        return signal.label == "needless"
    return signal.kind not in NOT_ABOUT_THE_TEXT


def find_signal_answer(conversation: Conversation, signal: Signal) -> Answer | None:
    """Return the answer that the signal is about: its span decides, else the answer that its turn shows."""
    for turn in conversation.turns:
        if signal.span_id:
            for answer in turn.answers:
                if _is_of_span(answer, signal):
                    return answer
        elif turn.index == signal.target:
            return turn.answer
    return None


def _is_of_span(answer: Answer, signal: Signal) -> bool:
    same_trace = signal.trace_id in ("", answer.trace_id)
    return same_trace and signal.span_id in (answer.span_id, *answer.generation_span_ids)
