"""Spans exported from Phoenix: rows of its client's dataframe (Parquet, CSV, JSON lines), or spans of its API.

Model calls are written in OpenTelemetry's GenAI conventions, other spans with their attributes as they were. Trace and
span ids stay.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json
from tracing.importing.dialogues import read_name
from tracing.importing.entries import Entry, ImportedSpan, Origin, Row, UnreadableError, read_time, shorten

NAME = "phoenix"
UNIT = "spans"
KEPT = {
    "session.id": keys.CONVERSATION_ID,
    "user.id": keys.USER_ID,
    "llm.model_name": keys.RESPONSE_MODEL,
    "llm.provider": keys.PROVIDER_NAME,
    "llm.token_count.prompt": keys.INPUT_TOKENS,
    "llm.token_count.completion": keys.OUTPUT_TOKENS,
    "llm.token_count.prompt_details.cache_read": keys.CACHE_READ_TOKENS,
    "llm.token_count.prompt_details.cache_write": keys.CACHE_WRITE_TOKENS,
    "llm.token_count.completion_details.reasoning": keys.REASONING_TOKENS,
    "tag.tags": keys.TAGS,
    "metadata": keys.METADATA,
}
COUNTS = frozenset(name for name in KEPT if "token_count" in name)
OF_CALLS = ("llm.", "input.", "output.", "openinference.")
"""Beginnings of attributes that the GenAI conventions have under names of their own."""


def read(row: Row, origin: Origin) -> list[Entry]:
    """The span of one row. Raises UnreadableError."""
    if not isinstance(row.value, Mapping):
        raise UnreadableError(f"the row is {shorten(row.value)}; a span was expected")
    fields = flatten(row.value)
    trace_id = read_name(fields.get("context.trace_id"))
    span_id = read_name(fields.get("context.span_id"))
    start_ns = read_time(read_stamp(fields.get("start_time")), "start_time")
    if not trace_id or not span_id or start_ns is None:
        raise UnreadableError(
            "the row has no context.trace_id, context.span_id or start_time; a span of Phoenix has them"
        )
    end_ns = read_time(read_stamp(fields.get("end_time")), "end_time") or start_ns
    attributes = {name.removeprefix("attributes."): value for name, value in fields.items() if is_attribute(name)}
    kind = read_name(fields.get("span_kind") or attributes.get("openinference.span.kind")).upper()
    failed = read_name(fields.get("status_code")).upper() == "ERROR"
    span = ImportedSpan(
        trace_id=keep_id(trace_id, 32, origin),
        span_id=keep_id(span_id, 16, origin),
        parent_span_id=keep_id(parent, 16, origin) if (parent := read_name(fields.get("parent_id"))) else "",
        name=read_name(fields.get("name")) or "span",
        start_time_ns=start_ns,
        end_time_ns=max(end_ns, start_ns),
        attributes=write_call(attributes) if kind == "LLM" else write_other(attributes, kind),
        error=read_name(fields.get("status_message")) if failed else None,
    )
    return [Entry(row.line, [span])]


def is_attribute(name: str) -> bool:
    return name.startswith("attributes.")


def keep_id(name: str, length: int, origin: Origin) -> str:
    """The id as it is where it is one of OpenTelemetry's, else one that follows from it."""
    plain = name.lower().replace("-", "")
    if len(plain) == length and set(plain) <= set("0123456789abcdef") and plain.strip("0"):
        return plain
    return origin.make_trace_id("id", name)[:length]


def read_stamp(value: Any) -> Any:
    """A time of a table: a moment as text, which keeps its zone; a number of milliseconds as it is."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def flatten(value: Mapping[str, Any]) -> dict[str, Any]:
    """`context` and `attributes` may be objects or columns `context.span_id`, `attributes.llm.model_name`, …"""
    found: dict[str, Any] = {}
    for name, each in value.items():
        if name in ("context", "attributes") and isinstance(parse_json(each), Mapping):
            found |= {f"{name}.{path}": leaf for path, leaf in walk(parse_json(each))}
        elif each is not None and each != "" and each == each:  # an empty cell of a dataframe is not equal to itself
            found[name] = each
    return found


def walk(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Leaves of nested objects with their dotted paths; lists are leaves."""
    for name, each in value.items():
        if isinstance(each, Mapping) and each and name != "metadata":
            yield from ((f"{name}.{path}", leaf) for path, leaf in walk(each))
        elif each is not None:
            yield str(name), each


