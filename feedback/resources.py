"""What REST gives of conversations and signals: the shapes of the API, and the data classes in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ninja import Schema

from feedback.detectors.signal import Signal
from feedback.detectors.targets import find_target
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn, add_costs
from tracing.resources import Attributes, Count, GenerationResource, Number, Time, format_time, to_ms


class SignalResource(Schema):
    """One observation. `turn_index` holds the evidence; `target` is the turn whose answer it is about."""

    kind: str
    label: str
    score: Number
    confidence: Number
    fired: bool
    polarity: int
    target: int | None
    evidence: Attributes
    detector: str
    version: str
    conversation_id: str
    turn_index: int
    trace_id: str
    span_id: str
    time: Time


class SignalPage(Schema):
    items: list[SignalResource]
    next_cursor: str | None


class FeedbackResource(Schema):
    """What somebody said or did about an answer, as it was sent; it names its target by any of the four ids."""

    identifier: str
    name: str
    score: Number | None
    label: str
    explanation: str
    correction: str
    annotator_kind: str
    metadata: Attributes
    conversation_id: str
    trace_id: str
    span_id: str
    message_id: str
    time: Time


class FeedbackPage(Schema):
    items: list[FeedbackResource]
    next_cursor: str | None


class AnswerResource(Schema):
    """An answer that the user saw."""

    text: str
    outcome: str
    ended_by: str
    trace_id: str
    span_id: str
    message_id: str
    model: str
    start_time: Time
    duration_ms: float
    time_to_first_chunk_ms: float | None
    input_tokens: Count | None
    output_tokens: Count | None
    cost_usd: Number | None
    finish_reasons: list[str]
    error_type: str


class TurnResource(Schema):
    """One user message, in the user's own words; `sent_text` is what the model got where that is more than these.

    `alternatives` are the answers that were replaced, oldest first; `generations` the span ids of the calls behind all
    of them.
    """

    index: int
    user_message: str
    sent_text: str
    answer: AnswerResource
    alternatives: list[AnswerResource]
    generations: list[str]
    signals: list[SignalResource]
    feedback: list[FeedbackResource]


class ConversationSummary(Schema):
    """A conversation in a list. `cost_usd` is that of the calls whose cost is known, `longest_ms` the longest that an
    answer took; `outcomes` are those of its answers, `error_count` how many failed, replaced ones included."""

    conversation_id: str
    derived: bool
    user_id: str
    service_name: str
    environment: str
    tags: list[str]
    models: list[str]
    first_message: str
    first_time: Time
    last_time: Time
    turn_count: int
    generation_count: int
    input_tokens: Count | None
    output_tokens: Count | None
    cost_usd: Number | None
    longest_ms: float
    outcomes: list[str]
    error_count: int
    signal_kinds: list[str]


class ConversationPage(Schema):
    items: list[ConversationSummary]
    next_cursor: str | None


class ConversationResource(Schema):
    conversation_id: str
    derived: bool
    user_id: str
    service_name: str
    environment: str
    tags: list[str]
    first_time: Time
    last_time: Time
    cost_usd: Number | None
    turns: list[TurnResource]
    generations: list[GenerationResource]


class StatsResource(Schema):
    """Counts of the project; `lag` is the age in seconds of the oldest row that a stage has not done."""

    spans: int
    generations: int
    conversations: int
    signals: int
    lag: dict[str, float]


@dataclass(frozen=True, slots=True)
class HeardConversation:
    """A conversation with what its users said and showed."""

    conversation: Conversation
    signals: Sequence[Signal]
    feedback: Sequence[Feedback]


def describe_signal(conversation_id: str, time: str, signal: Signal) -> dict[str, Any]:
    return asdict(signal) | {
        "evidence": signal.evidence.to_json(),
        "conversation_id": conversation_id,
        "time": time,
    }


def describe_feedback(feedback: Feedback) -> dict[str, Any]:
    return asdict(feedback) | {"time": format_time(feedback.time_ns)}


def describe_answer(answer: Answer) -> dict[str, Any]:
    first_chunk = answer.time_to_first_chunk_ns
    return asdict(answer) | {
        "start_time": format_time(answer.start_time_ns),
        "duration_ms": to_ms(answer.duration_ns),
        "time_to_first_chunk_ms": None if first_chunk is None else to_ms(first_chunk),
        "finish_reasons": list(answer.finish_reasons),
    }


def describe_conversation(heard: HeardConversation, generations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    conversation = heard.conversation
    answers = conversation.answers
    return {
        "conversation_id": conversation.conversation_id,
        "derived": conversation.derived,
        "user_id": conversation.user_id,
        "service_name": conversation.service_name,
        "environment": conversation.environment,
        "tags": list(conversation.tags),
        "first_time": format_time(min(answer.start_time_ns for answer in answers)),
        "last_time": format_time(max(answer.end_time_ns for answer in answers)),
        "cost_usd": add_costs(answer.cost_usd for answer in answers),
        "turns": [describe_turn(heard, turn) for turn in conversation.turns],
        "generations": list(generations),
    }


def describe_turn(heard: HeardConversation, turn: Turn) -> dict[str, Any]:
    conversation_id = heard.conversation.conversation_id
    time = format_time(turn.answers[0].start_time_ns)
    return {
        "index": turn.index,
        "user_message": turn.user_text,
        "sent_text": turn.sent_text,
        "answer": describe_answer(turn.answer),
        "alternatives": [describe_answer(answer) for answer in turn.alternatives],
        "generations": [span_id for answer in turn.answers for span_id in answer.generation_span_ids],
        "signals": [
            describe_signal(conversation_id, time, signal)
            for signal in heard.signals
            if signal.turn_index == turn.index
        ],
        "feedback": [
            describe_feedback(feedback) for feedback in heard.feedback if is_about(heard.conversation, turn, feedback)
        ],
    }


def is_about(conversation: Conversation, turn: Turn, feedback: Feedback) -> bool:
    found = find_target(conversation, feedback)
    return found is not None and found.turn.index == turn.index
