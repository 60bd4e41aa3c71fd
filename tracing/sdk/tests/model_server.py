"""A model's API on a port of its own: OpenAI's and Anthropic's paths, whole answers and streams, tools and failures."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("The ", "quick ", "brown ", "fox")
ARGUMENTS = '{"city":"Paris"}'
CHAT_USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 9,
    "total_tokens": 29,
    "prompt_tokens_details": {"cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
RESPONSES_USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 8},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 29,
}
MESSAGES_USAGE = {
    "input_tokens": 7,
    "cache_read_input_tokens": 8,
    "cache_creation_input_tokens": 5,
    "output_tokens": 9,
}


class ModelServer(ThreadingHTTPServer):
    """`text` is what it answers; a request with tools is answered by a call of the first. `failures` come first."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ModelHandler)
        self.text = WORDS
        self.finish_reason = "stop"
        self.prefix = ""
        self.breaks_off = False
        self.pause_after: int | None = None
        """So many events go out, then none until `resume` is set."""
        self.resume = threading.Event()
        self.response_error: dict[str, Any] | None = None
        self.failures: deque[int] = deque()
        self.requests: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class ModelHandler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, body, {key.lower(): value for key, value in self.headers.items()}))
        if self.server.failures:
            status = self.server.failures.popleft()
            self.send_json({"type": "error", "error": {"type": "failed", "message": f"failed with {status}"}}, status)
        elif body.get("stream"):
            self.send_events(self.list_events(body))
        else:
            self.pause(0)
            self.send_json(self.answer(body))

    def pause(self, number: int) -> None:
        if number == self.server.pause_after:
            self.server.resume.wait(10)

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        path = self.path.partition("?")[0].removeprefix(self.server.prefix)
        answers = {
            "/chat/completions": answer_chat,
            "/responses": answer_responses,
            "/embeddings": answer_embeddings,
            "/v1/messages": answer_messages,
        }
        return answers[path](self.server, body)

    def list_events(self, body: dict[str, Any]) -> Iterator[str]:
        path = self.path.partition("?")[0].removeprefix(self.server.prefix)
        streams = {"/chat/completions": stream_chat, "/responses": stream_responses, "/v1/messages": stream_messages}
        return streams[path](self.server, body)

    def send_json(self, answer: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.write(data)

    def send_events(self, events: Iterator[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for number, event in enumerate(events):
            self.pause(number)
            if self.server.breaks_off and number == 4:
                event = (
                    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"too much"}}\n\n'
                )
            self.write(event.encode())

    def write(self, data: bytes) -> None:
        with suppress(OSError):  # the client may have gone
            self.wfile.write(data)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


def write_event(data: dict[str, Any], name: str = "") -> str:
    return f"event: {name}\n" * bool(name) + f"data: {json.dumps(data)}\n\n"


def make_call() -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": ARGUMENTS}}


def answer_chat(server: ModelServer, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(server.text), "refusal": None}
    reason = server.finish_reason
    if body.get("tools"):
        message, reason = {"role": "assistant", "content": None, "tool_calls": [make_call()]}, "tool_calls"
    choices = [{"index": index, "message": message, "finish_reason": reason} for index in range(body.get("n") or 1)]
    return describe_chat(body, "chat.completion") | {"choices": choices, "usage": CHAT_USAGE}


def describe_chat(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": 1_700_000_000,
        "model": f"{body['model']}-2026",
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    }


def stream_chat(server: ModelServer, body: dict[str, Any]) -> Iterator[str]:
    head = describe_chat(body, "chat.completion.chunk")
    deltas: list[dict[str, Any]] = [{"content": word} for word in server.text]
    reason = server.finish_reason
    if body.get("tools"):
        call = make_call()
        pieces = [ARGUMENTS[:8], ARGUMENTS[8:]]
        deltas = [{"tool_calls": [{"index": 0, **call, "function": {"name": "get_weather", "arguments": ""}}]}]
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
        reason = "tool_calls"
    for delta in [{"role": "assistant", "content": ""}, *deltas]:
        yield write_event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield write_event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        yield write_event({**head, "choices": [], "usage": CHAT_USAGE})
    yield "data: [DONE]\n\n"


def answer_responses(server: ModelServer, body: dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "output_text", "text": "".join(server.text), "annotations": []}]
    item: dict[str, Any] = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant"}
    item["content"] = content
    if body.get("tools"):
        item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "get_weather"}
        item |= {"arguments": ARGUMENTS, "status": "completed"}
    if server.response_error is not None:
        return describe_response(body, "failed", []) | {"error": server.response_error}
    return describe_response(body, "completed", [item]) | {"usage": RESPONSES_USAGE}


