"""Spans of the Vercel AI SDK: `ai.*` attributes up to version 6 and in 7's legacy mode, GenAI conventions since 7.

Each span is told in the GenAI conventions first and read as they are. Of `ai.*` spans, those of `.doGenerate` and
`.doStream` are the calls. The span around them repeats them; it stands for a call whose stream was left, which leaves
no span of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions import genai
from tracing.conventions.messages import parse_json
from tracing.conventions.nesting import tell_once
from tracing.conventions.origins import read_identity
from tracing.conventions.shared_attributes import (
    collect_prefixed,
    find_text,
    pick_int,
    pick_text,
    read_error,
    read_texts,
)
from tracing.conventions.usage import read_usage
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "vercel"
CACHE_WRITE_1H = "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens"
OPERATION_ID = "ai.operationId"
CALLS = (".doGenerate", ".doStream")
WRAPPERS = frozenset({"ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject"})
SCOPE = "gen_ai"
"""Name of the tracer of version 7."""
APP_PREFIXES = ("ai.telemetry.metadata.", "ai.settings.context.")
CONVERSATION_NAMES = ("sessionId", "conversationId", "chatId", "threadId", "session_id", "conversation_id", "thread_id")
USER_NAMES = ("userId", "user_id")
TAGS = ("tags",)
TOKENS: Mapping[str, Sequence[str]] = {
    keys.INPUT_TOKENS: ("ai.usage.inputTokens", "ai.usage.promptTokens"),
    keys.OUTPUT_TOKENS: ("ai.usage.outputTokens", "ai.usage.completionTokens"),
    keys.CACHE_READ_TOKENS: ("ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
    keys.CACHE_WRITE_TOKENS: ("ai.usage.inputTokenDetails.cacheWriteTokens",),
    keys.REASONING_TOKENS: ("ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"),
}


def claims(span: Span) -> bool:
    """Whether the SDK wrote the span, and it is a call of a model that writes text or stands around such calls."""
    operation = pick_text(span.attributes, (OPERATION_ID,))
    if operation:
        return operation in WRAPPERS or operation.endswith(CALLS)
    return span.scope_name == SCOPE and genai.claims(span)


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of, if it is one."""
    operation = pick_text(span.attributes, (OPERATION_ID,))
    if operation in WRAPPERS and calls_beneath:
        if not left_between_calls(span, calls_beneath):
            return None
        calls_beneath = ()
    told = tell_older(span, operation) if operation else tell_newer(span)
    attributes = {**span.attributes, **keep_told(told), **find_ids(span, trace)}
    fields = genai.describe_call(replace(span, attributes=attributes), trace)
    return tell_once(Generation(**fields | find_app_words(fields, span, trace)), calls_beneath)


def left_between_calls(wrapper: Span, calls: Sequence[Generation]) -> bool:
    """Whether a stream was left in a call that has no span, after others that only called tools."""
    finished = "ai.response.finishReason" in wrapper.attributes or any(read_error(wrapper))
    is_stream = pick_text(wrapper.attributes, (OPERATION_ID,)).startswith("ai.stream")
    return is_stream and not finished and all("tool_calls" in call.finish_reasons for call in calls)


def tell_older(span: Span, operation: str) -> dict[str, AttributeValue]:
    """What `ai.*` attributes say, in the GenAI conventions."""
    attributes = span.attributes
    tools = [parse_json(tool) for tool in as_list(attributes.get("ai.prompt.tools"))]
    finish_reason = pick_text(attributes, ("ai.response.finishReason",))
    return {
        keys.OPERATION_NAME: "chat",
        "gen_ai.provider.name": pick_text(attributes, ("ai.model.provider", "gen_ai.system")).partition(".")[0],
        "gen_ai.request.model": pick_text(attributes, ("ai.model.id", "gen_ai.request.model")),
        "gen_ai.response.model": pick_text(attributes, ("ai.response.model", "gen_ai.response.model")),
        "gen_ai.response.id": pick_text(attributes, ("ai.response.id",)),
        "gen_ai.input.messages": read_prompt(attributes),
        keys.OUTPUT_MESSAGES: read_answer(attributes),
        "gen_ai.tool.definitions": tools,
        keys.RESPONSE_FINISH_REASONS: [name_reason(finish_reason)] if finish_reason else None,
        keys.REQUEST_STREAM: operation.startswith("ai.stream"),
        keys.TIME_TO_FIRST_CHUNK: read_first_chunk_seconds(attributes.get("ai.response.msToFirstChunk")),
        **{name: pick_int(attributes, (*older, name)) for name, older in TOKENS.items()},
        **count_cached(attributes),
    }


def count_cached(attributes: Mapping[str, AttributeValue]) -> dict[str, int | None]:
    """The input as Anthropic's API counts it, cached tokens beside it, with them: version 5 passes it on as it is."""
    told = parse_json(attributes.get("ai.response.providerMetadata"))
    anthropic = told.get("anthropic") if isinstance(told, Mapping) else None
    usage = read_usage(anthropic.get("usage")) if isinstance(anthropic, Mapping) else None
    if usage is None or usage.input_tokens is None:
        return {}
    counted = {
        keys.INPUT_TOKENS: usage.input_tokens,
        keys.CACHE_READ_TOKENS: usage.cache_read_tokens,
        keys.CACHE_WRITE_TOKENS: usage.cache_write_tokens,
        CACHE_WRITE_1H: usage.cache_write_1h_tokens,
    }
    return {name: count for name, count in counted.items() if count is not None}


