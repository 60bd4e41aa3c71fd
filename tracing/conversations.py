"""From model calls to a dialogue: which calls belong together, what the user said, which answer they saw.

In come traces that were read (`ReadTrace`), out go `Conversation`s of `Turn`s. An `Exchange` stands between them: one
answer to one user message, before it is known whether it is a turn of its own or replaces an earlier answer.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tracing.conventions import ReadTrace, tacit_sdk
from tracing.conventions.messages import find_user_text
from tracing.conventions.shared_attributes import read_error
from tracing.generations import Generation, Message, Outcome
from tracing.spans import Span

SHORTEST_REPEAT = 12
"""Characters from which on the same words again, with no history sent, count as the same request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the user saw it. Times are nanoseconds since the epoch or durations in nanoseconds."""

    trace_id: str
    span_id: str
    """The model call that wrote it."""
    text: str
    outcome: Outcome
    ended_by: str
    start_time_ns: int
    duration_ns: int
    time_to_first_chunk_ns: int | None = None
    model: str = ""
    error_type: str = ""
    message_id: str = ""
    finish_reasons: tuple[str, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    """Of every model call for this answer whose cost is known; None where none is."""
    generation_span_ids: tuple[str, ...] = ()
    """Every model call that was made for this answer (an agent may make many), by start."""
    history_hash: str = ""
    """Of the messages that were sent up to and with the user's; empty where the app sent no history."""

    @property
    def end_time_ns(self) -> int:
        return self.start_time_ns + self.duration_ns


@dataclass(frozen=True, slots=True)
class Turn:
    """One user message and the answer that the user saw."""

    index: int
    """From 0, in the order of the conversation."""
    user_text: str
    """The user's own words."""
    answer: Answer
    """The last one, which stayed."""
    alternatives: tuple[Answer, ...] = ()
    """Earlier answers to the same message that were replaced, oldest first."""
    sent_text: str = ""
    """The message that the model got for it, where that is not just the user's own words."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        return (*self.alternatives, self.answer)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in order. `derived` where no conversation id was sent."""

    project_id: int
    conversation_id: str
    turns: tuple[Turn, ...]
    derived: bool = False
    user_id: str = ""
    service_name: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(answer for turn in self.turns for answer in turn.answers)


CallKey = tuple[str, str]
"""Trace and span of a model call."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who made a model call, and what ran it."""

    user_id: str
    service_name: str
    environment: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer to one user message, and what it says about its conversation."""

    project_id: int
    conversation_id: str
    derived: bool
    user_id: str
    service_name: str
    environment: str
    tags: tuple[str, ...]
    user_text: str
    answer: Answer
    sent_text: str = ""


def find_exchanges(read: ReadTrace) -> list[Exchange]:
    """The exchanges of one trace: model calls under the same frame, or for the same message, are one."""
    groups: dict[str, list[Generation]] = {}
    frames: dict[str, Span] = {}
    for generation in read.generations:
        frame = find_frame(read, generation)
        key = frame.span_id if frame is not None else f"{generation.conversation_id}\0{generation.user_text}"
        groups.setdefault(key, []).append(generation)
        if frame is not None:
            frames[key] = frame
    return [build_exchange(generations, frames.get(key)) for key, generations in groups.items()]


def find_frame(read: ReadTrace, generation: Generation) -> Span | None:
    """The outermost observed function around a model call that was given what the user said."""
    span = read.trace.by_id[generation.span_id]
    frame = None
    for each in (span, *read.trace.ancestors(span)):
        if tacit_sdk.claims(each) and find_user_text(tacit_sdk.read_input(tacit_sdk.read_arguments(each))):
            frame = each
    return frame


@dataclass(frozen=True, slots=True)
class Framing:
    """What went into an answer and what the user got of it, seen from the outside."""

    messages: Sequence[Message]
    history_known: bool
    """Whether `messages` is all that was said before, and not the user's message alone."""
    user_text: str
    text: str
    start_time_ns: int
    end_time_ns: int
    outcome: Outcome
    ended_by: str
    error_type: str


def frame_by_calls(generations: Sequence[Generation]) -> Framing:
    """The framing as the model calls themselves tell it: the first was asked, the last answered."""
    first, last = generations[0], generations[-1]
    return Framing(
        messages=first.input_messages,
        history_known=first.convention != tacit_sdk.NAME,
        user_text=first.user_text,
        text=last.answer,
        start_time_ns=first.start_time_ns,
        end_time_ns=max(each.start_time_ns + each.duration_ns for each in generations),
        outcome=last.outcome,
        ended_by=last.ended_by,
        error_type=last.error_type,
    )


def frame_by_function(calls: Framing, function: Span) -> Framing:
    """The framing of the observed function around the calls, which knows what came in and what went out."""
    arguments = tacit_sdk.read_arguments(function)
    messages = tacit_sdk.read_input(arguments)
    output = tacit_sdk.read_output(function)
    framed = replace(
        calls,
        messages=messages,
        history_known=isinstance(arguments.get("messages"), list),
        user_text=find_user_text(messages),
        text=output[0].content if output else calls.text,
        start_time_ns=function.start_time_ns,
        end_time_ns=function.end_time_ns,
    )
    outcome = tacit_sdk.read_outcome(function)
    if outcome == "completed":
        return framed
    ended_by = tacit_sdk.read_ended_by(function)
    return replace(framed, outcome=outcome, ended_by=ended_by, error_type=calls.error_type or read_error(function)[0])


