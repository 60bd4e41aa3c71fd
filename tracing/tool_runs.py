"""What tools did: the spans of a trace that tell of a tool being run, whoever wrote them, become `ToolRun`s.

A tool that is known only from messages (asked for in an answer, its result in the next call's input) has no span; see
`feedback.detectors.tool_uses`, which puts both together.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tacit import attributes as keys

from tracing.conventions.messages import parse_json, parse_repr
from tracing.conventions.shared_attributes import pick_text, pick_value, read_error
from tracing.spans import AttributeValue, Span, Trace

KINDS: Mapping[str, str] = {
    "gen_ai.operation.name": "execute_tool",
    keys.KIND: "tool",
    "openinference.span.kind": "tool",
    "langfuse.observation.type": "tool",
    "langsmith.span.kind": "tool",
    "traceloop.span.kind": "tool",
    "mlflow.spanType": "tool",
    "lmnr.span.type": "tool",
    "ai.operationId": "ai.toolcall",
}
"""Attributes by which a span says that it is a tool's run, and what they say then, in lower case."""
NAME_NAMES = ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "traceloop.entity.name", "langfuse.observation.name")
CALL_ID_NAMES = ("gen_ai.tool.call.id", "ai.toolCall.id", "tool_call.id", "langfuse.observation.metadata.tool_call_id")
ARGUMENT_NAMES = (
    "gen_ai.tool.call.arguments",
    "ai.toolCall.args",
    "tool_arguments",
    keys.ARGUMENTS,
    "input.value",
    "langfuse.observation.input",
    "mlflow.spanInputs",
    "lmnr.span.input",
    "gen_ai.prompt",
    "traceloop.entity.input",
)
RESULT_NAMES = (
    "gen_ai.tool.call.result",
    "ai.toolCall.result",
    "tool_response",
    keys.OUTPUT,
    "output.value",
    "langfuse.observation.output",
    "mlflow.spanOutputs",
    "lmnr.span.output",
    "gen_ai.completion",
    "traceloop.entity.output",
)
ARGUMENT_EVENT = ("gen_ai.tool.message", "content")
RESULT_EVENT = ("gen_ai.choice", "message")
FAILED_STATES = frozenset({"error", "failed", "failure"})
ENVELOPES = ("output", "kwargs", "data", "content")
LONGEST_TEXT = 20_000
"""Characters of arguments and of a result that are kept; the span has the rest."""

encode_json = json.JSONEncoder(ensure_ascii=False, default=str).encode

RunOutcome = Literal["completed", "error"]


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One run of a tool. `arguments` and `result` are as they were told, JSON or text."""

    project_id: int
    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    call_id: str
    """The id under which the model asked for it; empty where the span does not tell."""
    arguments: str
    result: str
    outcome: RunOutcome
    error_type: str
    error_message: str
    start_time_ns: int
    duration_ns: int


def read_tool_runs(trace: Trace) -> list[ToolRun]:
    """The runs that the spans of a trace tell of, by start; one that two instrumentations tell counts once."""
    if trace.attribute_names.isdisjoint((*KINDS, "gen_ai.tool.name")):
        return []
    spans = [span for span in trace.spans if is_tool_run(span)]
    ids = {span.span_id for span in spans}
    inner = {
        span.span_id
        for span in spans
        for around in trace.ancestors(span)
        if around.span_id in ids and read_name(around) == read_name(span)
    }
    return [read_tool_run(span) for span in spans if span.span_id not in inner]


def is_tool_run(span: Span) -> bool:
    attributes = span.attributes
    if any(name in attributes and str(attributes[name]).strip('"').lower() == kind for name, kind in KINDS.items()):
        return True
    return span.name == "running tool" and "gen_ai.tool.name" in attributes  # Pydantic AI before 1.0


def read_tool_run(span: Span) -> ToolRun:
    error_type, error_message = read_error(span)
    result = parse_json(pick_value(span.attributes, RESULT_NAMES) or find_in_event(span, *RESULT_EVENT))
    arguments = pick_value(span.attributes, ARGUMENT_NAMES) or find_in_event(span, *ARGUMENT_EVENT)
    failed = bool(error_type) or span.status_code == "Error" or tells_failure(span, result)
    return ToolRun(
        project_id=span.project_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=read_name(span),
        call_id=pick_text(span.attributes, CALL_ID_NAMES).strip('"'),
        arguments=write_text(unwrap_arguments(arguments)),
        result=write_text(unwrap_result(result)),
        outcome="error" if failed else "completed",
        error_type=error_type,
        error_message=error_message,
        start_time_ns=span.start_time_ns,
        duration_ns=span.duration_ns,
    )


def find_in_event(span: Span, event_name: str, attribute: str) -> AttributeValue:
    """What Strands tells in events of the span."""
    return next((each.attributes.get(attribute) for each in span.events if each.name == event_name), None)


def tells_failure(span: Span, result: Any) -> bool:
    """Whether the span, or what came back, says of itself that it failed."""
    state = str(span.attributes.get("gen_ai.tool.status", "")).lower()
    return state in FAILED_STATES or (isinstance(result, Mapping) and result.get("is_error") is True)


def read_name(span: Span) -> str:
    return pick_text(span.attributes, NAME_NAMES) or span.name.removeprefix("execute_tool ").removesuffix(".tool")


def unwrap_arguments(value: AttributeValue) -> Any:
    """The arguments without the envelope that LangChain's callbacks, or LlamaIndex, put around them."""
    told = parse_json(value)
    if isinstance(told, Mapping) and "input_str" in told:
        return parse_repr(told["input_str"]) or told["input_str"]
    return told["kwargs"] if isinstance(told, Mapping) and told.keys() == {"kwargs"} else told


def unwrap_result(told: Any) -> Any:
    """The result without the message that LangChain, LlamaIndex or Strands wraps it in."""
    if isinstance(told, Mapping) and "raw_output" in told:
        return told["raw_output"]
    if isinstance(told, list) and len(told) == 1 and isinstance(told[0], Mapping) and told[0].keys() == {"text"}:
        return told[0]["text"]
    for name in ENVELOPES:
        if isinstance(told, Mapping) and name in told and is_envelope(told):
            told = parse_json(told[name])
    return told


def is_envelope(value: Mapping[str, Any]) -> bool:
    marked = "lc" in value or "additional_kwargs" in value or value.get("type") == "tool"
    return marked or value.keys() <= set(ENVELOPES)


def write_text(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else encode_json(value)
    return text[:LONGEST_TEXT]
