"""Spans and traces as readers get them, made by hand: ids are numbers, times count in seconds."""

import json
from collections.abc import Mapping
from typing import Any

from tacit import attributes as keys

from tests.tracing.otlp import make_span_id, make_trace_id
from tracing.conventions import read_trace
from tracing.generations import Generation
from tracing.spans import Span, SpanEvent, Trace

SECOND = 1_000_000_000


def make_read_span(
    number: int = 1, attributes: Mapping[str, Any] | None = None, *, parent: int = 0, trace: int = 1, **fields: Any
) -> Span:
    defaults = {
        "project_id": 1,
        "name": "work",
        "kind": "Internal",
        "start_time_ns": number * SECOND,
        "duration_ns": SECOND,
        "status_code": "Unset",
    }
    return Span(
        trace_id=make_trace_id(trace),
        span_id=make_span_id(number),
        parent_span_id=make_span_id(parent) if parent else "",
        attributes=attributes or {},
        **(defaults | fields),
    )


def observe(kind: str = "chain", output: object = None, **arguments: Any) -> dict[str, Any]:
    """Attributes of an observed function that was called with these arguments and gave back `output`."""
    given: dict[str, Any] = {
        keys.KIND: kind,
        keys.ARGUMENTS: json.dumps(arguments),
        keys.OUTCOME: "completed",
    }
    if isinstance(output, str):
        given |= {keys.OUTPUT: output, keys.OUTPUT_TYPE: "text"}
    elif output is not None:
        given |= {keys.OUTPUT: json.dumps(output), keys.OUTPUT_TYPE: "json"}
    return given


def call_model(question: str = "Why?", answer: str = "Because.", **attributes: Any) -> dict[str, Any]:
    """Attributes of a model call in the GenAI conventions; `__` in a name stands for a dot."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": question}]}]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": answer}]}]),
    } | {name.replace("__", "."): value for name, value in attributes.items()}


def fail_with(kind: str, message: str) -> dict[str, Any]:
    """Fields of a span whose work raised."""
    event = SpanEvent("exception", SECOND, {"exception.type": kind, "exception.message": message})
    return {"status_code": "Error", "events": (event,)}


def read_all(*spans: Span) -> tuple[Generation, ...]:
    return read_trace(Trace(spans)).generations


def read_only(*spans: Span) -> Generation:
    [generation] = read_all(*spans)
    return generation
