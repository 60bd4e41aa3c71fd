"""Spans of Logfire's instrumentations of model clients: GenAI attributes, but the answer of a stream stands elsewhere.

A stream is told by two spans: the call, which ends when the first part comes, and later a sibling without length
(`logfire.span_type=log`), which has the answer, the usage and how long the parts took. One generation comes out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions import genai
from tracing.conventions.messages import parse_json
from tracing.conventions.nesting import tell_once
from tracing.conventions.parameters import read_parameters
from tracing.conventions.shared_attributes import read_seconds, read_texts
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "logfire"
SPAN_TYPE = "logfire.span_type"
OWN_TAGS = ("LLM",)
"""Tags that Logfire gives to every call."""


def claims(span: Span) -> bool:
    """Whether Logfire wrote the span of a call, or what a stream said."""
    return SPAN_TYPE in span.attributes and (genai.claims(span) or is_older(span))


def is_older(span: Span) -> bool:
    """Whether it is a call of a version that wrote the request and the response alone."""
    if "request_data" not in span.attributes or "gen_ai.request.model" in span.attributes:
        return False
    request = parse_json(span.attributes["request_data"])
    return isinstance(request, dict) and "model" in request and ("messages" in request or "instructions" in request)


def tell_older(span: Span) -> Span:
    """Such a call in the GenAI conventions; any other span as it is."""
    if not is_older(span):
        return span
    request = parse_json(span.attributes["request_data"])
    response = parse_json(span.attributes.get("response_data"))
    response = response if isinstance(response, dict) else {}
    asked, said = request.get("messages", request.get("input")), response.get("message")
    instructions = request.get("system", request.get("instructions"))
    told: dict[str, AttributeValue] = {
        keys.OPERATION_NAME: "chat",
        keys.PROVIDER_NAME: span.scope_name.removeprefix(f"{NAME}."),
        keys.REQUEST_MODEL: request.get("model"),
        keys.INPUT_MESSAGES: asked,
        keys.SYSTEM_INSTRUCTIONS: instructions,
        keys.OUTPUT_MESSAGES: [said] if isinstance(said, dict) else None,
        keys.TOOL_DEFINITIONS: request.get("tools"),
        "gen_ai.usage.raw": response.get("usage"),
    }
    known = {name: value for name, value in told.items() if value is not None}
    return replace(span, attributes={**span.attributes, **known})


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The call, told by the log of its stream too; such a log alone is the call that it tells of."""
    if is_log(span):
        return None if find_call(span, trace) else read_lone_log(span, trace)
    return tell_once(read_call(span, trace), calls_beneath)


def read_call(span: Span, trace: Trace) -> Generation:
    """The call with what the log of its stream says, where there is one."""
    log = find_log(span, trace)
    fields = describe_call(span, log, trace)
    if log is None:
        return Generation(**fields)
    finished = fields["outcome"] != "stopped"
    # A stream that was left is logged whenever its generator is collected, which says nothing of its length.
    duration_ns = max(span.duration_ns, log.end_time_ns - span.start_time_ns) if finished else span.duration_ns
    return Generation(**fields | {"other_span_ids": (log.span_id,), "duration_ns": duration_ns})


def describe_call(span: Span, log: Span | None, trace: Trace) -> dict[str, Any]:
    fields = genai.describe_call(join_log(span, log), trace)
    tags = [tag for tag in read_texts(parse_json(span.attributes.get("logfire.tags"))) if tag not in OWN_TAGS]
    asked = read_parameters(span.attributes.get("request_data"))
    own = {
        "convention": NAME,
        "tags": fields["tags"] or tuple(tags),
        "parameters": {**asked, **fields["parameters"]},
    }
    return fields | own


def is_log(span: Span) -> bool:
    return span.attributes.get(SPAN_TYPE) == "log"


def read_lone_log(log: Span, trace: Trace) -> Generation | None:
    """What a stream said, whose call was not sent: it began as long before its log as the parts took.

    A stream that was left is logged late, maybe in the trace of something else; its call stands in its own.
    """
    taken_ns = read_seconds(log.attributes, "duration") or 0
    began_ns = max(0, log.start_time_ns - taken_ns)
    lasted = {"start_time_ns": began_ns, "duration_ns": log.start_time_ns - began_ns}
    call = Generation(**describe_call(log, log, trace) | lasted)
    return None if call.outcome == "stopped" else call


def join_log(span: Span, log: Span | None) -> Span:
    """The call with what the log of its stream says, and whether it is a stream."""
    request = parse_json(span.attributes.get("request_data"))
    streamed = log is not None or (request.get("stream") if isinstance(request, Mapping) else None)
    span, logged = tell_older(span), tell_older(log) if log else None
    said = {name: value for name, value in logged.attributes.items() if name.startswith("gen_ai.")} if logged else {}
    flag = {} if streamed is None else {keys.REQUEST_STREAM: streamed is True}
    return genai.drop_echoed_model(replace(span, attributes={**span.attributes, **said, **flag}))


def find_log(call: Span, trace: Trace) -> Span | None:
    """The log of this call's stream."""
    logs = (each for each in trace.spans if is_log(each) and may_tell(each, call))
    return next((log for log in logs if find_call(log, trace) == trace.by_id[call.span_id]), None)


def find_call(log: Span, trace: Trace) -> Span | None:
    """The call whose stream the log tells of: of those that asked the same, the one that ended when it began.

    It stands beside the log; that of a stream which was left may come when something else goes on.
    """
    asked = [each for each in trace.spans if not is_log(each) and may_tell(log, each)]
    calls = [each for each in asked if each.parent_span_id == log.parent_span_id] or asked
    began_ns = log.start_time_ns - (read_seconds(log.attributes, "duration") or 0)
    return min(calls, key=lambda call: abs(call.end_time_ns - began_ns), default=None)


def may_tell(log: Span, call: Span) -> bool:
    """Whether a call has no answer of its own, began before the log and asked what the log says was asked."""
    return (
        "response_data" not in call.attributes
        and keys.OUTPUT_MESSAGES not in call.attributes
        and call.status_code != "Error"
        and call.start_time_ns <= log.start_time_ns
        and all(call.attributes.get(name) == log.attributes.get(name) for name in list_asked(log))
        and claims(call)
    )


def list_asked(log: Span) -> tuple[str, ...]:
    """Names of the attributes that tell what was asked."""
    newer = "gen_ai.request.model" in log.attributes
    return ("gen_ai.request.model", "gen_ai.input.messages") if newer else ("request_data",)
