"""Answers as OpenAI's APIs give them, as chat messages: the choices of a completion, the items of a response."""

from typing import Any


def list_messages(answer: Any) -> list[Any]:
    """Chat messages of a list of choices or items; a choice's message carries its finish reason."""
    items = answer if isinstance(answer, list) else []
    return [read_item(item) for item in items if isinstance(item, dict)]


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    message = item.get("message")
    if isinstance(message, dict):
        return {"role": "assistant", **message, "finish_reason": item.get("finish_reason")}
    call_id = item.get("call_id") or item.get("id")
    if item.get("type") == "function_call":
        return {"role": "assistant", "tool_calls": [{**item, "id": call_id}]}
    if item.get("type") == "function_call_output":
        return {"role": "tool", "tool_call_id": call_id, "content": item.get("output")}
    return item