def tell_newer(span: Span) -> dict[str, AttributeValue]:
    """What version 7 says in a way of its own: names of reasons and of a tool's schema, and how a stream was left.

    A call that ended with neither an answer nor an error is a stream that was left; nothing else says so.
    """
    attributes = span.attributes
    reasons = read_texts(parse_json(attributes.get(keys.RESPONSE_FINISH_REASONS)))
    tools = as_list(parse_json(attributes.get("gen_ai.tool.definitions")))
    answered = bool(reasons) or keys.OUTPUT_MESSAGES in attributes or any(read_error(span))
    return {
        keys.RESPONSE_FINISH_REASONS: [name_reason(reason) for reason in reasons],
        "gen_ai.tool.definitions": tools,
        keys.REQUEST_STREAM: None if answered else True,
    }


def keep_told(told: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def find_ids(span: Span, trace: Trace) -> dict[str, AttributeValue]:
    """Conversation and user that only the app's own metadata name."""
    identity = read_identity(span, trace)
    ids: dict[str, AttributeValue] = {}
    if identity.derived:
        ids[keys.CONVERSATION_ID] = find_text(span, trace, list_names(CONVERSATION_NAMES))
    if not identity.user_id:
        ids[keys.USER_ID] = find_text(span, trace, list_names(USER_NAMES))
    return keep_told(ids)


def list_names(names: Sequence[str]) -> list[str]:
    return [prefix + name for name in names for prefix in APP_PREFIXES]


def find_app_words(fields: Mapping[str, Any], span: Span, trace: Trace) -> dict[str, Any]:
    """The reader's name, and the tags and metadata that the app gave to the SDK."""
    said: dict[str, AttributeValue] = {}
    for prefix in APP_PREFIXES:
        said |= collect_prefixed(span, trace, prefix)
    metadata = {name: value for name, value in said.items() if name not in (*CONVERSATION_NAMES, *USER_NAMES, *TAGS)}
    return {
        "convention": NAME,
        "tags": fields["tags"] or read_texts(said.get("tags")),
        "metadata": {**metadata, **fields["metadata"]},
    }


def read_prompt(attributes: Mapping[str, AttributeValue]) -> list[AttributeValue]:
    """Messages of a call, or, where only the span around it is there, what the app passed."""
    prompt = parse_json(attributes.get("ai.prompt.messages") or attributes.get("ai.prompt"))
    if isinstance(prompt, str):
        prompt = {"prompt": prompt}
    if not isinstance(prompt, dict):
        return [translate_message(message) for message in as_list(prompt)]
    system, asked = prompt.get("system"), prompt.get("messages") or prompt.get("prompt")
    messages = asked if isinstance(asked, list) else [{"role": "user", "content": asked}] if asked else []
    before = [{"role": "system", "content": system}] if isinstance(system, str) else as_list(system)
    return [translate_message(message) for message in (*before, *messages)]


def read_answer(attributes: Mapping[str, AttributeValue]) -> list[AttributeValue]:
    """The assistant's message: reasoning, text or object, and calls of tools."""
    text = pick_text(attributes, ("ai.response.text", "ai.response.object"))
    reasoning = pick_text(attributes, ("ai.response.reasoning",))
    parts: list[AttributeValue] = [{"type": "reasoning", "content": reasoning}] if reasoning else []
    parts += [{"type": "text", "content": text}] if text else []
    calls = as_list(parse_json(attributes.get("ai.response.toolCalls")))
    parts += [translate_part({"type": "tool-call", **call}) for call in calls if isinstance(call, dict)]
    return [{"role": "assistant", "parts": parts}] if parts else []


def translate_message(message: Any) -> Any:
    """A message of the SDK with the parts of the GenAI conventions."""
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        return message
    return {"role": message.get("role"), "parts": [translate_part(part) for part in message["content"]]}


def translate_part(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    named = {"id": part.get("toolCallId")}
    if part.get("type") == "tool-call":
        arguments = part.get("input", part.get("args"))
        return {"type": "tool_call", **named, "name": part.get("toolName"), "arguments": arguments}
    if part.get("type") == "tool-result":
        return {"type": "tool_call_response", **named, "response": read_result(part.get("output", part.get("result")))}
    return part


def read_result(output: Any) -> Any:
    """What a tool gave back; since version 5 it stands beside its type."""
    return output["value"] if isinstance(output, dict) and {"type", "value"} <= set(output) else output


def name_reason(reason: str) -> str:
    """`tool_calls` and `content_filter`, as others write them."""
    return reason.replace("-", "_")


def read_first_chunk_seconds(value: AttributeValue) -> float | None:
    return value / 1000 if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
