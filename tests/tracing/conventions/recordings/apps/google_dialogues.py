"""Five dialogues by the client of Gemini, whoever looks on; each is told apart by its conversation id."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"
QUESTION = "Where is my order 4711?"
SYSTEM = "You help the customers of a shop."
SCHEMA = {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]}
ORDER = types.FunctionDeclaration(name="find_order", description="Where an order is", parameters_json_schema=SCHEMA)
PLAIN = types.GenerateContentConfig(system_instruction=SYSTEM, temperature=0.2)
ARMED = types.GenerateContentConfig(system_instruction=SYSTEM, tools=[types.Tool(function_declarations=[ORDER])])

Dialogue = Callable[[genai.Client], None]


def talk(client: genai.Client, begin: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Every dialogue inside `begin(conversation id)`, which says whose it is as the instrumentation has it."""
    for name, dialogue in DIALOGUES.items():
        with begin(name):
            dialogue(client)


def ask(client: genai.Client) -> None:
    client.models.generate_content(model=MODEL, contents=QUESTION, config=PLAIN)


def call_tool(client: genai.Client) -> None:
    asked = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    called: Any = client.models.generate_content(model=MODEL, contents=[asked], config=ARMED).candidates
    result = {"result": "left the warehouse on Monday"}
    told = types.Content(role="user", parts=[types.Part.from_function_response(name="find_order", response=result)])
    client.models.generate_content(model=MODEL, contents=[asked, called[0].content, told], config=ARMED)


def stream(client: genai.Client) -> None:
    for _ in client.models.generate_content_stream(model=MODEL, contents=QUESTION, config=PLAIN):
        pass


def abandon(client: genai.Client) -> None:
    chunks: Any = client.models.generate_content_stream(model=MODEL, contents="Tell me a story.")
    with contextlib.closing(chunks):
        for number, _ in enumerate(chunks):
            if number == 8:
                break


def fail(client: genai.Client) -> None:
    with contextlib.suppress(errors.ClientError):
        client.models.generate_content(model="broken", contents=QUESTION, config=PLAIN)


DIALOGUES: dict[str, Dialogue] = {
    "plain": ask,
    "tool": call_tool,
    "stream": stream,
    "abandoned": abandon,
    "error": fail,
}
