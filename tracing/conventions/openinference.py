"""Spans of OpenInference (Arize's instrumentations for Python and JavaScript, Phoenix): `llm.*` attributes.

Only spans of kind `LLM` are calls; frameworks nest them, and the client's own spans stand beneath or beside them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tracing.conventions import langchain_bodies
from tracing.conventions.anthropic_client import list_client_spans
from tracing.conventions.messages import find_user_text, parse_json, parse_messages, parse_tools, split_system
from tracing.conventions.nesting import tell_once
from tracing.conventions.origins import TAG_KEYS, describe_origin, read_identity
from tracing.conventions.parameters import read_parameters
from tracing.conventions.prompts import read_variables
from tracing.conventions.provider_bodies import ResponseBody, get_text, read_request, read_response
from tracing.conventions.shared_attributes import (
    find_value,
    judge_ending,
    pick_int,
    pick_text,
    read_error,
    read_tags,
)
from tracing.generations import Generation, Message
from tracing.spans import AttributeValue, Span, Trace

NAME = "openinference"
KIND = "openinference.span.kind"
FIRST_CHUNK = "First Token Stream Event"
STREAM_NAME = "GenerateContentStream"
"""How names of Gemini's streams end, of which nothing else says that they are."""
PYTHON_SCOPES = "openinference.instrumentation."
FRAMEWORKS_OWN = ("ls_", "lc_", "langgraph_", "checkpoint_")
MESSAGE_PATH = re.compile(r"(\d{1,6})\.message\.(.+)")
CONTENT_PATH = re.compile(r"contents\.(\d{1,6})\.message_content\.(.+)")
TOOL_CALL_PATH = re.compile(r"tool_calls\.(\d{1,6})\.tool_call\.(.+)")
TOOL_PATH = re.compile(r"llm\.tools\.(\d{1,6})\.tool\.json_schema")
PROMPT_PATH = re.compile(r"llm\.prompts\.(\d{1,6})\.prompt\.text")
TOKEN_COUNTS = {
    "input_tokens": "prompt",
    "output_tokens": "completion",
    "cache_read_tokens": "prompt_details.cache_read",
    "cache_write_tokens": "prompt_details.cache_write",
    "reasoning_tokens": "completion_details.reasoning",
    "audio_input_tokens": "prompt_details.audio",
    "audio_output_tokens": "completion_details.audio",
}
QUESTION_NAMES = ("query_str", "question", "query", "user_message", "message", "input")


def claims(span: Span) -> bool:
    """Whether the span tells of itself in OpenInference; of whatever kind it is, nobody else need look at it."""
    return KIND in span.attributes


def is_call(span: Span) -> bool:
    """Whether the span is a call of a model. LlamaIndex gives that kind to the preparation of one, too."""
    kind = span.attributes[KIND]
    return isinstance(kind, str) and kind.upper() == "LLM" and not span.name.rpartition(".")[2].startswith("_prepare")


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of, with what the only call beneath it knows besides."""
    if not is_call(span):
        return None
    repeated = any(call.convention == NAME for call in calls_beneath)
    call = read_call(span, trace, None if repeated else read_body(span.attributes), framing=bool(calls_beneath))
    beside = list_client_spans(span, trace)
    if beside:
        call = replace(call, other_span_ids=tuple(each.span_id for each in beside))
    return tell_once(call, calls_beneath)


def read_call(span: Span, trace: Trace, body: Any, *, framing: bool) -> Generation:
    """The call by this span and what it gave back; where it frames another call its texts are that call's."""
    attributes = span.attributes
    identity = read_identity(span, trace)
    parameters = parse_parameters(attributes)
    response = read_response(body)
    system, messages = split_system(read_input(attributes, framing=framing))
    output = read_output(attributes, response, framing=framing)
    finish_reasons = read_finish_reasons(attributes, response)
    streamed = is_streamed(span, parameters, body)
    tokens = response.usage.as_fields() | read_tokens(attributes)
    silent = not (framing or output or messages or any(count is not None for count in tokens.values()))
    unfinished = not finish_reasons and is_unfinished(span, streamed=streamed, silent=silent)
    ending = judge_ending(span, finish_reasons, unfinished=unfinished, error=read_raised(span))
    asked, answered = read_models(attributes, parameters, response)
    own = {
        "tags": read_tags(find_value(span, trace, TAG_KEYS)),
        "metadata": drop_frameworks_own(identity.metadata),
    }
    return Generation(
        **describe_origin(span, trace, identity, response.id) | own,
        convention=NAME,
        previous_response_id=get_text(parameters, "previous_response_id") or response.previous_response_id,
        provider=pick_text(attributes, ("llm.provider", "llm.system")),
        request_model=asked,
        response_model=answered,
        system_instructions=system,
        input_messages=messages,
        output_messages=output,
        user_text=find_question(span, trace, messages),
        tool_definitions=read_tools(attributes),
        parameters=read_parameters(parameters),
        **tokens,
        time_to_first_chunk_ns=read_first_token(span),
        streamed=streamed,
        finish_reasons=finish_reasons,
        **response.certainty.as_fields(),
        **ending.as_fields(),
    )