def describe_response(body: dict[str, Any], status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "model": f"{body['model']}-2026",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "service_tier": "default",
        "error": None,
        "incomplete_details": None,
    }


def stream_responses(server: ModelServer, body: dict[str, Any]) -> Iterator[str]:
    final = answer_responses(server, body)
    if not final["output"]:
        yield write_event({"type": "response.failed", "response": final, "sequence_number": 0}, "response.failed")
        return
    item = final["output"][0]
    begun = {**item, "status": "in_progress"} | ({"arguments": ""} if "arguments" in item else {"content": []})
    at = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": describe_response(body, "in_progress", [])},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
    ]
    if body.get("tools"):
        kind = "response.function_call_arguments.delta"
        events += [{"type": kind, **at, "delta": piece} for piece in (ARGUMENTS[:8], ARGUMENTS[8:])]
    else:
        part = {"type": "output_text", "text": "", "annotations": []}
        events.append({"type": "response.content_part.added", **at, "part": part})
        kind = "response.output_text.delta"
        events += [{"type": kind, **at, "delta": word, "logprobs": []} for word in server.text]
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": final})
    for number, event in enumerate(events):
        yield write_event({**event, "sequence_number": number}, event["type"])


def answer_embeddings(server: ModelServer, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "list",
        "model": f"{body['model']}-2026",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
        "usage": {"prompt_tokens": 6, "total_tokens": 6},
    }


def answer_messages(server: ModelServer, body: dict[str, Any]) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": "".join(server.text)}]
    reason = {"stop": "end_turn", "length": "max_tokens"}[server.finish_reason]
    if body.get("tools"):
        call = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": json.loads(ARGUMENTS)}
        content, reason = [{"type": "text", "text": "Let me look."}, call], "tool_use"
    return describe_message(body, MESSAGES_USAGE) | {"content": content, "stop_reason": reason}


def describe_message(body: dict[str, Any], usage: dict[str, int]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": f"{body['model']}-2026",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def stream_messages(server: ModelServer, body: dict[str, Any]) -> Iterator[str]:
    final = answer_messages(server, body)
    start = describe_message(body, MESSAGES_USAGE | {"output_tokens": 1})
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(final["content"]):
        events += list_block_events(server, index, block)
    delta = {"stop_reason": final["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 9}})
    events.append({"type": "message_stop"})
    return (write_event(event, event["type"]) for event in events)


def list_block_events(server: ModelServer, index: int, block: dict[str, Any]) -> list[dict[str, Any]]:
    if block["type"] == "tool_use":
        begun: dict[str, Any] = {**block, "input": {}}
        pieces = [{"type": "input_json_delta", "partial_json": piece} for piece in (ARGUMENTS[:8], ARGUMENTS[8:])]
    else:
        begun = {"type": "text", "text": ""}
        words = server.text if block["text"] == "".join(server.text) else (block["text"],)
        pieces = [{"type": "text_delta", "text": word} for word in words]
    return [
        {"type": "content_block_start", "index": index, "content_block": begun},
        *({"type": "content_block_delta", "index": index, "delta": piece} for piece in pieces),
        {"type": "content_block_stop", "index": index},
    ]


@contextmanager
def run_model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
