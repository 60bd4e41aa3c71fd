"""A logged dialogue becomes spans: a trace for each user message, in it a `chat` span for each answer of the model.

Each span carries the messages before it, as an app would have sent them, in OpenTelemetry's GenAI conventions. What
people said of answers becomes `tacit.feedback` spans.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import normalise_role
from tracing.importing.entries import NS, ImportedSpan, Origin, UnreadableError, read_time, shorten

HISTORY_MESSAGES = 100
HISTORY_CHARACTERS = 100_000
"""Most of a long dialogue that a span repeats: the last messages within both limits."""
MESSAGE_FIELDS = ("role", "content", "parts", "tool_calls", "tool_call_id", "name")
THUMBS = {"up": 1.0, "down": 0.0}
FEEDBACK_FIELDS = {
    "label": keys.FEEDBACK_LABEL,
    "explanation": keys.FEEDBACK_EXPLANATION,
    "comment": keys.FEEDBACK_EXPLANATION,
    "correction": keys.FEEDBACK_CORRECTION,
    "annotator_kind": keys.FEEDBACK_ANNOTATOR_KIND,
}


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """A message of a log: its role, its JSON, and what was noted beside it."""

    role: str
    text: str
    """The message as JSON text."""
    time_ns: int | None = None
    model: str = ""
    user_id: str = ""
    feedback: tuple[Mapping[str, Any], ...] = ()
    """Attributes of `tacit.feedback` spans."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation as a log has it."""

    conversation_id: str
    messages: Sequence[LoggedMessage]
    time_ns: int | None = None
    user_id: str = ""
    model: str = ""
    feedback: tuple[Mapping[str, Any], ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """More to write on every span."""


def read_message(value: Any, place: str) -> LoggedMessage:
    """A message `{"role", "content"}` with what may stand beside it. Raises UnreadableError."""
    if not isinstance(value, Mapping) or not isinstance(value.get("role"), str) or not value["role"]:
        raise UnreadableError(f'{place} is {shorten(value)}; {{"role", "content"}} was expected')
    content = value.get("content")
    if content is not None and not isinstance(content, str | list):
        raise UnreadableError(f"{place}.content is {shorten(content)}; text or a list of parts was expected")
    body = {name: value[name] for name in MESSAGE_FIELDS if value.get(name) is not None}
    return LoggedMessage(
        role=normalise_role(value["role"]),
        text=json.dumps(body, ensure_ascii=False),
        time_ns=read_time(value.get("time"), f"{place}.time"),
        model=read_name(value.get("model")),
        user_id=read_name(value.get("user_id")),
        feedback=read_feedback(value.get("feedback"), f"{place}.feedback"),
    )


def read_messages(values: Any, place: str) -> list[LoggedMessage]:
    """A list of messages, of which one at least is the user's. Raises UnreadableError."""
    if not isinstance(values, list):
        raise UnreadableError(f"{place} is {shorten(values)}; a list of messages was expected")
    messages = [read_message(value, f"{place}[{index}]") for index, value in enumerate(values)]
    if not any(message.role == "user" for message in messages):
        raise UnreadableError(f"{place} holds no message of the role user")
    return messages


def read_name(value: Any) -> str:
    """An id or name as text; empty where there is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def read_feedback(value: Any, place: str) -> tuple[Mapping[str, Any], ...]:
    """One piece of feedback or a list: `up`, `down`, a number, or an object. Raises UnreadableError."""
    if value in (None, "", []):
        return ()
    values = value if isinstance(value, list) else [value]
    return tuple(read_one_feedback(each, place) for each in values)


def read_one_feedback(value: Any, place: str) -> Mapping[str, Any]:
    if isinstance(value, bool):
        value = "up" if value else "down"
    if isinstance(value, str):
        known = value.lower() in THUMBS
        value = {"name": "thumbs", "label": value.lower()} if known else {"name": "comment", "explanation": value}
    if isinstance(value, int | float):
        value = {"name": "rating", "score": value}
    if not isinstance(value, Mapping):
        raise UnreadableError(f'{place} holds {shorten(value)}; "up", "down", a number or an object was expected')
    return describe_feedback(value, place)


def describe_feedback(value: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """The attributes of a `tacit.feedback` span; `time_ns` stands among them where the log tells it."""
    label = read_name(value.get("label")).lower() if value.get("name", "thumbs") == "thumbs" else ""
    name = read_name(value.get("name")) or ("thumbs" if label in THUMBS else "comment")
    found: dict[str, Any] = {keys.FEEDBACK_NAME: name}
    for key, attribute in FEEDBACK_FIELDS.items():
        if isinstance(value.get(key), str):
            found[attribute] = value[key]
    score = value.get("score", THUMBS.get(label))
    if isinstance(score, int | float):
        found[keys.FEEDBACK_SCORE] = float(score) if abs(score) < 1e300 else 0.0
    if value.get("identifier"):
        found[keys.FEEDBACK_IDENTIFIER] = read_name(value["identifier"])
    if isinstance(value.get("metadata"), Mapping):
        found[keys.FEEDBACK_METADATA] = json.dumps(value["metadata"], ensure_ascii=False)
    time_ns = read_time(value.get("time"), f"{place}.time")
    return found | ({"time_ns": time_ns} if time_ns else {})


@dataclass(frozen=True, slots=True)
class Call:
    """One answer of the model within a dialogue: messages `begin` to `end` are the answer, those before it went in."""

    turn: int
    number: int
    """From 0 within the turn: a model that calls tools answers several times."""
    begin: int
    end: int
    start_time_ns: int
    end_time_ns: int


def write_dialogue(dialogue: Dialogue, origin: Origin) -> Iterator[ImportedSpan]:
    """The spans of a dialogue, in its order."""
    trace_id = span_id = ""
    last_ns = dialogue.time_ns or origin.time_ns
    for call in find_calls(dialogue, origin):
        trace_id = origin.make_trace_id(dialogue.conversation_id, call.turn)
        span_id = origin.make_span_id(dialogue.conversation_id, call.turn, call.number)
        last_ns = call.end_time_ns
        yield write_call(dialogue, call, trace_id, span_id)
        target = {keys.FEEDBACK_TRACE_ID: trace_id, keys.FEEDBACK_SPAN_ID: span_id}
        for index in range(call.begin - (call.number == 0 and call.begin > 0), call.end):
            for number, told in enumerate(dialogue.messages[index].feedback):
                yield write_feedback(dialogue, origin, told, target, last_ns, (index, number))
    for number, told in enumerate(dialogue.feedback):
        yield write_feedback(dialogue, origin, told, {}, last_ns, ("all", number))


def find_calls(dialogue: Dialogue, origin: Origin) -> Iterator[Call]:
    """Every run of assistant messages after a user's or a tool's, and user messages that nobody answered.

    Where the log tells no times a message comes a second after the one before it.
    """
    messages = dialogue.messages
    now_ns = dialogue.time_ns or next((each.time_ns for each in messages if each.time_ns), origin.time_ns)
    turn, number, index = -1, 0, 0
    while index < len(messages):
        message = messages[index]
        now_ns = max(message.time_ns or now_ns, now_ns)
        if message.role == "user":
            turn, number = turn + 1, 0
        index += 1
        end = find_end_of_answer(messages, index)
        if message.role != "assistant" and turn >= 0 and (end > index or is_unanswered(messages, index)):
            told_ns = [each.time_ns for each in messages[index:end] if each.time_ns]
            end_ns = max([now_ns, *told_ns]) if told_ns or end == index else now_ns + NS
            yield Call(turn, number, index, end, now_ns, end_ns)
            number, index, now_ns = number + 1, end, end_ns
        now_ns += NS if turn >= 0 else 0


def find_end_of_answer(messages: Sequence[LoggedMessage], index: int) -> int:
    """Where the assistant messages that begin at `index` end."""
    while index < len(messages) and messages[index].role == "assistant":
        index += 1
    return index


def is_unanswered(messages: Sequence[LoggedMessage], index: int) -> bool:
    """Whether the message before `index` is the user's, and no answer comes before the user's next one."""
    if messages[index - 1].role != "user":
        return False
    roles = (messages[place].role for place in range(index, len(messages)))
    return next((role for role in roles if role in ("user", "assistant")), "user") == "user"


def write_call(dialogue: Dialogue, call: Call, trace_id: str, span_id: str) -> ImportedSpan:
    answer = dialogue.messages[call.begin : call.end]
    asking = dialogue.messages[call.begin - 1]
    model = next((each.model for each in answer if each.model), "") or dialogue.model
    attributes: dict[str, Any] = {
        **dialogue.attributes,
        keys.OPERATION_NAME: "chat",
        keys.CONVERSATION_ID: dialogue.conversation_id,
        keys.INPUT_MESSAGES: join_history(dialogue.messages, call.begin),
        keys.USER_ID: asking.user_id or dialogue.user_id,
        keys.REQUEST_MODEL: model,
    }
    if answer:
        attributes[keys.OUTPUT_MESSAGES] = f"[{','.join(each.text for each in answer)}]"
    known = {name: value for name, value in attributes.items() if value != ""}
    return ImportedSpan(trace_id, span_id, f"chat {model}".strip(), call.start_time_ns, call.end_time_ns, known)


def join_history(messages: Sequence[LoggedMessage], end: int) -> str:
    """JSON of the messages before `end`, as many as the limits allow, and the system's, which come first."""
    first, size = end, 0
    while first > 0 and end - first < HISTORY_MESSAGES and size <= HISTORY_CHARACTERS:
        first -= 1
        size += len(messages[first].text)
    system = [messages[0].text] if first > 0 and messages[0].role == "system" else []
    return f"[{','.join([*system, *(each.text for each in messages[first:end])])}]"


def write_feedback(
    dialogue: Dialogue,
    origin: Origin,
    told: Mapping[str, Any],
    target: Mapping[str, str],
    time_ns: int,
    place: tuple[object, ...],
) -> ImportedSpan:
    """A `tacit.feedback` span; without an identifier of its own it has one that follows from its place."""
    attributes = {name: value for name, value in told.items() if name != "time_ns"}
    names = (dialogue.conversation_id, "feedback", *place)
    attributes.setdefault(keys.FEEDBACK_IDENTIFIER, f"import/{origin.make_trace_id(*names)}")
    attributes |= {keys.CONVERSATION_ID: dialogue.conversation_id, **target}
    at_ns = told.get("time_ns", time_ns)
    trace_id, span_id = origin.make_trace_id(*names), origin.make_span_id(*names)
    return ImportedSpan(trace_id, span_id, keys.FEEDBACK_SPAN_NAME, at_ns, at_ns, attributes)
