"""LangChain's own JSON of a call, as LangSmith and OpenInference keep it, in the shape of OpenAI's.

Constructors of messages come in, chat messages go out; generations come in, choices go out. What has another shape
stays as it is.
"""

from collections.abc import Mapping
from typing import Any

STREAMED = "ChatGenerationChunk"
ROLE_ENDING = "messagechunk"


def read_request(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """A request with chat messages; those of a model are a list of one list, its oldest kind takes texts."""
    prompts = request.get("prompts")
    if isinstance(prompts, list):
        return {"messages": [{"role": "user", "content": text} for text in prompts]}
    messages = request.get("messages")
    if not isinstance(messages, list):
        return request
    return {**request, "messages": [read_message(item) for item in join_lists(messages)]}


def read_response(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """A response with choices, the model that answered, and whether it came in parts."""
    listed = as_list(response.get("generations"))
    generations = [each for each in join_lists(listed) if isinstance(each, dict)]
    if not generations:
        return response
    told = [describe_response(generation) for generation in generations]
    return {
        "choices": [
            {
                "message": read_answer(generation),
                "finish_reason": each.get("finish_reason") or each.get("stop_reason"),
                "logprobs": each.get("logprobs"),
            }
            for generation, each in zip(generations, told, strict=True)
        ],
        "id": as_dict(response.get("llm_output")).get("id")
        or next((each["id"] for each in told if each.get("id")), ""),
        "model": find_field(told, "model_name"),
        "streamed": any(generation.get("type") == STREAMED for generation in generations),
    }


def find_field(told: list[dict[str, Any]], name: str) -> Any:
    return next((each[name] for each in told if each.get(name)), "")


def read_answer(generation: Mapping[str, Any]) -> Any:
    message = generation.get("message")
    return read_message(message) if message else {"role": "assistant", "content": generation.get("text")}


def describe_response(generation: Mapping[str, Any]) -> dict[str, Any]:
    """Finish reason and model: of the message, else of the generation."""
    fields = get_fields(generation.get("message"))
    return {**as_dict(generation.get("generation_info")), **as_dict(fields.get("response_metadata"))}


def read_message(item: Any) -> Any:
    """A chat message of a constructor (`lc`, `kwargs`)."""
    fields = get_fields(item)
    if not fields:
        return item
    calls = [call for call in as_list(fields.get("tool_calls")) if isinstance(call, dict)]
    content = fields.get("content")
    if calls and isinstance(content, list):
        content = [part for part in content if not isinstance(part, dict) or part.get("type") != "tool_use"]
    return {
        "role": str(fields.get("role") or fields.get("type") or "").lower().removesuffix(ROLE_ENDING),
        "content": content,
        "tool_calls": [{**call, "arguments": call.get("args")} for call in calls],
        "tool_call_id": fields.get("tool_call_id"),
        "name": fields.get("name"),
    }


def get_fields(item: Any) -> dict[str, Any]:
    return as_dict(item.get("kwargs")) if isinstance(item, dict) and "lc" in item else {}


def join_lists(items: list[Any]) -> list[Any]:
    return [each for item in items for each in (item if isinstance(item, list) else [item])]


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
