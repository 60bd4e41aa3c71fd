"""A chat in the terminal, observed by Tacit: what you say in, the model's answer out, word by word.

It talks to any OpenAI-compatible endpoint (OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL), else to an echo.
"""

import argparse
import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from urllib.request import Request, urlopen

import tacit

HELP = "Say something, or /regenerate, /up, /down, /quit. Ctrl-C stops an answer."


@tacit.observe(kind="llm")
def answer(messages: list[dict[str, str]], model: str) -> Iterator[str]:
    yield from ask_model(messages, model) if os.environ.get("OPENAI_BASE_URL") else echo(messages)


def ask_model(messages: list[dict[str, str]], model: str) -> Iterator[str]:
    url = os.environ["OPENAI_BASE_URL"].rstrip("/") + "/chat/completions"
    body = json.dumps({"model": model, "messages": messages, "stream": True}).encode()
    key = os.environ.get("OPENAI_API_KEY", "")
    request = Request(url, body, {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})  # noqa: S310
    with urlopen(request, timeout=120) as lines:  # noqa: S310 - whoever runs this names the address
        for line in lines:
            for choice in json.loads(line[6:])["choices"] if line.startswith(b"data: {") else ():
                yield choice["delta"].get("content") or ""


def echo(messages: list[dict[str, str]]) -> Iterator[str]:
    for word in f"You said: {messages[-1]['content']}".split(" "):
        time.sleep(0.05)
        yield word + " "


def show(stream: Iterator[str]) -> Iterator[str]:
    """Prints the chunks as they come; Ctrl-C stops the stream in the person's name."""

    def stop(*_: object) -> None:
        tacit.stop_stream(stream, ended_by="client")
        raise KeyboardInterrupt

    default = signal.signal(signal.SIGINT, stop)
    try:
        for chunk in stream:
            print(chunk, end="", flush=True)
            yield chunk
    except KeyboardInterrupt:
        print("(stopped)", end="")
    except OSError as error:
        print(f"The model gave no answer: {error}. Is OPENAI_BASE_URL right?", end="")
    finally:
        signal.signal(signal.SIGINT, default)
        print()


def chat(model: str, first_message: str | None) -> None:
    conversation_id, message_id, messages = uuid.uuid4().hex, "", list[dict[str, str]]()
    while (text := first_message or input("> ").strip()) != "/quit":
        if text in ("/up", "/down") and messages:
            tacit.feedback("thumbs", label=text[1:], conversation_id=conversation_id, message_id=message_id)
            continue
        if text == "/regenerate" and messages:
            tacit.action("regenerate", conversation_id=conversation_id, message_id=message_id)
            messages.pop()
        elif text and not text.startswith("/"):
            messages.append({"role": "user", "content": text})
        else:
            print(HELP)
            continue
        message_id = uuid.uuid4().hex
        with tacit.conversation(id=conversation_id, user_id=os.environ.get("USER"), message_id=message_id):
            shown = "".join(show(answer(messages.copy(), model)))
        messages.append({"role": "assistant", "content": shown})
        if first_message:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=f"A chat that Tacit observes. {HELP}")
    parser.add_argument("--message", help="say this, print the answer and leave")
    tacit.configure(service_name="example-chat")
    try:
        default_model = "gpt-4o-mini" if os.environ.get("OPENAI_BASE_URL") else "echo"
        chat(os.environ.get("OPENAI_MODEL", default_model), parser.parse_args().message)
    except (EOFError, KeyboardInterrupt):
        print()
