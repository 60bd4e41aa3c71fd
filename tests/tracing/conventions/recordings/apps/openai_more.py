"""What else the client of OpenAI can be asked: media, settings, prompts, histories that the server or the app holds."""

from collections.abc import Callable
from functools import partial
from typing import Any

import openai
from histories import HISTORIES, History
from media import PIXEL, SILENCE

MODEL = "gpt-5-mini"
SETTINGS: dict[str, Any] = {
    "temperature": 0.2,
    "top_p": 0.9,
    "max_completion_tokens": 300,
    "seed": 7,
    "stop": ["END"],
    "frequency_penalty": 0.1,
    "presence_penalty": 0.3,
    "logprobs": True,
    "top_logprobs": 2,
    "response_format": {"type": "text"},
    "reasoning_effort": "low",
}
PROMPT: dict[str, Any] = {}
"""What an instrumentation takes beside the call to say which prompt it was made with."""

Dialogue = Callable[[openai.OpenAI], None]


def show_pictures(client: openai.OpenAI) -> None:
    """One inside the message, one by its address."""
    content: list[Any] = [
        {"type": "text", "text": "What is on these pictures?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://shop.example/sole.jpg"}},
    ]
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])


def speak(client: openai.OpenAI) -> None:
    content: list[Any] = [
        {"type": "text", "text": "What do I say here?"},
        {"type": "input_audio", "input_audio": {"data": SILENCE, "format": "wav"}},
    ]
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])


def set_everything(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Which colours are there?"}]
    client.chat.completions.create(model=MODEL, messages=messages, **SETTINGS)


def stream_settings(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Which colours are there?"}]
    options: Any = {"include_usage": True}
    create: Any = client.chat.completions.create
    for _ in create(model=MODEL, messages=messages, stream=True, stream_options=options, **SETTINGS):
        pass


def resume(client: openai.OpenAI) -> None:
    """The server holds the history; log-probabilities are asked for, too."""
    first = client.responses.create(
        model=MODEL,
        instructions="You help the customers of a shop.",
        input="Do you have a shop in town?",
        include=["message.output_text.logprobs"],
        temperature=0.2,
        max_output_tokens=300,
    )
    client.responses.create(model=MODEL, input="When is it open?", previous_response_id=first.id)


def use_prompt(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Where is my order 4711?"}]
    create: Any = client.chat.completions.create
    create(model=MODEL, messages=messages, **PROMPT)


def ask(client: openai.OpenAI, question: str, history: History) -> str:
    before = [
        {"role": role, "content": text}
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    messages: Any = [*before, {"role": "user", "content": question}]
    return str(client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content)


def hold(history: str, client: openai.OpenAI) -> None:
    HISTORIES[history](partial(ask, client))


DIALOGUES: dict[str, Dialogue] = {name: partial(hold, name) for name in HISTORIES} | {
    "picture": show_pictures,
    "audio": speak,
    "settings": set_everything,
    "settings-stream": stream_settings,
    "resumed": resume,
    "prompt": use_prompt,
}
