"""A model's API on this machine, as OpenAI and Anthropic speak it: requests in, the same answers every time out.

It completes, streams, calls the first tool that it is offered, embeds, and refuses what is `broken`.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "Order 4711 left our warehouse yesterday."
STORY = " ".join(f"Chapter {number} of a story that goes on and on." for number in range(1, 21))
ARGUMENTS = {"order": 4711}
VERSION = "-2026-01-01"
"""What the name of the model that answers has behind the name of the model asked for."""
INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS, REASONING_TOKENS = 31, 16, 9, 4
BROKEN = "broken"
"""As the model's name, or as all that is asked."""
WORD_SECONDS = 0.01

Body = dict[str, Any]


class ModelServer(ThreadingHTTPServer):
    """Remembers the body of every request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ModelHandler)
        self.asked: list[Body] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def variables(self) -> dict[str, str]:
        """Where official clients of both providers find it."""
        return {
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_BASE": f"{self.url}/v1",
            "OPENAI_API_KEY": "sk-none",
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": "sk-none",
        }


@contextmanager
def run_model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


class ModelHandler(BaseHTTPRequestHandler):
    server: ModelServer

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        if BROKEN in (body.get("model"), read_question(body)):
            message = "The model `broken` does not exist"
            error = {"message": message, "type": "invalid_request_error", "code": "model_not_found"}
            self.send_json({"type": "error", "error": error}, 404)
        elif self.path.endswith("/embeddings"):
            self.send_json(embed(body))
        else:
            answer = next(speak for path, speak in SPEAKERS.items() if self.path.endswith(path))
            complete, events = answer(body)
            self.send_events(events) if body.get("stream") else self.send_json(complete)

    def send_json(self, value: Body, status: int = 200) -> None:
        encoded = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def send_events(self, events: list[Body | str]) -> None:
        """Server-sent events, slowly enough that a reader can leave in the middle."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(ConnectionError):
            for event in events:
                name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
                data = event if isinstance(event, str) else json.dumps(event)
                self.wfile.write(f"{name}data: {data}\n\n".encode())
                time.sleep(WORD_SECONDS)


def choose_answer(body: Mapping[str, Any]) -> str | None:
    """The text to say; None where a tool is to be called."""
    said = json.dumps(body.get("messages") or body.get("input"))
    if "story" in said:
        return STORY
    has_result = any(f'"{mark}"' in said for mark in ("tool", "tool_result", "function_call_output"))
    return ANSWER if has_result or not body.get("tools") else None


def read_question(body: Mapping[str, Any]) -> object:
    """The content of the last message."""
    messages = body.get("messages") or body.get("input")
    last = messages[-1] if isinstance(messages, list) else messages
    return last.get("content") if isinstance(last, Mapping) else last


def split_words(text: str) -> list[str]:
    return [word + " " for word in text.split(" ")[:-1]] + [text.split(" ")[-1]]


def name_tool(body: Mapping[str, Any]) -> str:
    tool = body["tools"][0]
    name: str = tool.get("function", tool)["name"]
    return name


def embed(body: Mapping[str, Any]) -> Body:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    return {
        "object": "list",
        "model": body["model"],
        "data": [
            {"object": "embedding", "index": index, "embedding": [1.0, float(index), 0.5]}
            for index in range(len(texts))
        ],
        "usage": {"prompt_tokens": INPUT_TOKENS, "total_tokens": INPUT_TOKENS},
    }


