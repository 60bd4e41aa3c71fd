"""Requests and responses of providers' APIs, as instrumentations copy them: what was asked, what came back.

In go decoded JSON bodies of OpenAI's chat completions and responses, of Anthropic's messages and of Gemini; out come
their parts in one shape. Readers of conventions use them where a span holds the whole body instead of attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracing.conventions.logprobs import Certainty, read_certainty
from tracing.conventions.messages import OF_TOOLS, drop_silent, parse_json, parse_messages, parse_tools, split_system
from tracing.conventions.parameters import read_parameters
from tracing.conventions.prompts import Prompt, read_stored_prompt
from tracing.conventions.shared_attributes import pick_text
from tracing.conventions.usage import Usage, read_usage
from tracing.generations import Message

USAGE_NAMES = ("usage", "usageMetadata", "usage_metadata")
CHOICES = ("choices", "candidates")


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a client asked for; `messages` are without the system instructions."""

    model: str
    system_instructions: str
    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...]
    streamed: bool
    parameters: Mapping[str, Any]
    previous_response_id: str
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class ResponseBody:
    """What a provider answered."""

    id: str
    model: str
    messages: tuple[Message, ...]
    finish_reasons: tuple[str, ...]
    usage: Usage
    certainty: Certainty
    previous_response_id: str


def read_request(value: Any) -> RequestBody:
    """A request's body, or the bare messages of one; empty fields where it is neither."""
    value = parse_json(value)
    body: Mapping[str, Any] = value if isinstance(value, dict) else {"messages": value}
    if "role" in body:
        body = {"messages": [body]}
    asked = next((body[name] for name in ("messages", "input", "contents", "prompt") if name in body), None)
    offered, asked = split_offered(asked)
    system, messages = split_system(parse_messages(asked))
    names = ("system", "instructions", "systemInstruction", "system_instruction")
    instructions = "\n\n".join(read_content(next((body[name] for name in names if body.get(name)), None)))
    return RequestBody(
        model=get_text(body, "model"),
        system_instructions=instructions or system,
        messages=messages,
        tools=parse_tools(body.get("tools")) or parse_tools(offered),
        streamed=body.get("stream") is True,
        parameters=read_parameters(body),
        previous_response_id=get_text(body, "previous_response_id"),
        prompt=read_stored_prompt(body),
    )


def split_offered(asked: Any) -> tuple[list[Any], Any]:
    """Definitions of tools, which Langfuse's handler for LangChain puts among the messages, and what was said."""
    items = list_of(asked)
    offered = [item for item in items if isinstance(item, dict) and is_definition(item.get("content"))]
    rest = [item for item in items if not any(item is each for each in offered)] if offered else asked
    return [item["content"] for item in offered], rest


def is_definition(content: Any) -> bool:
    return isinstance(content, dict) and content.get("type") == "function" and "function" in content


def read_response(value: Any) -> ResponseBody:
    """A response's body, one message of it, or its bare text."""
    value = parse_json(value)
    if isinstance(value, list):
        value = {"output": value}
    if isinstance(value, str):
        value = {"role": "assistant", "content": value} if value else {}
    if not isinstance(value, dict):
        value = {}
    return ResponseBody(
        id=pick_text(value, ("id", "responseId", "response_id")),
        model=pick_text(value, ("model", "modelVersion", "model_version")),
        messages=drop_silent(parse_messages([as_assistant(item) for item in list_said(value)])),
        finish_reasons=read_finish_reasons(value),
        usage=read_usage(next((value[name] for name in USAGE_NAMES if name in value), None)),
        certainty=read_certainty(value),
        previous_response_id=get_text(value, "previous_response_id"),
    )


def list_choices(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [choice for name in CHOICES for choice in list_of(body.get(name)) if isinstance(choice, dict)]


def list_said(body: Mapping[str, Any]) -> list[Any]:
    """What the model said: the message of each choice, the items of a response, or the body itself."""
    choices = list_choices(body)
    if choices:
        return [choice.get("message") or choice.get("content") or {"content": choice.get("text")} for choice in choices]
    return list_of(body.get("output")) or ([body] if "content" in body else [])


def read_finish_reasons(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Of each choice; of a response that was cut short why it was."""
    told = [choice.get("finish_reason", choice.get("finishReason")) for choice in list_choices(body)]
    details = body.get("incomplete_details")
    told = told or [body.get("stop_reason"), details.get("reason") if isinstance(details, dict) else None]
    return tuple(reason for reason in told if isinstance(reason, str) and reason)


def as_assistant(item: Any) -> Any:
    """An item that has no role but words, as what the model said."""
    if not isinstance(item, dict) or item.get("type") in OF_TOOLS or not {"content", "parts"} & set(item):
        return item
    return {"role": "assistant", **item}


def read_content(value: Any) -> list[str]:
    """Texts of a content: a text, or a list of blocks, which Gemini has in an object."""
    if isinstance(value, str):
        return [value] if value else []
    blocks = list_of(value.get("parts") if isinstance(value, dict) else value)
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return [text for text in texts if isinstance(text, str) and text]


def get_text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
