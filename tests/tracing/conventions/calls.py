"""What was said in the recordings' dialogues, as readers should tell it, and what readers make of a recording."""

import gzip
import json
from dataclasses import fields
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.tracing.otlp import PROJECT
from tests.tracing.recordings import DIRECTORY
from tracing.conventions import read_trace
from tracing.generations import Generation, Message, ToolCall
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.records import load_spans
from tracing.spans import Span, Trace
from tracing.store import Store

QUESTION = "Where is my order 4711?"
STORY = "Tell me a story."
ANSWER = "Order 4711 left our warehouse yesterday."
SYSTEM = "You help the customers of a shop."
MODEL, ANSWERING_MODEL = "gpt-5-mini", "gpt-5-mini-2026-01-01"
CALL = ToolCall("call_1", "find_order", {"order": 4711})
USED = {"input_tokens": 31, "output_tokens": 9, "cache_read_tokens": 16, "reasoning_tokens": 4}
UNKNOWN = dict.fromkeys((*USED, "cache_write_tokens"))
NOT_STREAMED = {"streamed": False, "time_to_first_chunk_ns": None}
TOOL_NAMES = ["find_order"]

PLAIN: dict[str, Any] = {
    "user_id": "anna",
    "conversation_id_derived": False,
    "service_name": "shop",
    "provider": "openai",
    "operation": "chat",
    "request_model": MODEL,
    "response_model": ANSWERING_MODEL,
    "system_instructions": SYSTEM,
    "input_messages": (Message("user", QUESTION),),
    "output_messages": (Message("assistant", ANSWER),),
    "user_text": QUESTION,
    "tools": [],
    "finish_reasons": ("stop",),
    "outcome": "completed",
    "ended_by": "",
    "error_type": "",
    "error_message": "",
    "tags": ("shop",),
    "metadata": {"plan": "free"},
    **UNKNOWN,
    **USED,
    **NOT_STREAMED,
}
CALLS_TOOL: dict[str, Any] = PLAIN | {
    "output_messages": (Message("assistant", "", tool_calls=(CALL,)),),
    "finish_reasons": ("tool_calls",),
    "tools": TOOL_NAMES,
}


def answer_with_result(result: str = "left the warehouse on Monday", name: str = "", call: ToolCall = CALL) -> Any:
    """The second call of `tool`, which has the tool's result among its messages."""
    history = (
        Message("user", QUESTION),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", result, tool_call_id=call.id, name=name),
    )
    return PLAIN | {"input_messages": history, "tools": TOOL_NAMES}


STREAM = PLAIN | {"streamed": True, "time_to_first_chunk_ns": "told"}
ABANDONED: dict[str, Any] = STREAM | {
    **UNKNOWN,
    "system_instructions": "",
    "input_messages": (Message("user", STORY),),
    "output_messages": (Message("assistant", "Chapter 1 of a story that goes on "),),
    "user_text": STORY,
    "finish_reasons": (),
    "outcome": "stopped",
    "ended_by": "unknown",
}
ERROR: dict[str, Any] = PLAIN | {
    **UNKNOWN,
    "request_model": "broken",
    "response_model": "",
    "output_messages": (),
    "finish_reasons": (),
    "outcome": "error",
    "error_type": "openai.NotFoundError",
    "error_message": "Error code: 404 - The model `broken` does not exist",
}
RESPONSES: dict[str, Any] = PLAIN | {
    "input_messages": (Message("user", "Where is my order?"),),
    "user_text": "Where is my order?",
    "finish_reasons": (),
}


def load_recorded_spans(store: Store, name: str) -> list[Span]:
    """The spans of a recording that was sent twice."""
    recorded = json.loads(gzip.decompress((DIRECTORY / f"{name}.json.gz").read_bytes()))
    spans = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), PROJECT)
    logs = decode_logs(ParseDict(recorded["logs"], ExportLogsServiceRequest()), PROJECT)
    for _ in range(2):
        store.insert("otel_traces", spans.columns)
        if len(logs):
            store.insert("otel_logs", logs.columns)
    return load_spans(store, PROJECT, sorted(set(spans.columns["TraceId"])))


def read_spans(spans: list[Span]) -> list[Generation]:
    """The calls of all traces, by start."""
    traces: dict[str, list[Span]] = {}
    for span in spans:
        traces.setdefault(span.trace_id, []).append(span)
    found = [generation for each in traces.values() for generation in read_trace(Trace(each)).generations]
    return sorted(found, key=lambda generation: generation.start_time_ns)


def read_recording(store: Store, name: str) -> list[Generation]:
    """The calls of a recording that was sent twice, by start."""
    return read_spans(load_recorded_spans(store, name))


def describe(generation: Generation, expected: dict[str, Any]) -> dict[str, Any]:
    """The fields of a call that are expected, tools by their names; a time that is there is `told`."""
    told = {field.name: getattr(generation, field.name) for field in fields(generation)}
    told["tools"] = [tool["name"] for tool in generation.tool_definitions if tool["parameters"]["properties"]]
    if generation.time_to_first_chunk_ns is not None and generation.time_to_first_chunk_ns > 0:
        told["time_to_first_chunk_ns"] = "told"
    return {name: told[name] for name in expected}
