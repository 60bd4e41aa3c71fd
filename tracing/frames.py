"""Spans around model calls that frame one answer: what a framework's outermost span gave back comes out of them.

Our own SDK's functions are read by its convention; these are everybody else's.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracing.conventions.messages import parse_json, parse_messages
from tracing.conventions.shared_attributes import pick_text
from tracing.spans import Span, Trace

INPUTS = (
    "input.value",
    "traceloop.entity.input",
    "langfuse.observation.input",
    "langfuse.trace.input",
    "mlflow.spanInputs",
    "ai.prompt",
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "lmnr.span.input",
    "pydantic_ai.all_messages",
)
OUTPUTS = (
    "output.value",
    "traceloop.entity.output",
    "langfuse.observation.output",
    "langfuse.trace.output",
    "mlflow.spanOutputs",
    "ai.response.text",
    "gen_ai.output.messages",
    "gen_ai.completion",
    "lmnr.span.output",
    "final_result",
)
ANSWER_NAMES = ("output", "answer", "response", "result", "text", "content", "output_text", "final_output")
"""Members under which frameworks give back an answer."""


NO_PROSE = re.compile(r"[\[{<]|[A-Za-z_.]+\(")
"""How values of programs begin that were written down as text."""


def list_input_names(trace: Trace) -> list[str]:
    """The attributes for what went into a span that occur in the trace."""
    return [name for name in INPUTS if name in trace.attribute_names]


def is_frame(span: Span, input_names: Sequence[str]) -> bool:
    """Whether the span tells words that went into it."""
    return any(name in span.attributes and has_words(parse_json(span.attributes[name])) for name in input_names)


def has_words(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(has_words, value.values()))
    if isinstance(value, list):
        return any(map(has_words, value))
    return isinstance(value, str) and bool(value.strip())


def is_request(span: Span) -> bool:
    """Whether the span is one request to a server, or one message of a queue."""
    return span.kind in ("Server", "Consumer")


def find_shown(span: Span) -> str:
    """The text that a frame gave back; empty where it gave back none, or something else than one text."""
    text = read_output(parse_json(pick_text(span.attributes, OUTPUTS)))
    return "" if NO_PROSE.match(text) else text


def read_output(output: Any) -> str:
    if isinstance(output, str):
        return output
    if isinstance(output, Mapping):
        values = [output[name] for name in ANSWER_NAMES if isinstance(output.get(name), str | Mapping)]
        if values:
            return read_output(values[0])
        output = output.get("messages", [output] if "role" in output else [])
    said = [message.content for message in parse_messages(output) if message.role == "assistant"]
    return said[-1] if said else ""
