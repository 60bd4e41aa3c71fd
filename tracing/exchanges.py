"""From the model calls of one trace to exchanges: which calls were made for one message of the user, and which of their
answers the user saw.

In comes a trace that was read (`ReadTrace`), out go its `TracedExchange`s. Calls belong together that were made within
the same frame (an observed function, a framework's outermost span with an input, a request to a server), or for the
same message. Calls of other purposes in a frame (a title, a rewritten query, a check) count, but are not what was said.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tracing.conventions import ReadTrace, tacit_sdk
from tracing.conventions.messages import find_user_text
from tracing.conventions.shared_attributes import pick_text, read_error
from tracing.conversations import Answer, TracedExchange, add_costs, add_known
from tracing.frames import find_shown, is_frame, is_request, list_input_names
from tracing.generations import Generation, Message, Outcome
from tracing.histories import Origin, fold, read_past, tie
from tracing.spans import Span, Trace

ADDRESS_KEYS = ("app.installation.id", "device.id", "client.address", "http.client_ip")
"""What tells people apart who are not known."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The model calls for one message of the user, by start."""

    said: Sequence[Generation]
    """Those that answered it."""
    all: Sequence[Generation]
    """With those of other purposes."""
    function: Span | None = None
    """The observed function around them."""
    shown: str = ""
    """What the frame around them gave back, where that is known."""


def find_exchanges(read: ReadTrace) -> list[TracedExchange]:
    """The exchanges of one trace, in the order of time."""
    address = find_address(read.trace)
    return [build_exchange(calls, address) for calls in group_calls(read)]


def find_address(trace: Trace) -> str:
    names = [name for name in ADDRESS_KEYS if name in trace.attribute_names]
    return next((text for span in trace.spans if (text := pick_text(span.attributes, names))), "") if names else ""


def group_calls(read: ReadTrace) -> list[Calls]:
    input_names = list_input_names(read.trace)
    groups: dict[tuple[str, str], list[Generation]] = {}
    frames: dict[str, Frame] = {}
    for generation in read.generations:
        frame = find_frame(read.trace, generation, input_names)
        key = "" if frame is None else frame.span.span_id
        groups.setdefault((generation.conversation_id, key), []).append(generation)
        if frame is not None:
            frames[key] = frame
    found = [calls for (_, key), each in groups.items() for calls in split_calls(each, frames.get(key))]
    return give_to_tools(sorted(found, key=lambda calls: calls.said[0].start_time_ns))


def give_to_tools(found: list[Calls]) -> list[Calls]:
    """Without the calls of agents that ran as tools: they count where the tool was asked for."""
    gaps = [(gap, owner) for owner in found for gap in list_tool_runs(owner.said)] if len(found) > 1 else []
    kept: list[Calls] = []
    given: dict[int, list[Generation]] = {}
    for calls in found:
        owner = next((each for gap, each in gaps if each is not calls and is_within(calls, each, gap)), None)
        if owner is None:
            kept.append(calls)
        else:
            given.setdefault(id(owner), []).extend(calls.all)
    return [replace(each, all=merge_calls(each.all, given[id(each)])) if id(each) in given else each for each in kept]


def list_tool_runs(generations: Sequence[Generation]) -> list[tuple[int, int]]:
    """When tools ran: from the end of a call that asked for some to the next call. Nanoseconds."""
    return [
        (before.start_time_ns + before.duration_ns, after.start_time_ns)
        for before, after in pairwise(generations)
        if any(message.tool_calls for message in before.output_messages)
    ]


def is_within(calls: Calls, owner: Calls, gap: tuple[int, int]) -> bool:
    """Whether all of the calls were made while tools of `owner` ran, in the same conversation."""
    return (
        calls.all[0].conversation_id == owner.all[0].conversation_id
        and gap[0] <= calls.all[0].start_time_ns
        and max(each.start_time_ns + each.duration_ns for each in calls.all) <= gap[1]
    )


def merge_calls(some: Sequence[Generation], others: Sequence[Generation]) -> Sequence[Generation]:
    return sorted((*some, *others), key=lambda each: (each.start_time_ns, each.span_id))


@dataclass(frozen=True, slots=True)
class Frame:
    """A span around the calls for one message of the user."""

    span: Span
    observed: bool = False
    """Whether our own SDK wrote it, with what the user said."""
    told: bool = False
    """Whether it tells what went in."""


def find_frame(trace: Trace, generation: Generation, input_names: Sequence[str]) -> Frame | None:
    """The outermost span around a model call that answers one message: an observed function that was given what the
    user said, else what a framework calls with an input, else a request to a server."""
    span = trace.by_id[generation.span_id]
    around = trace.ancestors(span)
    observed = next((each for each in (*reversed(around), span) if is_observed(each)), None)
    if observed is not None:
        return Frame(observed, observed=True)
    framed = next((each for each in reversed(around) if is_frame(each, input_names)), None)
    if framed is not None:
        return Frame(framed, told=True)
    request = next((each for each in reversed(around) if is_request(each)), None)
    return None if request is None else Frame(request)


def is_observed(span: Span) -> bool:
    return tacit_sdk.claims(span) and bool(find_user_text(tacit_sdk.read_input(tacit_sdk.read_arguments(span))))


