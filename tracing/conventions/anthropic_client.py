"""Spans that Anthropic's Python client writes of itself: GenAI attributes without messages.

Beneath the span of an instrumentation they tell its call again; for streams they may stand beside it.
"""

from collections.abc import Sequence

from tracing.conventions import genai
from tracing.conventions.nesting import tell_once
from tracing.conventions.provider_bodies import read_response
from tracing.generations import Generation
from tracing.spans import Span, Trace

NAME = "anthropic-client"
SCOPE = "com.anthropic.sdk.python"


def claims(span: Span) -> bool:
    """Whether Anthropic's client wrote the span."""
    return span.scope_name == SCOPE and genai.claims(span)


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The call, unless a span beside it tells the same response with its messages."""
    response_id = span.attributes.get("gen_ai.response.id")
    if response_id and any(tells_beside(each, str(response_id), span, trace) for each in trace.spans):
        return None
    return tell_once(Generation(**genai.describe_call(span, trace) | {"convention": NAME}), calls_beneath)


def list_client_spans(span: Span, trace: Trace) -> list[Span]:
    """The client's spans that tell the response of `span` without standing beneath it."""
    told = [(each, each.attributes.get("gen_ai.response.id")) for each in trace.spans if claims(each)]
    return [each for each, response_id in told if response_id and tells_beside(span, str(response_id), each, trace)]


def tells_beside(span: Span, response_id: str, client_span: Span, trace: Trace) -> bool:
    """Whether `span` tells of the response and has the client's span beside it: same time, neither above it."""
    return (
        "openinference.span.kind" in span.attributes
        and span.start_time_ns <= client_span.end_time_ns
        and client_span.start_time_ns <= span.end_time_ns
        and all(each.span_id != span.span_id for each in trace.ancestors(client_span))
        and read_response(span.attributes.get("output.value")).id == response_id
    )
