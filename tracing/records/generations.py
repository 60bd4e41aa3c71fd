"""`Generation`s as rows of `generations`, and back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from tracing.conventions import CODE_VERSION
from tracing.generations import Generation, Message, ToolCall
from tracing.store import Store

MAPPING_FIELDS = ("parameters", "prompt_variables", "metadata")
JSON_FIELDS = ("input_messages", "output_messages", "tool_definitions", *MAPPING_FIELDS)
TUPLE_FIELDS = ("other_span_ids", "finish_reasons", "tags")
KEY = ("project_id", "trace_id", "span_id")
TIME_FIELDS: Mapping[str, Any] = {
    "conversation_id": "",
    "user_id": "",
    "message_id": "",
    "service_name": "",
    "environment": "",
    "provider": "",
    "operation": "",
    "request_model": "",
    "response_model": "",
    "prompt_name": "",
    "prompt_version": "",
    "outcome": "",
    "error_type": "",
    "tags": (),
    "input_tokens": None,
    "output_tokens": None,
    "cost_usd": None,
    "cost_reported": False,
    "duration_ns": 0,
    "time_to_first_chunk_ns": None,
}
"""What the order of time tells of a call, and what a row says that is only there to be deleted."""
HOUR_S = 3600
HOUR_NS = HOUR_S * 10**9
LATEST_HOUR_S = (2**32 // HOUR_S - 1) * HOUR_S

encode_json = json.JSONEncoder(ensure_ascii=False, default=str).encode

GenerationKey = tuple[int, str, str]
"""Number of a project, id of a trace, id of a span in it."""


def write_generations(
    store: Store, generations: Sequence[Generation], known: Mapping[GenerationKey, int], version: int
) -> None:
    """Write rows of `version` (microseconds). `known` has the calls that there were, with their start (nanoseconds):
    those that are not among `generations` are deleted.

    The order of time is written first: only the old `generations` know which hour a call has left.
    """
    hours = {key_of(each): find_hour(each.start_time_ns) for each in generations}
    left = [
        (key, hour) for key, hour in ((key, find_hour(start)) for key, start in known.items()) if hours.get(key) != hour
    ]
    store.insert("generations_by_time", to_time_columns(generations, left, version))
    store.insert("generations", to_columns(generations, version))
    gone = [key for key in known if key not in hours]
    store.insert(
        "generations",
        {
            **{name: [key[index] for key in gone] for index, name in enumerate(KEY)},
            "version": [version] * len(gone),
            "is_deleted": [1] * len(gone),
        },
    )


def key_of(generation: Generation) -> GenerationKey:
    return generation.project_id, generation.trace_id, generation.span_id


def find_hour(time_ns: int) -> int:
    """Seconds since the epoch at which the hour of `time_ns` began; the last hour that the store can tell at most, and
    the first at least."""
    return max(0, min(time_ns // HOUR_NS * HOUR_S, LATEST_HOUR_S))


def to_time_columns(
    generations: Sequence[Generation], left: Sequence[tuple[GenerationKey, int]], version: int
) -> dict[str, list[Any]]:
    """Columns of `generations_by_time`: these calls, and deleted rows of keys in hours where they are no longer.

    All are written at once, so that no hour is counted with only some of its changes.
    """
    columns: dict[str, list[Any]] = {
        name: [getattr(each, name) for each in generations] + [nothing] * len(left)
        for name, nothing in TIME_FIELDS.items()
    }
    keys = [key_of(each) for each in generations] + [key for key, _ in left]
    return columns | {
        **{name: [key[index] for key in keys] for index, name in enumerate(KEY)},
        "hour": [find_hour(each.start_time_ns) for each in generations] + [hour for _, hour in left],
        "start_time": [each.start_time_ns for each in generations] + [0] * len(left),
        "version": [version] * len(keys),
        "is_deleted": [0] * len(generations) + [1] * len(left),
    }


def to_columns(generations: Sequence[Generation], version: int) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for field in fields(Generation):
        values = [getattr(generation, field.name) for generation in generations]
        if field.name in JSON_FIELDS:
            values = [dump(value) for value in values]
        elif field.name in TUPLE_FIELDS:
            values = [list(value) for value in values]
        columns["start_time" if field.name == "start_time_ns" else field.name] = values
    columns["code_version"] = [CODE_VERSION] * len(generations)
    columns["version"] = [version] * len(generations)
    return columns


def dump(value: Any) -> str:
    if isinstance(value, tuple):
        value = [to_json(item) for item in value]
    return encode_json(value)


def to_json(item: Any) -> Any:
    return item.to_json() if isinstance(item, Message) else item


def load_generations(store: Store, project_id: int, trace_ids: Sequence[str]) -> list[Generation]:
    """All model calls of these traces, by start."""
    if not trace_ids:
        return []
    rows = store.query("tracing/sql/generations_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    return [read_generation(row) for row in rows]


def load_recent_generations(store: Store, project_id: int, trace_ids: Sequence[str]) -> list[Generation]:
    """All model calls of these traces, by start; of their input messages those from the user's last one on."""
    if not trace_ids:
        return []
    rows = store.query("tracing/sql/recent_generations.sql", project_id=project_id, trace_ids=list(trace_ids))
    return [read_generation(row) for row in rows]


def read_generation(row: Mapping[str, Any]) -> Generation:
    values = {field.name: row[field.name] for field in fields(Generation)}
    for name in TUPLE_FIELDS:
        values[name] = tuple(values[name])
    values["input_messages"] = read_messages(json.loads(values["input_messages"]))
    values["output_messages"] = read_messages(json.loads(values["output_messages"]))
    values["tool_definitions"] = tuple(json.loads(values["tool_definitions"]))
    for name in MAPPING_FIELDS:
        values[name] = json.loads(values[name])
    return Generation(**values)


def read_messages(items: Iterable[Mapping[str, Any]]) -> tuple[Message, ...]:
    return tuple(
        Message(
            role=item["role"],
            content=item["content"],
            parts=tuple(item.get("parts", ())),
            tool_calls=tuple(
                ToolCall(call["id"], call["name"], call["arguments"]) for call in item.get("tool_calls", ())
            ),
            tool_call_id=item.get("tool_call_id", ""),
            name=item.get("name", ""),
        )
        for item in items
    )
