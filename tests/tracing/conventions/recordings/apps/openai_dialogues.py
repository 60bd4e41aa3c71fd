"""Seven dialogues by the client of OpenAI, whoever looks on; each is told apart by its conversation id."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import openai

MODEL = "gpt-5-mini"
TOOL = {
    "name": "find_order",
    "description": "Where an order is",
    "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]},
}
TOOLS: list[Any] = [{"type": "function", "function": TOOL}]
QUESTION: list[Any] = [
    {"role": "system", "content": "You help the customers of a shop."},
    {"role": "user", "content": "Where is my order 4711?"},
]
STORY: list[Any] = [{"role": "user", "content": "Tell me a story."}]

Begin = Callable[[str], AbstractContextManager[Any]]
Dialogue = Callable[[openai.OpenAI], None]


def ask(client: openai.OpenAI) -> None:
    client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0.2)


def call_tool(client: openai.OpenAI) -> None:
    called = client.chat.completions.create(model=MODEL, messages=QUESTION, tools=TOOLS).choices[0].message
    result = {"role": "tool", "tool_call_id": "call_1", "content": "left the warehouse on Monday"}
    messages = [*QUESTION, called.model_dump(exclude_none=True), result]
    client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)


def stream(client: openai.OpenAI) -> None:
    options: Any = {"include_usage": True}
    for _ in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True, stream_options=options):
        pass


def abandon(client: openai.OpenAI) -> None:
    with client.chat.completions.create(model=MODEL, messages=STORY, stream=True) as chunks:
        for number, _ in enumerate(chunks):
            if number == 8:
                break


def fail(client: openai.OpenAI) -> None:
    with contextlib.suppress(openai.NotFoundError):
        client.chat.completions.create(model="broken", messages=QUESTION)


def respond(client: openai.OpenAI) -> None:
    client.responses.create(model=MODEL, instructions="You help the customers of a shop.", input="Where is my order?")


def embed(client: openai.OpenAI) -> None:
    client.embeddings.create(model="text-embedding-3-small", input=["Where is my order?"], encoding_format="float")


DIALOGUES: dict[str, Dialogue] = {
    "plain": ask,
    "tool": call_tool,
    "stream": stream,
    "abandoned": abandon,
    "error": fail,
    "responses": respond,
    "embedding": embed,
}
