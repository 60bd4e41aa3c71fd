"""Five dialogues by the client of Anthropic, whoever looks on; each is told apart by its conversation id."""

import contextlib
from collections.abc import Callable
from typing import Any

import anthropic

MODEL = "claude-sonnet-4-5"
SYSTEM = "You help the customers of a shop."
SCHEMA = {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]}
TOOLS: list[Any] = [{"name": "find_order", "description": "Where an order is", "input_schema": SCHEMA}]
QUESTION: list[Any] = [{"role": "user", "content": "Where is my order 4711?"}]
STORY: list[Any] = [{"role": "user", "content": "Tell me a story."}]


def ask(client: anthropic.Anthropic) -> None:
    client.messages.create(model=MODEL, max_tokens=300, system=SYSTEM, messages=QUESTION)


def call_tool(client: anthropic.Anthropic) -> None:
    called = client.messages.create(model=MODEL, max_tokens=300, system=SYSTEM, messages=QUESTION, tools=TOOLS)
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "left the warehouse on Monday"}
    answered = {"role": "assistant", "content": [block.model_dump() for block in called.content]}
    messages = [*QUESTION, answered, {"role": "user", "content": [result]}]
    client.messages.create(model=MODEL, max_tokens=300, system=SYSTEM, messages=messages, tools=TOOLS)


def stream(client: anthropic.Anthropic) -> None:
    with client.messages.stream(model=MODEL, max_tokens=300, messages=QUESTION) as texts:
        for _ in texts.text_stream:
            pass


def abandon(client: anthropic.Anthropic) -> None:
    with client.messages.stream(model=MODEL, max_tokens=300, messages=STORY) as texts:
        for number, _ in enumerate(texts.text_stream):
            if number == 8:
                break


def fail(client: anthropic.Anthropic) -> None:
    with contextlib.suppress(anthropic.NotFoundError):
        client.messages.create(model="broken", max_tokens=300, messages=QUESTION)


DIALOGUES: dict[str, Callable[[anthropic.Anthropic], None]] = {
    "plain": ask,
    "tool": call_tool,
    "stream": stream,
    "abandoned": abandon,
    "error": fail,
}
