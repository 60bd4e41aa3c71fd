"""What else the client of Anthropic can be asked: pictures, settings, what is to be kept for an hour, histories."""

from collections.abc import Callable
from functools import partial
from typing import Any

import anthropic
from histories import HISTORIES, History
from media import PIXEL

MODEL = "claude-sonnet-4-5"
SETTINGS: dict[str, Any] = {"stop_sequences": ["END"], "extra_body": {"temperature": 0.2, "top_p": 0.9, "top_k": 40}}
"""The client of today has no arguments for the last three; the API takes them."""

Dialogue = Callable[[anthropic.Anthropic], None]


def show_picture(client: anthropic.Anthropic) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    content: list[Any] = [picture, {"type": "text", "text": "What is on these pictures?"}]
    client.messages.create(model=MODEL, max_tokens=300, messages=[{"role": "user", "content": content}])


def set_everything(client: anthropic.Anthropic) -> None:
    messages: Any = [{"role": "user", "content": "Which colours are there?"}]
    client.messages.create(model=MODEL, max_tokens=300, messages=messages, **SETTINGS)


def keep_for_an_hour(client: anthropic.Anthropic) -> None:
    """Asked twice: the first writes to the cache, the second reads from it."""
    kept: Any = {
        "type": "text",
        "text": "You help the customers of a shop.",
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
    }
    messages: Any = [{"role": "user", "content": "How often do I wax my boots?"}]
    for _ in range(2):
        client.messages.create(model=MODEL, max_tokens=300, system=[kept], messages=messages)


def ask(client: anthropic.Anthropic, question: str, history: History) -> str:
    before = [
        {"role": role, "content": text}
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    messages: Any = [*before, {"role": "user", "content": question}]
    said: Any = client.messages.create(model=MODEL, max_tokens=300, messages=messages).content[0]
    return str(said.text)


def hold(history: str, client: anthropic.Anthropic) -> None:
    HISTORIES[history](partial(ask, client))


DIALOGUES: dict[str, Dialogue] = {name: partial(hold, name) for name in HISTORIES} | {
    "picture": show_picture,
    "settings": set_everything,
    "cached": keep_for_an_hour,
}
