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
from tracing.spans import Span, Trace
from tracing.store import Store

SYSTEM = "You help the customers of a shop."
QUESTION = "Where is my order 4711?"
ANSWER = "Order 4711 left our warehouse yesterday."
STORY = "Tell me a story."
RESULT = "left the warehouse on Monday"
ASKED, ANSWERED = "gpt-5-mini", "gpt-5-mini-2026-01-01"
FIND_ORDER = ToolCall("call_1", "find_order", {"order": 4711})
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
    "history": (),
    "results": [],
    "tools": [],
    "outcome": "completed",
    "ended_by": "",
    "error_type": "",
    "finish_reasons": ("stop",),
    "streamed": False,
    "timed": False,
    "cache_write_tokens": None,
    "cache_write_1h_tokens": None,
    "audio_input_tokens": None,
    "audio_output_tokens": None,
    "logprob_mean": None,
    "logprob_min": None,
    "logprob_entropy": None,
    "response_id": "chatcmpl-1",
    "previous_response_id": "",
    "parameters": {},
    "prompt_name": "",
    "prompt_version": "",
    "prompt_variables": {},
    "cost_usd": None,
    "tags": (),
    "metadata": {},
    **COUNTED,
}
DIALOGUES: Mapping[str, list[dict[str, Any]]] = {
    "plain": [CALL | {"parameters": {"temperature": 0.2}}],
    "tool": [
        CALL
        | {
            "answer": [("assistant", "")],
            "calls": (FIND_ORDER,),
            "tools": [TOOL],
            "finish_reasons": ("tool_calls",),
        },
        CALL
        | {
            "messages": [("user", QUESTION), ("assistant", ""), ("tool", RESULT)],
            "history": (FIND_ORDER,),
            "results": [FIND_ORDER.id],
            "tools": [TOOL],
        },
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
            "response_id": "",
            "answer": [],
            "outcome": "error",
            "error_type": "openai.NotFoundError",
            "finish_reasons": (),
        }
    ],
    "responses": [
        CALL
        | {
            "messages": [("user", "Where is my order?")],
            "user_text": "Where is my order?",
            "response_id": "resp_1",
        }
    ],
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
PLAINLY = {"parameters": {}}
"""A framework asks without a temperature."""
UNNAMED = {"response_id": ""}
"""The instrumentation did not know the answer's id."""
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
    """All model calls of a recording that was sent twice, by start."""
    traces: dict[str, list[Span]] = {}
    for span in load_recorded_spans(store, recording):
        traces.setdefault(span.trace_id, []).append(span)
    calls = [call for spans in traces.values() for call in read_trace(Trace(spans)).generations]
    return tuple(sorted(calls, key=lambda call: call.start_time_ns))


@cache
def load_recorded_spans(store: Store, recording: str) -> tuple[Span, ...]:
    """The spans of a recording that was sent twice; the store holds it as a project of its own."""
    whole = DIRECTORY / f"{recording}.json.gz"
    [path] = [whole] if whole.exists() else DIRECTORY.glob(f"{recording}[-.][0-9]*.json.gz")
    recorded = json.loads(gzip.decompress(path.read_bytes()))
    project_id = 1000 + sorted(DIRECTORY.glob("*.json.gz")).index(path)
    spans = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), project_id)
    logs = decode_logs(ParseDict(recorded["logs"], ExportLogsServiceRequest()), project_id)
    for _ in range(2):
        store.insert("otel_traces", spans.columns)
        store.insert("otel_logs", logs.columns)
    return tuple(load_spans(store, project_id, sorted(set(spans.columns["TraceId"]))))


def describe(call: Generation) -> dict[str, Any]:
    """The fields of a call that `DIALOGUES` names."""
    named = {name: getattr(call, name) for name in CALL if hasattr(call, name)}
    return named | {
        "derived": call.conversation_id_derived,
        "system": call.system_instructions,
        "messages": list(map(describe_message, call.input_messages)),
        "answer": list(map(describe_message, call.output_messages)),
        "calls": list_calls(call.output_messages),
        "history": list_calls(call.input_messages),
        "results": [message.tool_call_id for message in call.input_messages if message.role == "tool"],
        "tools": [
            {"name": tool["name"], "properties": tool["parameters"]["properties"]} for tool in call.tool_definitions
        ],
        "timed": call.time_to_first_chunk_ns is not None,
        **{name: dict(getattr(call, name)) for name in ("metadata", "parameters", "prompt_variables")},
    }


def list_calls(messages: Sequence[Message]) -> tuple[ToolCall, ...]:
    return tuple(call for message in messages for call in message.tool_calls)


def describe_message(message: Message) -> tuple[str, str]:
    return message.role, message.content
