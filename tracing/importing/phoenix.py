"""Spans exported from Phoenix: rows of its client's dataframe (Parquet, CSV, JSON lines), or spans of its API.

Trace and span ids stay, and attributes get back the form in which they came to Phoenix, which a reader of conventions
understands: flat ones of OpenInference, or those of the GenAI conventions without what Phoenix has made of them.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tracing.conventions.messages import parse_json
from tracing.importing.dialogues import read_name
from tracing.importing.entries import (
    Entry,
    ImportedEvent,
    ImportedSpan,
    Origin,
    Row,
    UnreadableError,
    read_time,
    shorten,
)

NAME = "phoenix"
UNIT = "spans"
KIND = "openinference.span.kind"
NO_KIND = ("", "UNKNOWN")
OBJECTS = ("metadata", "llm.prompt_template.variables", "llm.invocation_parameters")
"""Attributes that are objects as JSON; Phoenix takes some of them apart."""
LISTS = (
    "llm.input_messages",
    "llm.output_messages",
    "llm.tools",
    "llm.prompts",
    "retrieval.documents",
    "embedding.embeddings",
    "tag.tags",
)
"""Attributes that a table may have as the text of a list."""
NAMES = ("session.id", "user.id")
COUNTS = "llm.token_count."
TRANSLATED = ("llm.", "embedding.", "openinference.", "input.", "output.")
"""What Phoenix writes beside the GenAI conventions."""


def read(row: Row, origin: Origin) -> list[Entry]:
    """The span of one row. Raises UnreadableError."""
    if not isinstance(row.value, Mapping):
        raise UnreadableError(f"the row is {shorten(row.value)}; a span was expected")
    fields = {name: value for name, value in row.value.items() if is_told(value)}
    context = read_part(fields, "context")
    trace_id, span_id = read_name(context.get("trace_id")), read_name(context.get("span_id"))
    start_ns = read_time(read_stamp(fields.get("start_time")), "start_time")
    if not trace_id or not span_id or start_ns is None:
        raise UnreadableError(
            "the row has no context.trace_id, context.span_id or start_time; a span of Phoenix has them"
        )
    end_ns = read_time(read_stamp(fields.get("end_time")), "end_time") or start_ns
    failed = read_name(fields.get("status_code")).upper() == "ERROR"
    span = ImportedSpan(
        trace_id=keep_id(trace_id, 32, origin),
        span_id=keep_id(span_id, 16, origin),
        parent_span_id=keep_id(parent, 16, origin) if (parent := read_name(fields.get("parent_id"))) else "",
        name=read_name(fields.get("name")) or "span",
        start_time_ns=start_ns,
        end_time_ns=max(end_ns, start_ns),
        attributes=restore_attributes(read_part(fields, "attributes"), read_name(fields.get("span_kind"))),
        error=read_name(fields.get("status_message")) if failed else None,
        events=tuple(read_events(parse_loose(fields.get("events")), start_ns)),
    )
    return [Entry(row.line, [span])]


def is_told(value: Any) -> bool:
    """Whether a cell holds anything; an empty one of a dataframe is not equal to itself."""
    return value is not None and value != "" and value == value


def read_part(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What stands under `name`: an object, or columns `name.…`."""
    whole = parse_loose(fields.get(name))
    columns = {key.removeprefix(f"{name}."): value for key, value in fields.items() if key.startswith(f"{name}.")}
    return {**whole, **columns} if isinstance(whole, Mapping) else columns


def keep_id(name: str, length: int, origin: Origin) -> str:
    """The id as it is where it is one of OpenTelemetry's, else one that follows from it."""
    plain = name.lower().replace("-", "")
    if len(plain) == length and set(plain) <= set("0123456789abcdef") and plain.strip("0"):
        return plain
    return origin.make_trace_id("id", name)[:length]


def read_stamp(value: Any) -> Any:
    """A time of a table: a moment as text, which keeps its zone; a number of milliseconds as it is."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def read_events(events: Any, start_ns: int) -> Iterator[ImportedEvent]:
    """Exceptions, the first token and whatever else the span noted; one without a time stands at its start."""
    for event in events if isinstance(events, list) else ():
        if isinstance(event, Mapping):
            time_ns = read_time(read_stamp(event.get("timestamp")), "timestamp") or start_ns
            attributes = parse_loose(event.get("attributes"))
            told = dict(flatten(attributes)) if isinstance(attributes, Mapping) else {}
            yield ImportedEvent(read_name(event.get("name")), time_ns, told)


def restore_attributes(attributes: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Attributes as OpenInference writes them: `llm.input_messages.0.message.role`, `metadata` as JSON, …"""
    objects = {name: parts for name in OBJECTS if (parts := read_part(attributes, name))}
    rest = {name: value for name, value in attributes.items() if not is_part(name, objects)}
    flat = dict(flatten({name: parse_loose(value) if name in LISTS else value for name, value in rest.items()}))
    flat |= {name: json.dumps(parts, ensure_ascii=False, default=str) for name, parts in objects.items()}
    flat |= {name: read_name(flat[name]) for name in NAMES if name in flat}
    if is_genai(flat):
        return {name: value for name, value in flat.items() if not name.startswith(TRANSLATED)}
    counts = {name: read_count(value) for name, value in flat.items() if name.startswith(COUNTS)}
    flat |= {name: count for name, count in counts.items() if count is not None}
    return ({KIND: kind.upper()} if kind not in NO_KIND else {}) | flat


def is_genai(flat: Mapping[str, Any]) -> bool:
    """Whether the span came in the GenAI conventions, with all that its translation says."""
    return "gen_ai.operation.name" in flat and (
        "gen_ai.input.messages" in flat or "llm.input_messages.0.message.role" not in flat
    )


def is_part(name: str, objects: Iterable[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in objects)


def flatten(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves with their dotted paths; the items of a list that holds objects by their numbers."""
    for name, each in value.items():
        here = f"{path}{name}"
        if isinstance(each, Mapping):
            yield from flatten(each, f"{here}.")
        elif isinstance(each, list) and any(isinstance(item, Mapping) for item in each):
            yield from flatten(number_items(each), f"{here}.")
        elif is_told(each):
            yield here, each


def number_items(items: Sequence[Any]) -> dict[str, Any]:
    return {str(number): item for number, item in enumerate(items)}


def read_count(value: Any) -> int | None:
    """A number of tokens, which a dataframe may have made a fraction or a text of."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if 0 <= number < 2**53 else None


def parse_loose(value: Any) -> Any:
    """A value that a table may have as JSON or as Python writes it."""
    decoded = parse_json(value)
    if not isinstance(decoded, str) or not decoded.startswith(("[", "{")):
        return decoded
    try:
        return ast.literal_eval(decoded)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return decoded