def write_call(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A model call in the GenAI conventions."""
    asked = read_messages(attributes, "llm.input_messages") or read_value(attributes.get("input.value"), "user")
    answered = read_messages(attributes, "llm.output_messages") or read_value(
        attributes.get("output.value"), "assistant"
    )
    parameters = parse_loose(attributes.get("llm.invocation_parameters"))
    found: dict[str, Any] = {
        name: value for name, value in attributes.items() if not name.startswith((*OF_CALLS, *KEPT))
    }
    found |= {keys.OPERATION_NAME: "chat"}
    for name, kept in KEPT.items():
        if name in attributes:
            value = attributes[name]
            found[kept] = read_count(value) if name in COUNTS else parse_loose(value) if name == "tag.tags" else value
    if isinstance(parameters, Mapping) and isinstance(parameters.get("model"), str):
        found[keys.REQUEST_MODEL] = parameters["model"]
    if asked:
        found[keys.INPUT_MESSAGES] = json.dumps(asked, ensure_ascii=False, default=str)
    if answered:
        found[keys.OUTPUT_MESSAGES] = json.dumps(answered, ensure_ascii=False, default=str)
    return {name: value for name, value in found.items() if value is not None}


def write_other(attributes: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A span that is no model call: as it was, with the conversation under its name of today."""
    found = {"openinference.span.kind": kind, **attributes} if kind else dict(attributes)
    if "session.id" in found:
        found[keys.CONVERSATION_ID] = found["session.id"]
    return found


def read_count(value: Any) -> int | None:
    """A number of tokens, which a dataframe may have made a fraction or a text of."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if 0 <= number < 2**53 else None


def read_messages(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Messages from a list of objects, its text, or columns `llm.input_messages.0.message.role`."""
    listed = parse_loose(attributes.get(prefix))
    if not isinstance(listed, list):
        listed = gather(attributes, f"{prefix}.")
    found = (read_message(flat) for each in listed if isinstance(each, Mapping) for flat in [dict(walk(each))])
    return [message for message in found if message]


def gather(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """The objects of a list whose items' fields are attributes of their own."""
    items: dict[int, dict[str, Any]] = {}
    for name, value in attributes.items():
        index, _, rest = name.removeprefix(prefix).partition(".")
        if name.startswith(prefix) and index.isascii() and index.isdigit() and len(index) < 6:
            items.setdefault(int(index), {})[rest] = value
    return [items[index] for index in sorted(items)]


def read_message(flat: Mapping[str, Any]) -> dict[str, Any]:
    """One message from `message.role`, `message.content` (or `.contents`) and `message.tool_calls`."""
    role = read_name(flat.get("message.role"))
    if not role:
        return {}
    content = flat.get("message.content")
    if content is None:
        content = "\n".join(read_texts(flat))
    calls = flat.get("message.tool_calls") or gather(flat, "message.tool_calls.")
    message: dict[str, Any] = {"role": role, "content": str(content)}
    if isinstance(calls, list) and calls:
        message["tool_calls"] = [read_tool_call(dict(walk(each))) for each in calls if isinstance(each, Mapping)]
    if flat.get("message.tool_call_id"):
        message["tool_call_id"] = read_name(flat["message.tool_call_id"])
    return message


def read_texts(flat: Mapping[str, Any]) -> list[str]:
    parts = flat.get("message.contents") or gather(flat, "message.contents.")
    listed = [dict(walk(each)) for each in parts if isinstance(each, Mapping)] if isinstance(parts, list) else []
    return [str(part["message_content.text"]) for part in listed if "message_content.text" in part]


def read_tool_call(flat: Mapping[str, Any]) -> dict[str, Any]:
    name, arguments = flat.get("tool_call.function.name"), flat.get("tool_call.function.arguments")
    function = {"name": read_name(name), "arguments": arguments}
    return {"id": read_name(flat.get("tool_call.id")), "type": "function", "function": function}


def read_value(value: Any, role: str) -> list[dict[str, Any]]:
    """What stood in `input.value` or `output.value`: a request, a response, or plain text."""
    known = parse_json(value)
    if isinstance(known, Mapping) and isinstance(known.get("messages"), list):
        return [dict(each) for each in known["messages"] if isinstance(each, Mapping)]
    if isinstance(known, Mapping) and isinstance(known.get("choices"), list):
        messages = (each.get("message") for each in known["choices"] if isinstance(each, Mapping))
        return [dict(each) for each in messages if isinstance(each, Mapping)]
    return [{"role": role, "content": str(value)}] if value else []


def parse_loose(value: Any) -> Any:
    """A value that a table may have as JSON or as Python writes it."""
    decoded = parse_json(value)
    if not isinstance(decoded, str) or not decoded.startswith(("[", "{")):
        return decoded
    try:
        return ast.literal_eval(decoded)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return decoded