def read_input(attributes: Mapping[str, AttributeValue], *, framing: bool) -> tuple[Message, ...]:
    """Messages, else prompts, else what the span was given whole."""
    messages = gather_messages(attributes, "llm.input_messages.")
    if messages or framing:
        return messages
    prompts = read_prompts(attributes)
    if prompts:
        return tuple(Message("user", prompt) for prompt in prompts)
    request = read_request(attributes.get("input.value"))
    system = (Message("system", request.system_instructions),) if request.system_instructions else ()
    return (*system, *request.messages)


def read_prompts(attributes: Mapping[str, AttributeValue]) -> list[str]:
    listed = attributes.get("llm.prompts")
    if isinstance(listed, list):
        return [prompt for prompt in listed if isinstance(prompt, str)]
    return [str(value) for value in list_numbered(attributes, PROMPT_PATH)]


def read_output(
    attributes: Mapping[str, AttributeValue], response: ResponseBody, *, framing: bool
) -> tuple[Message, ...]:
    messages = gather_messages(attributes, "llm.output_messages.")
    if any(each.content or each.tool_calls or each.parts for each in messages) or framing:
        return messages
    return response.messages


def gather_messages(attributes: Mapping[str, AttributeValue], prefix: str) -> tuple[Message, ...]:
    """The messages that attributes spell out, one field each (`llm.input_messages.0.message.role`), in order."""
    found: dict[int, dict[str, AttributeValue]] = {}
    for name, value in attributes.items():
        path = MESSAGE_PATH.fullmatch(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if path:
            found.setdefault(int(path[1]), {})[path[2]] = value
    return parse_messages([build_message(found[number]) for number in sorted(found)])


def build_message(fields: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """A message as chat completions have it."""
    blocks = gather_fields(fields, CONTENT_PATH)
    content = fields.get("content")
    calls = [build_tool_call(call) for call in gather_fields(fields, TOOL_CALL_PATH)]
    return {
        "role": str(fields.get("role") or "assistant"),
        "content": content if isinstance(content, str) else [part for block in blocks for part in build_part(block)],
        "tool_calls": calls,
        "tool_call_id": fields.get("tool_call_id"),
        "name": fields.get("name"),
    }


def gather_fields(fields: Mapping[str, AttributeValue], path: re.Pattern[str]) -> list[dict[str, AttributeValue]]:
    found: dict[int, dict[str, AttributeValue]] = {}
    for name, value in fields.items():
        match = path.fullmatch(name)
        if match:
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[number] for number in sorted(found)]


def build_part(block: Mapping[str, AttributeValue]) -> list[dict[str, Any]]:
    """Text as text, other contents by their names; calls of tools stand in `tool_calls`."""
    if "text" in block:
        return [{"type": "text", "text": block["text"]}]
    kept = {key: value for key, value in block.items() if value is not None}
    return [] if kept.get("type") in ("tool_use", "text", None) else [kept]


def build_tool_call(call: Mapping[str, AttributeValue]) -> dict[str, Any]:
    function = {"name": call.get("function.name"), "arguments": call.get("function.arguments")}
    return {"id": call.get("id"), "function": function}


def find_question(span: Span, trace: Trace, messages: tuple[Message, ...]) -> str:
    """The question that a prompt's template was filled with, where the message has it, else the whole message."""
    text = find_user_text(messages)
    for each in (span, *trace.ancestors(span)):
        variables = read_variables(each.attributes)
        asked = [get_text(variables, name) for name in QUESTION_NAMES if name in variables]
        question = next((value for value in asked if value and value in text), "")
        if question:
            return question
    return text


def parse_parameters(attributes: Mapping[str, AttributeValue]) -> Mapping[str, Any]:
    parameters = parse_json(attributes.get("llm.invocation_parameters"))
    return parameters if isinstance(parameters, Mapping) else {}


def read_models(
    attributes: Mapping[str, AttributeValue], parameters: Mapping[str, Any], response: ResponseBody
) -> tuple[str, str]:
    """The model asked and the one that answered. `llm.model_name` is either: it answered where the other is known."""
    named = pick_text(attributes, ("llm.model_name",))
    asked = pick_text(attributes, ("llm.request.model_name",))
    # OpenAI's agents give the response's fields as parameters: that model is the one that answered.
    if "created_at" not in parameters:
        asked = asked or get_text(parameters, "model") or get_text(parameters, "model_name")
    answered = pick_text(attributes, ("llm.response.model_name",)) or response.model
    if not answered and named != asked and asked:
        answered = named
    return asked or (named if named != answered else ""), answered


def read_body(attributes: Mapping[str, AttributeValue]) -> Any:
    """What the call gave back, as JSON, a model of LangChain in the shape of OpenAI's."""
    body = parse_json(attributes.get("output.value"))
    return langchain_bodies.read_response(body) if isinstance(body, Mapping) and "generations" in body else body


def read_finish_reasons(attributes: Mapping[str, AttributeValue], response: ResponseBody) -> tuple[str, ...]:
    reason = pick_text(attributes, ("llm.finish_reason",))
    return (reason,) if reason else response.finish_reasons


def is_streamed(span: Span, parameters: Mapping[str, Any], body: Any) -> bool:
    """LangChain's parameters say `false` of streams, too, but its chunks have a type of their own."""
    chunked = isinstance(body, Mapping) and body.get("streamed") is True
    told = parameters.get("stream") is True or chunked or span.name.endswith(STREAM_NAME)
    return told or any(event.name == FIRST_CHUNK for event in span.events)


def is_unfinished(span: Span, *, streamed: bool, silent: bool) -> bool:
    """Whether an instrumentation that says how calls end says nothing of this one's end: no reason, no status.

    JavaScript's says neither of streams that ended well, and sends no others; apps' own spans need not say it.
    """
    if not span.scope_name.startswith(PYTHON_SCOPES):
        return False
    return silent or (streamed and span.status_code == "Unset")


def read_raised(span: Span) -> tuple[str, str]:
    """Type and message of the error; the exception has the bare message, the status may have a traceback in it."""
    error_type, message = read_error(span)
    raised = [event.attributes for event in span.events if event.name == "exception"]
    return error_type, next((text for each in raised if (text := pick_text(each, ("exception.message",)))), message)


def drop_frameworks_own(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the app said of the call, without what LangChain and LangGraph say of themselves."""
    return {key: value for key, value in metadata.items() if not key.startswith(FRAMEWORKS_OWN)}


def read_tokens(attributes: Mapping[str, AttributeValue]) -> dict[str, int]:
    """The counts that have an attribute each."""
    counts = {name: pick_int(attributes, (f"llm.token_count.{tail}",)) for name, tail in TOKEN_COUNTS.items()}
    return {name: count for name, count in counts.items() if count is not None}


def read_tools(attributes: Mapping[str, AttributeValue]) -> tuple[Mapping[str, Any], ...]:
    return parse_tools([parse_json(value) for value in list_numbered(attributes, TOOL_PATH)])


def list_numbered(attributes: Mapping[str, AttributeValue], path: re.Pattern[str]) -> list[AttributeValue]:
    """Values of the attributes whose names have this form, by their number."""
    found = {int(match[1]): value for name, value in attributes.items() if (match := path.fullmatch(name))}
    return [found[number] for number in sorted(found)]


def read_first_token(span: Span) -> int | None:
    times = [event.time_ns - span.start_time_ns for event in span.events if event.name == FIRST_CHUNK]
    return max(min(times), 0) if times else None
