"""Spans of Traceloop's OpenLLMetry: GenAI attributes, with what the app said of the call as association properties.

Its instrumentation of LangChain names the model that was asked as the one that answered where it knows none, and does
not know the role of what is streamed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from tracing.conventions import genai
from tracing.conventions.messages import parse_json
from tracing.conventions.nesting import tell_once
from tracing.conventions.shared_attributes import STREAM_FLAGS
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "traceloop"
LANGCHAIN = "opentelemetry.instrumentation.langchain"
TRACEPARENT = re.compile(r"'traceparent': '00-([0-9a-f]{32})-")
PROPERTIES = "traceloop.association.properties."
IDS = frozenset({"session_id", "conversation_id", "thread_id", "user_id"})
OF_LANGCHAIN = ("ls_", "lc_", "langgraph_", "checkpoint_ns")
"""Beginnings of properties that LangChain sets, not the app."""


def claims(span: Span) -> bool:
    """Whether OpenLLMetry wrote the span of a call, with Traceloop's SDK; without that its spans are plain GenAI."""
    return genai.claims(span) and any(name.startswith("traceloop.") for name in span.attributes)


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The call that the span tells of, unless the one of LangChain around it tells it in a trace of its own."""
    if is_told_by_langchain(span):
        return None
    told = genai.describe_call(mend_langchain(span), trace)
    own = {"convention": NAME, "metadata": {**read_properties(span), **told["metadata"]}}
    return tell_once(Generation(**told | own), calls_beneath)


def is_told_by_langchain(span: Span) -> bool:
    """Whether it is the client's call within one of LangChain's, whose trace its headers name, but not its own."""
    within = f"{PROPERTIES}ls_integration" in span.attributes and span.scope_name != LANGCHAIN
    named = TRACEPARENT.search(str(span.attributes.get("gen_ai.headers", ""))) if within else None
    return named is not None and not span.parent_span_id and named[1] != span.trace_id


def read_properties(span: Span) -> dict[str, AttributeValue]:
    """What the app said of the call, without its ids."""
    properties = {
        name.removeprefix(PROPERTIES): value for name, value in span.attributes.items() if name.startswith(PROPERTIES)
    }
    return {name: value for name, value in properties.items() if name not in IDS and not name.startswith(OF_LANGCHAIN)}


def mend_langchain(span: Span) -> Span:
    """A call of LangChain without the model that did not answer, and with the stream that its answer's role betrays."""
    if span.scope_name != LANGCHAIN:
        return span
    output = parse_json(span.attributes.get("gen_ai.output.messages"))
    messages = output if isinstance(output, list) else []
    if any(isinstance(message, dict) and message.get("role") == "unknown" for message in messages):
        span = replace(span, attributes={STREAM_FLAGS[0]: True, **span.attributes})
    return genai.drop_echoed_model(span)