def build_exchange(generations: Sequence[Generation], function: Span | None) -> Exchange:
    """One exchange from its model calls, by start, and the observed function around them, if there is one."""
    first, last = generations[0], generations[-1]
    framing = frame_by_calls(generations)
    if function is not None:
        framing = frame_by_function(framing, function)
    sent_text = find_user_text(first.input_messages)
    return Exchange(
        project_id=first.project_id,
        conversation_id=first.conversation_id,
        derived=first.conversation_id_derived,
        user_id=first.user_id,
        service_name=first.service_name,
        environment=first.environment,
        tags=tuple(sorted({tag for each in generations for tag in each.tags})),
        user_text=framing.user_text,
        sent_text="" if sent_text == framing.user_text else sent_text,
        answer=Answer(
            trace_id=last.trace_id,
            span_id=last.span_id,
            text=framing.text,
            outcome=framing.outcome,
            ended_by=framing.ended_by,
            start_time_ns=framing.start_time_ns,
            duration_ns=framing.end_time_ns - framing.start_time_ns,
            time_to_first_chunk_ns=last.time_to_first_chunk_ns,
            model=last.response_model or last.request_model,
            error_type=framing.error_type,
            message_id=last.message_id or first.message_id,
            finish_reasons=last.finish_reasons,
            input_tokens=add_known(each.input_tokens for each in generations),
            output_tokens=add_known(each.output_tokens for each in generations),
            cost_usd=add_costs(each.cost_usd for each in generations),
            generation_span_ids=tuple(each.span_id for each in generations),
            history_hash=hash_messages(framing.messages) if framing.history_known else "",
        ),
    )


def add_known(numbers: Iterable[int | None]) -> int | None:
    """Sum of what is known; None where nothing is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def add_costs(costs: Iterable[float | None]) -> float | None:
    """Sum of what is known, the same in whatever order (to a millionth of a millionth); None where nothing is."""
    known = [cost for cost in costs if cost is not None]
    return round(math.fsum(known), 12) if known else None


def hash_messages(messages: Sequence[Message]) -> str:
    """A hash of the roles and texts, the same for the same history, after the number of messages."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(f"{message.role}\0{message.content}\0".encode("utf-8", "surrogatepass"))
    return f"{len(messages)}-{digest.hexdigest()[:32]}"


def list_exchanges(conversation: Conversation, senders: Mapping[CallKey, Sender]) -> list[Exchange]:
    """The exchanges that a conversation was built from; `senders` of the model calls that are stored."""
    return [
        restore_exchange(conversation, turn, answer, senders) for turn in conversation.turns for answer in turn.answers
    ]


def restore_exchange(
    conversation: Conversation, turn: Turn, answer: Answer, senders: Mapping[CallKey, Sender]
) -> Exchange:
    keys = [(answer.trace_id, span_id) for span_id in answer.generation_span_ids]
    found = [senders[key] for key in keys if key in senders]
    first = found[0] if found else Sender(conversation.user_id, conversation.service_name, conversation.environment)
    return Exchange(
        project_id=conversation.project_id,
        conversation_id=conversation.conversation_id,
        derived=conversation.derived,
        user_id=first.user_id,
        service_name=first.service_name,
        environment=first.environment,
        tags=tuple(sorted({tag for each in found for tag in each.tags})),
        user_text=turn.user_text,
        sent_text=turn.sent_text,
        answer=answer,
    )


def build_conversation(exchanges: Iterable[Exchange]) -> Conversation:
    """A conversation from at least one exchange of it, in any order."""
    ordered = sorted(exchanges, key=lambda each: (each.answer.start_time_ns, each.answer.span_id))
    turns: list[Turn] = []
    for exchange in ordered:
        replaced = find_replaced(turns, exchange)
        if replaced is None:
            turns.append(Turn(len(turns), exchange.user_text, exchange.answer, sent_text=exchange.sent_text))
        else:
            turn = turns[replaced]
            turns[replaced] = replace(turn, answer=exchange.answer, alternatives=turn.answers)
    first = ordered[0]
    return Conversation(
        project_id=first.project_id,
        conversation_id=first.conversation_id,
        turns=tuple(turns),
        derived=first.derived,
        user_id=next((each.user_id for each in ordered if each.user_id), ""),
        service_name=first.service_name,
        environment=first.environment,
        tags=tuple(sorted({tag for each in ordered for tag in each.tags})),
    )


def find_replaced(turns: Sequence[Turn], exchange: Exchange) -> int | None:
    """Index of the turn that this exchange answers again; None where it is a new turn.

    The same history answered again is the same turn; a message alone tells that of the turn before only, for it
    may as well be asked anew. Where an app sends no history, the same words right after one another are the same
    turn, unless they are as short as "yes" or "continue".
    """
    history = exchange.answer.history_hash
    if not turns:
        return None
    last = turns[-1]
    if history:
        candidates = [last] if history.startswith("1-") else reversed(turns)
        return next((turn.index for turn in candidates if turn.answer.history_hash == history), None)
    words = " ".join(exchange.user_text.split())
    again = len(words) >= SHORTEST_REPEAT and words == " ".join(last.user_text.split())
    return last.index if again and not last.answer.history_hash else None
