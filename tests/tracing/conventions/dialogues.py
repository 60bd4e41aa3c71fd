"""The dialogues of the recordings as our readers understand them, and what was really said in each."""

import gzip
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.tracing.recordings import DIRECTORY
from tracing.conventions import read_trace
from tracing.generations import Generation, Message, ToolCall
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.records import load_spans
from tracing.spans import Trace
from tracing.store import Store

SYSTEM = "You help the customers of a shop."
QUESTION = "Where is my order 4711?"
ANSWER = "Order 4711 left our warehouse yesterday."
STORY = "Tell me a story."
RESULT = "left the warehouse on Monday"
ASKED, ANSWERED = "gpt-5-mini", "gpt-5-mini-2026-01-01"
TOOL = {"name": "find_order", "properties": {"order": {"type": "integer"}}}

COUNTED = {"input_tokens": 31, "output_tokens": 9, "cache_read_tokens": 16, "reasoning_tokens": 4}
UNCOUNTED = dict.fromkeys(COUNTED)
CALL = {
    "user_id": "anna",
    "derived": False,
    "service_name": "shop",
    "provider": "openai",
    "operation": "chat",
    "request_model": ASKED,
    "response_model": ANSWERED,
    "system": SYSTEM,
    "messages": [("user", QUESTION)],
    "user_text": QUESTION,
    "answer": [("assistant", ANSWER)],
    "calls": (),
    "tools": [],
    "outcome": "completed",
    "ended_by": "",
    "error_type": "",
    "finish_reasons": ("stop",),
    "streamed": False,
    "timed": False,
    "cache_write_tokens": None,
    "cost_usd": None,
    "tags": (),
    "metadata": {},
    **COUNTED,
}
DIALOGUES: Mapping[str, list[dict[str, Any]]] = {
    "plain": [CALL],
    "tool": [
        CALL
        | {
            "answer": [("assistant", "")],
            "calls": (ToolCall("call_1", "find_order", {"order": 4711}),),
            "tools": [TOOL],
            "finish_reasons": ("tool_calls",),
        },
        CALL | {"messages": [("user", QUESTION), ("assistant", ""), ("tool", RESULT)], "tools": [TOOL]},
    ],
    "stream": [CALL | {"streamed": True, "timed": True}],
    "abandoned": [
        CALL
        | UNCOUNTED
        | {
            "system": "",
            "messages": [("user", STORY)],
            "user_text": STORY,
            "answer": [("assistant", "Chapter 1 of a story that goes on ")],
            "streamed": True,
            "timed": True,
            "outcome": "stopped",
            "ended_by": "unknown",
            "finish_reasons": (),
        }
    ],
    "error": [
        CALL
        | UNCOUNTED
        | {
            "request_model": "broken",
            "response_model": "",
            "answer": [],
            "outcome": "error",
            "error_type": "openai.NotFoundError",
            "finish_reasons": (),
        }
    ],
    "responses": [CALL | {"messages": [("user", "Where is my order?")], "user_text": "Where is my order?"}],
    "embedding": [],
}
"""Each dialogue, call by call, as OpenAI's client is told of by who tells all that was said."""

EVERY = " ".join(DIALOGUES)
OF_FRAMEWORKS = "plain tool stream abandoned error"
"""The dialogues of those that do not call OpenAI's client themselves."""
REPORTED = "Order 4711 left the warehouse on Monday."
RAN_THE_TOOL = {"messages": [("user", QUESTION), ("assistant", ""), ("tool", REPORTED)]}
"""A framework ran the tool itself, and got these words from it."""
CALLED_ONE = {"finish_reasons": ("tool_call",)}
UNKNOWN_MODEL = {"response_model": ""}
"""The instrumentation did not know which model answered."""


def say(
    dialogues: str, common: Mapping[str, Any] | None = None, **changes: Sequence[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """These dialogues where every call differs by `common`, and those of a dialogue by its `changes`, call by call."""
    said = {name: [call | (common or {}) for call in DIALOGUES[name]] for name in dialogues.split()}
    for name, differences in changes.items():
        said[name] = [dict(call | change) for call, change in zip(said[name], differences, strict=True)]
    return said


def read_dialogue(store: Store, recording: str, name: str) -> list[dict[str, Any]]:
    """The calls of one dialogue of a recording that was sent twice, each as `DIALOGUES` describes it."""
    return [describe(call) for call in read_recording(store, recording) if call.conversation_id == name]


@cache
def read_recording(store: Store, recording: str) -> tuple[Generation, ...]:
    """All model calls of a recording that was sent twice, by start; the store holds it as a project of its own."""
    [path] = DIRECTORY.glob(f"{recording}[-.][0-9]*.json.gz")
    recorded = json.loads(gzip.decompress(path.read_bytes()))
    project_id = 1000 + sorted(DIRECTORY.glob("*.json.gz")).index(path)
    spans = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), project_id)
    logs = decode_logs(ParseDict(recorded["logs"], ExportLogsServiceRequest()), project_id)
    for _ in range(2):
        store.insert("otel_traces", spans.columns)
        store.insert("otel_logs", logs.columns)
    trace_ids = sorted(set(spans.columns["TraceId"]))
    loaded = load_spans(store, project_id, trace_ids)
    traces = [Trace(span for span in loaded if span.trace_id == trace_id) for trace_id in trace_ids]
    calls = [call for trace in traces for call in read_trace(trace).generations]
    return tuple(sorted(calls, key=lambda call: call.start_time_ns))


def describe(call: Generation) -> dict[str, Any]:
    """The fields of a call that `DIALOGUES` names."""
    named = {name: getattr(call, name) for name in CALL if hasattr(call, name)}
    return named | {
        "derived": call.conversation_id_derived,
        "system": call.system_instructions,
        "messages": list(map(describe_message, call.input_messages)),
        "answer": list(map(describe_message, call.output_messages)),
        "calls": tuple(each for message in call.output_messages for each in message.tool_calls),
        "tools": [
            {"name": tool["name"], "properties": tool["parameters"]["properties"]} for tool in call.tool_definitions
        ],
        "timed": call.time_to_first_chunk_ns is not None,
        "metadata": dict(call.metadata),
    }


def describe_message(message: Message) -> tuple[str, str]:
    return message.role, message.content
