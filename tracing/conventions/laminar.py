"""Spans of Laminar: `lmnr.*` beside GenAI attributes, answers as the choices of OpenAI's API.

Each call is told in the GenAI conventions first and read as they are.
"""

from collections.abc import Sequence
from dataclasses import replace

from tacit import attributes as keys

from tracing.conventions import genai
from tracing.conventions.logprobs import read_certainty
from tracing.conventions.messages import parse_json, parse_messages
from tracing.conventions.nesting import tell_once
from tracing.conventions.shared_attributes import collect_prefixed, find_value, pick_text, read_texts
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "laminar"
SPAN_TYPE = "lmnr.span.type"
APP_PREFIX = "lmnr.association.properties."
METADATA_PREFIX = f"{APP_PREFIX}metadata."
CHUNK = "llm.content.completion.chunk"
INPUT = "gen_ai.input.messages"


def claims(span: Span) -> bool:
    """Whether Laminar wrote the span as a call of a model that writes text."""
    return span.attributes.get(SPAN_TYPE) == "LLM" and "embed" not in span.name.lower()


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of. A wrapper around one such call is that call; around several it is none."""
    told = replace(span, attributes={**span.attributes, **tell(span)})
    fields = genai.describe_call(told, trace)
    answered = parse_json(span.attributes.get(keys.OUTPUT_MESSAGES))
    own = {
        "convention": NAME,
        "tags": fields["tags"] or read_texts(find_value(span, trace, (f"{APP_PREFIX}tags",))),
        "metadata": {**collect_prefixed(span, trace, METADATA_PREFIX), **fields["metadata"]},
        **read_certainty({"choices": answered, "output": answered}).as_fields(),
    }
    return tell_once(Generation(**fields | own), calls_beneath)


def tell(span: Span) -> dict[str, AttributeValue]:
    """What Laminar says in a way of its own, in the GenAI conventions."""
    told: dict[str, AttributeValue] = {keys.OPERATION_NAME: "chat", INPUT: list_input(span)}
    first_chunk = next((event.time_ns for event in span.events if event.name == CHUNK), None)
    if first_chunk is not None:
        told[keys.TIME_TO_FIRST_CHUNK] = (first_chunk - span.start_time_ns) / 1e9
    return told


def list_input(span: Span) -> list[AttributeValue]:
    """The messages asked with; of a call of the responses API, its instructions stand in an indexed message only."""
    given = parse_json(span.attributes.get(INPUT))
    items = given if isinstance(given, list) else []
    instructions = pick_text(span.attributes, ("gen_ai.prompt.0.content",))
    is_told = any(message.role == "system" for message in parse_messages(items))
    if is_told or not instructions or span.attributes.get("gen_ai.prompt.0.role") != "system":
        return items
    return [{"role": "system", "content": instructions}, *items]
