"""LiteLLM with its own callback for OpenTelemetry."""

import contextlib
from collections.abc import Callable
from typing import Any

import litellm
from openai_dialogues import QUESTION, STORY, TOOLS

MODEL = "openai/gpt-5-mini"
litellm.callbacks = ["otel"]


def complete(name: str, messages: list[Any], **more: Any) -> Any:
    metadata = {"session_id": name, "user_id": "anna", "tags": ["shop"]}
    return litellm.completion(MODEL, messages=messages, metadata=metadata, user="anna", num_retries=0, **more)


def ask(name: str) -> None:
    complete(name, QUESTION)


def call_tool(name: str) -> None:
    called = complete(name, QUESTION, tools=TOOLS).choices[0].message
    result = {"role": "tool", "tool_call_id": "call_1", "content": "left the warehouse on Monday"}
    complete(name, [*QUESTION, called.model_dump(exclude_none=True), result], tools=TOOLS)


def stream(name: str) -> None:
    for _ in complete(name, QUESTION, stream=True, stream_options={"include_usage": True}):
        pass


def abandon(name: str) -> None:
    for number, _ in enumerate(complete(name, STORY, stream=True)):
        if number == 8:
            break


def fail(name: str) -> None:
    with contextlib.suppress(litellm.NotFoundError):
        litellm.completion("openai/broken", messages=QUESTION, metadata={"session_id": name}, num_retries=0)


DIALOGUES: dict[str, Callable[[str], None]] = {
    "plain": ask,
    "tool": call_tool,
    "stream": stream,
    "abandoned": abandon,
    "error": fail,
}
for each, dialogue in DIALOGUES.items():
    dialogue(each)
