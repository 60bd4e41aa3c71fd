"""`Generation`s as rows of `generations`, and back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from tracing.conventions import CODE_VERSION
from tracing.conversations import CallKey, Sender
from tracing.generations import Generation, Message, ToolCall
from tracing.store import Store

JSON_FIELDS = ("input_messages", "output_messages", "tool_definitions", "metadata")
TUPLE_FIELDS = ("other_span_ids", "finish_reasons", "tags")
KEY = ("project_id", "trace_id", "span_id")


def write_generations(
    store: Store, generations: Sequence[Generation], removed: Sequence[tuple[int, str, str]], version: int
) -> None:
    """Write rows of `version` (microseconds); `removed` names (project, trace, span) that are no calls any more."""
    store.insert("generations", to_columns(generations, version))
    store.insert(
        "generations",
        {
            **{name: [key[index] for key in removed] for index, name in enumerate(KEY)},
            "version": [version] * len(removed),
            "is_deleted": [1] * len(removed),
        },
    )


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
    return json.dumps(value, ensure_ascii=False, default=str)


def to_json(item: Any) -> Any:
    """A message without what it does not have; anything else as it is."""
    if not isinstance(item, Message):
        return item
    return {"role": item.role, "content": item.content} | {
        key: value for key, value in asdict(item).items() if value and key not in ("role", "content")
    }


def load_generations(store: Store, project_id: int, trace_ids: Sequence[str]) -> list[Generation]:
    """All model calls of these traces, by start."""
    if not trace_ids:
        return []
    rows = store.query("tracing/sql/generations_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    return [read_generation(row) for row in rows]


def load_senders(store: Store, project_id: int, trace_ids: Sequence[str]) -> dict[CallKey, Sender]:
    """Who made the model calls of these traces."""
    if not trace_ids:
        return {}
    rows = store.query("tracing/sql/senders_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    return {
        (row["trace_id"], row["span_id"]): Sender(
            row["user_id"], row["service_name"], row["environment"], tuple(row["tags"])
        )
        for row in rows
    }


def read_generation(row: Mapping[str, Any]) -> Generation:
    values = {field.name: row[field.name] for field in fields(Generation)}
    for name in TUPLE_FIELDS:
        values[name] = tuple(values[name])
    values["input_messages"] = read_messages(json.loads(values["input_messages"]))
    values["output_messages"] = read_messages(json.loads(values["output_messages"]))
    values["tool_definitions"] = tuple(json.loads(values["tool_definitions"]))
    values["metadata"] = json.loads(values["metadata"])
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
