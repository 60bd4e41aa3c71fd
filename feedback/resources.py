"""What REST gives of conversations and signals: the shapes of the API, and the data classes in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ninja import Schema

from feedback.detectors.signal import Signal
from feedback.detectors.targets import TargetFinder
from feedback.excerpts import HeardExcerpt
from feedback.explicit import Feedback
from feedback.failures.listing import NamedMode
from feedback.labels import Label
from feedback.machines import Machine
from feedback.satisfaction_records import Estimate
from tracing.conversations import Answer, Turn
from tracing.resources import Attributes, Count, GenerationResource, Number, Time, format_time, to_ms


class SignalResource(Schema):
    """One observation. `turn_index` holds the evidence; `target` is the turn whose answer it is about. `verdict` is
    what a person said of it: `confirmed`, `rejected` or nothing."""

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
    verdict: str


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
    of them. `follows` is the index of the turn that it goes on from, where that is not the one before it: an earlier
    message was edited.
    """

    index: int
    follows: int | None
    user_message: str
    sent_text: str
    answer: AnswerResource
    alternatives: list[AnswerResource]
    generations: list[str]
    signals: list[SignalResource]
    feedback: list[FeedbackResource]


class ReasonResource(Schema):
    """What speaks for dissatisfaction (against it where it is negative), in log odds."""

    name: str
    log_odds: Number


class DissatisfactionResource(Schema):
    """How likely it is that the user was dissatisfied, with an interval of 90 %. The log odds of the `reasons` add up
    to those of the probability. `fitted`: with feedback of the project's own users."""

    probability: Number
    low: Number
    high: Number
    fitted: bool
    reasons: list[ReasonResource]


class ConversationLabelResource(Schema):
    """What a reviewer said of the whole conversation: of `kind` `outcome`, whether the user was `satisfied` or
    `dissatisfied`."""

    id: str
    kind: str
    verdict: str
    said_by: str
    time: Time


class FailureModeOfConversation(Schema):
    """The failure mode that a conversation belongs to; `title` is the name that people gave it, else what was found."""

    number: int
    title: str


class ConversationSummary(Schema):
    """A conversation in a list. `cost_usd` is that of the calls whose cost is known, `longest_ms` the longest that an
    answer took; `outcomes` are those of its answers, `error_count` how many failed, replaced ones included. `machine`
    is the kind of machine that led it, empty where people did. `dissatisfied` is null where a machine led, and until it
    is estimated; `failure_mode` where it is in none."""

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
    machine: str
    machine_reason: str
    dissatisfied: DissatisfactionResource | None
    failure_mode: FailureModeOfConversation | None


class ConversationPage(Schema):
    items: list[ConversationSummary]
    next_cursor: str | None


class ConversationResource(Schema):
    """A conversation with its turns, or so many of them: `next_turn` is the `from_turn` of the next ones. `machine` is
    the kind of machine that led it, empty where people did."""

    conversation_id: str
    derived: bool
    user_id: str
    service_name: str
    environment: str
    tags: list[str]
    first_time: Time
    last_time: Time
    cost_usd: Number | None
    machine: str
    machine_reason: str
    dissatisfied: DissatisfactionResource | None
    failure_mode: FailureModeOfConversation | None
    labels: list[ConversationLabelResource]
    turn_count: int
    turns: list[TurnResource]
    next_turn: int | None
    generations: list[GenerationResource]


class StatsResource(Schema):
    """Counts of the project; `lag` is the age in seconds of the oldest row that a stage has not done."""

    spans: int
    generations: int
    conversations: int
    signals: int
    lag: dict[str, float]


def describe_signal(conversation_id: str, time: str, signal: Signal) -> dict[str, Any]:
    told = asdict(signal)
    del told["confirmation"]
    return told | {
        "verdict": signal.confirmation.verdict if signal.confirmation else "",
        "evidence": signal.evidence.to_json(),
        "conversation_id": conversation_id,
        "time": time,
    }


def describe_feedback(feedback: Feedback) -> dict[str, Any]:
    return asdict(feedback) | {"time": format_time(feedback.time_ns)}


def describe_answer(answer: Answer) -> dict[str, Any]:
    first_chunk = answer.time_to_first_chunk_ns
    return {name: getattr(answer, name) for name in Answer.__slots__} | {
        "start_time": format_time(answer.start_time_ns),
        "duration_ms": to_ms(answer.duration_ns),
        "time_to_first_chunk_ms": None if first_chunk is None else to_ms(first_chunk),
        "finish_reasons": list(answer.finish_reasons),
    }


def describe_estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    reasons = [{"name": name, "log_odds": log_odds} for name, log_odds in estimate.reasons]
    interval = estimate.probability
    numbers = {"probability": interval.value, "low": interval.low, "high": interval.high}
    return numbers | {"fitted": estimate.is_fitted, "reasons": reasons}


def describe_mode_of(mode: NamedMode | None) -> dict[str, Any] | None:
    return None if mode is None else asdict(mode)


def describe_conversation_label(label: Label) -> dict[str, Any]:
    key = label.key
    told = {"id": key.encode(), "kind": key.kind, "verdict": label.verdict, "said_by": key.said_by}
    return told | {"time": format_time(label.time_ns)}


def describe_machine(machine: Machine | None) -> dict[str, str]:
    return {"machine": machine.kind if machine else "", "machine_reason": machine.reason if machine else ""}


def describe_conversation(
    heard: HeardExcerpt,
    machine: Machine | None,
    estimate: Estimate | None,
    mode: NamedMode | None,
    labels: Sequence[Label],
    generations: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    conversation, facts = heard.excerpt.conversation, heard.excerpt.facts
    signals: dict[int, list[Signal]] = {}
    for signal in heard.signals:
        signals.setdefault(signal.turn_index, []).append(signal)
    feedback: dict[int, list[Feedback]] = {}
    finder = TargetFinder(conversation)
    for each in heard.feedback:
        if target := finder.find(each):
            feedback.setdefault(target.turn.index, []).append(each)
    return {
        "conversation_id": conversation.conversation_id,
        "derived": conversation.derived,
        "user_id": conversation.user_id,
        "service_name": conversation.service_name,
        "environment": conversation.environment,
        "tags": list(conversation.tags),
        "first_time": format_time(facts.first_time_ns),
        "last_time": format_time(facts.last_time_ns),
        "cost_usd": facts.cost_usd,
        **describe_machine(machine),
        "dissatisfied": describe_estimate(estimate),
        "failure_mode": describe_mode_of(mode),
        "labels": list(map(describe_conversation_label, labels)),
        "turn_count": facts.turn_count,
        "turns": [
            describe_turn(conversation.conversation_id, turn, signals.get(turn.index, ()), feedback.get(turn.index, ()))
            for turn in conversation.turns
        ],
        "next_turn": None if heard.excerpt.ends_ns is None else heard.excerpt.end,
        "generations": list(generations),
    }


def describe_turn(
    conversation_id: str, turn: Turn, signals: Sequence[Signal], feedback: Sequence[Feedback]
) -> dict[str, Any]:
    time = format_time(turn.start_time_ns)
    return {
        "index": turn.index,
        "follows": turn.follows,
        "user_message": turn.user_text,
        "sent_text": turn.sent_text,
        "answer": describe_answer(turn.answer),
        "alternatives": [describe_answer(answer) for answer in turn.alternatives],
        "generations": [span_id for part in turn.parts for span_id in part.generation_span_ids],
        "signals": [describe_signal(conversation_id, time, signal) for signal in signals],
        "feedback": [describe_feedback(each) for each in feedback],
    }
