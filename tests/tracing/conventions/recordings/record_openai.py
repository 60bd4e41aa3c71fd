"""Records what an OpenTelemetry instrumentation of `openai` writes, against a fake of its API on this machine.

In an environment of its own, with openai, opentelemetry-sdk, opentelemetry-exporter-otlp-proto-common and the
instrumentation: `python record_openai.py opentelemetry-instrumentation-genai-openai FILE`. The `OTEL_*` variables that
a recording names under `settings` have to be set.
"""

import importlib.metadata
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import openai
from google.protobuf.json_format import MessageToDict
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs import export as log_export
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

GENAI = "opentelemetry-instrumentation-genai-openai"
TOOL = {
    "name": "find_order",
    "description": "Where an order is",
    "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}},
}
QUESTION = [
    {"role": "system", "content": "You help the customers of a shop."},
    {"role": "user", "content": "Where is my order 4711?"},
]
CALL = {"id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": '{"order": 4711}'}}


class FakeApi(BaseHTTPRequestHandler):
    """Calls the tool first, and answers once its result is there."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answers = any(message["role"] == "tool" for message in asked["messages"])
        message: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [CALL]}
        if answers:
            message = {"role": "assistant", "content": "Order 4711 left our warehouse yesterday."}
        body = json.dumps(
            {
                "id": f"chatcmpl-{1 + answers}",
                "object": "chat.completion",
                "created": 1,
                "model": "gpt-5-2026-01-01",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop" if answers else "tool_calls"}],
                "usage": {"prompt_tokens": 31, "completion_tokens": 9, "total_tokens": 40},
            }
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def instrument(distribution: str, traces: TracerProvider, logs: LoggerProvider) -> None:
    if distribution == GENAI:
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

        OpenAIInstrumentor().instrument(tracer_provider=traces, logger_provider=logs)
    else:
        from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
        from opentelemetry.sdk._events import EventLoggerProvider

        OpenAIInstrumentor().instrument(tracer_provider=traces, event_logger_provider=EventLoggerProvider(logs))


def talk(url: str, tracer: trace.Tracer) -> None:
    """Two completions with a tool call between them."""
    create = openai.OpenAI(base_url=url, api_key="none").chat.completions.create
    tools: list[Any] = [{"type": "function", "function": TOOL}]
    messages: list[Any] = [*QUESTION]
    whose = {"gen_ai.conversation.id": "order-4711", "user.id": "anna"}
    with tracer.start_as_current_span("answer", attributes=whose):
        called = create(model="gpt-5", messages=messages, tools=tools).choices[0].message
        messages.append(called.model_dump(exclude_none=True))
        messages.append({"role": "tool", "tool_call_id": "call_1", "content": "left the warehouse on Monday"})
        create(model="gpt-5", messages=messages, tools=tools)


def record(distribution: str, path: Path) -> None:
    resource = Resource({"service.name": "shop"})
    spans, traces = InMemorySpanExporter(), TracerProvider(resource=resource)
    traces.add_span_processor(SimpleSpanProcessor(spans))
    exporter = getattr(log_export, "InMemoryLogRecordExporter", None) or log_export.InMemoryLogExporter
    records, logs = exporter(), LoggerProvider(resource=resource)
    logs.add_log_record_processor(log_export.SimpleLogRecordProcessor(records))
    instrument(distribution, traces, logs)
    api = ThreadingHTTPServer(("127.0.0.1", 0), FakeApi)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    talk(f"http://127.0.0.1:{api.server_port}/v1", traces.get_tracer("shop"))
    made_with = (distribution, "openai", "opentelemetry-sdk")
    recorded = {
        "made_with": {name: importlib.metadata.version(name) for name in made_with},
        "settings": {name: value for name, value in sorted(os.environ.items()) if name.startswith("OTEL_")},
        "traces": MessageToDict(encode_spans(spans.get_finished_spans())),
        "logs": MessageToDict(encode_logs(records.get_finished_logs())),
    }
    path.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(sys.argv[1], Path(sys.argv[2]))