def speak_chat(body: Body) -> tuple[Body, list[Body | str]]:
    """OpenAI's chat completions: the whole answer, and the same as chunks."""
    text = choose_answer(body)
    function = {} if text is not None else {"name": name_tool(body), "arguments": json.dumps(ARGUMENTS)}
    calls = [{"id": "call_1", "type": "function", "function": function}] if text is None else None
    reason = "stop" if text is not None else "tool_calls"
    head = {"id": "chatcmpl-1", "created": 1, "model": body["model"] + VERSION}
    usage = {
        "prompt_tokens": INPUT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
        "completion_tokens_details": {"reasoning_tokens": REASONING_TOKENS},
    }
    message = {"role": "assistant", "content": text} | ({"tool_calls": calls} if calls else {})
    choice = {"index": 0, "message": message, "finish_reason": reason}
    complete = head | {"object": "chat.completion", "choices": [choice], "usage": usage}
    deltas: list[Body] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in split_words(text)] if text is not None else []
    deltas += [{"tool_calls": [{"index": 0, **call} for call in calls]}] if calls else []
    chunk = head | {"object": "chat.completion.chunk"}
    events: list[Body | str] = [chunk | {"choices": [{"index": 0, "delta": each}]} for each in deltas]
    events.append(chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        events.append(chunk | {"choices": [], "usage": usage})
    return complete, [*events, "[DONE]"]


def speak_responses(body: Body) -> tuple[Body, list[Body | str]]:
    """OpenAI's responses: the whole answer, and the same as events."""
    text = choose_answer(body)
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "status": "completed"}
    part: Body = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
    item = message if text is not None else call | {"name": name_tool(body), "arguments": json.dumps(ARGUMENTS)}
    usage = {
        "input_tokens": INPUT_TOKENS,
        "output_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        "input_tokens_details": {"cached_tokens": CACHED_TOKENS},
        "output_tokens_details": {"reasoning_tokens": REASONING_TOKENS},
    }
    head: Body = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": body["model"] + VERSION,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
    }
    begun = head | {"status": "in_progress", "output": []}
    complete = head | {"status": "completed", "output": [item], "usage": usage}
    place: Body = {"output_index": 0, "item_id": item["id"]}
    events: list[Body] = [{"type": "response.created", "response": begun}]
    started = item | ({"content": [], "status": "in_progress"} if text is not None else {"arguments": ""})
    events.append({"type": "response.output_item.added", "output_index": 0, "item": started})
    if text is not None:
        place["content_index"] = 0
        events.append({"type": "response.content_part.added", **place, "part": part | {"text": ""}})
        delta = {"type": "response.output_text.delta", **place, "logprobs": []}
        events += [delta | {"delta": word} for word in split_words(text)]
        events.append({"type": "response.output_text.done", **place, "text": text, "logprobs": []})
        events.append({"type": "response.content_part.done", **place, "part": part})
    else:
        done = {"type": "response.function_call_arguments.done", **place, "arguments": json.dumps(ARGUMENTS)}
        events.append({"type": "response.function_call_arguments.delta", **place, "delta": json.dumps(ARGUMENTS)})
        events.append(done | {"name": name_tool(body)})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": complete})
    return complete, [event | {"sequence_number": number} for number, event in enumerate(events)]


def speak_messages(body: Body) -> tuple[Body, list[Body | str]]:
    """Anthropic's messages: the whole answer, and the same as events."""
    text = choose_answer(body)
    call = {"type": "tool_use", "id": "toolu_1"}
    block: Body = (
        {"type": "text", "text": text} if text is not None else call | {"name": name_tool(body), "input": ARGUMENTS}
    )
    reason = "end_turn" if text is not None else "tool_use"
    # Anthropic counts cached tokens beside the others.
    counted = {
        "input_tokens": INPUT_TOKENS - CACHED_TOKENS,
        "cache_read_input_tokens": CACHED_TOKENS,
        "cache_creation_input_tokens": 0,
    }
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"] + VERSION}
    usage = counted | {"output_tokens": OUTPUT_TOKENS}
    complete = head | {"content": [block], "stop_reason": reason, "stop_sequence": None, "usage": usage}
    begun = head | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": counted | {"output_tokens": 1}}
    empty = block | ({"text": ""} if text is not None else {"input": {}})
    deltas: list[Body] = (
        [{"type": "text_delta", "text": word} for word in split_words(text)]
        if text is not None
        else [{"type": "input_json_delta", "partial_json": json.dumps(ARGUMENTS)}]
    )
    ended = {"stop_reason": reason, "stop_sequence": None}
    return complete, [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": OUTPUT_TOKENS}},
        {"type": "message_stop"},
    ]


SPEAKERS = {"/chat/completions": speak_chat, "/responses": speak_responses, "/messages": speak_messages}