def split_calls(generations: Sequence[Generation], frame: Frame | None) -> list[Calls]:
    """The messages that calls within one frame answered: one, unless they are a dialogue of themselves."""
    strands: dict[str, list[Generation]] = {}
    for generation in generations:
        sent = find_user_text(generation.input_messages) if frame is not None else ""
        strands.setdefault(sent or generation.user_text, []).append(generation)
    if frame is not None and frame.observed:
        return [Calls(choose_strand(strands.values(), ""), generations, function=frame.span)]
    shown = find_shown(frame.span) if frame is not None and frame.told else ""
    if frame is None or (not shown and go_on(strands.values())):
        return [Calls(strand, strand) for strand in strands.values()]
    return [Calls(choose_strand(strands.values(), shown), generations, shown=shown)]


def go_on(strands: Iterable[Sequence[Generation]]) -> bool:
    """Whether the calls are a dialogue: one was sent what another was asked as what was said before, or goes on from
    its answer, which the provider holds."""
    asked: set[str] = set()
    answered: set[str] = set()
    for strand in strands:
        first = strand[0]
        past = read_past(first.input_messages).history
        resent = any(message.role == "user" and message.content in asked for message in past)
        if resent or (first.previous_response_id and first.previous_response_id in answered):
            return True
        asked.add(find_user_text(first.input_messages))
        answered.update(each.response_id for each in strand)
    return False


def choose_strand(strands: Iterable[Sequence[Generation]], shown: str) -> Sequence[Generation]:
    """The calls that answered the user: those with the answer that was shown, else what looks most like a chat."""
    listed = list(strands)
    if len(listed) == 1:
        return listed[0]
    words = fold(shown)
    answering = [each for each in listed if (text := fold(each[-1].answer)) and text in words] if words else []
    return max(answering or listed, key=weigh_strand)


def weigh_strand(strand: Sequence[Generation]) -> tuple[bool, bool, int, int]:
    return (
        any(each.streamed for each in strand),
        any(each.tool_definitions for each in strand),
        len(strand[0].input_messages),
        len(strand[-1].answer),
    )


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


def frame_by_calls(calls: Calls, last: Generation) -> Framing:
    """The framing as the model calls themselves tell it: the first was asked, the last answered."""
    first = calls.said[0]
    return Framing(
        messages=first.input_messages,
        history_known=first.convention != tacit_sdk.NAME,
        user_text=first.user_text,
        text=calls.shown or last.answer,
        start_time_ns=first.start_time_ns,
        end_time_ns=max(each.start_time_ns + each.duration_ns for each in calls.said),
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


def find_last(generations: Sequence[Generation]) -> Generation:
    """The call whose answer the user saw: the last one that said something, unless a later one went wrong."""
    last = generations[-1]
    if last.answer or last.outcome != "completed":
        return last
    return next((each for each in reversed(generations) if each.answer), last)


def build_exchange(calls: Calls, address: str) -> TracedExchange:
    """One exchange from its model calls."""
    first, last = calls.said[0], find_last(calls.said)
    framing = frame_by_calls(calls, last)
    if calls.function is not None:
        framing = frame_by_function(framing, calls.function)
    sent_text = find_user_text(first.input_messages)
    if first.user_text not in ("", sent_text):
        framing = replace(framing, user_text=first.user_text)
    return TracedExchange(
        project_id=first.project_id,
        conversation_id=first.conversation_id,
        derived=first.conversation_id_derived,
        user_text=framing.user_text,
        sent_text="" if sent_text == framing.user_text else sent_text,
        answer=build_answer(calls, last, framing, address),
    )


def build_answer(calls: Calls, last: Generation, framing: Framing, address: str) -> Answer:
    first = calls.said[0]
    origin = Origin(first.user_id, first.service_name, first.environment, address)
    ties = tie(origin, calls.said, framing.user_text, (last.answer, framing.text))
    return Answer(
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
        input_tokens=add_known(each.input_tokens for each in calls.all),
        output_tokens=add_known(each.output_tokens for each in calls.all),
        cost_usd=add_costs(each.cost_usd for each in calls.all),
        generation_span_ids=tuple(each.span_id for each in calls.all),
        history_hash=hash_asked(framing.messages, first.previous_response_id) if framing.history_known else "",
        after_tools=bool(first.input_messages) and first.input_messages[-1].role == "tool",
        continues=ties.continues,
        told=ties.told,
        user_id=first.user_id,
        service_name=first.service_name,
        environment=first.environment,
        tags=tuple(sorted({tag for each in calls.all for tag in each.tags})),
    )


def hash_asked(messages: Sequence[Message], previous_response_id: str) -> str:
    """A hash of the roles and texts up to and with the user's last message, the same for the same history, after their
    number. What the provider holds counts as one message."""
    last = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    asked = messages[: last + 1] or messages
    digest = hashlib.sha256(previous_response_id.encode("utf-8", "surrogatepass"))
    for message in asked:
        digest.update(f"{message.role}\0{message.content}\0".encode("utf-8", "surrogatepass"))
    return f"{len(asked) + bool(previous_response_id)}-{digest.hexdigest()[:32]}"
