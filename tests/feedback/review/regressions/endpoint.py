"""A model behind an OpenAI-compatible endpoint on this machine: what it answers to each request is told to it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = Callable[[dict[str, Any]], str | int]
"""The body of a request comes in; the words of the answer go out, or the status of an error."""


@contextmanager
def serve_model(answer: Answer) -> Iterator[str]:
    """The address, up to `/v1`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(told if isinstance(told, int) else 200)
            body = json.dumps(complete(told) if isinstance(told, str) else {"error": {"message": "busy"}}).encode()
            for name, value in (("Content-Type", "application/json"), ("Retry-After", "0")):
                self.send_header(name, value)
            self.send_header("Content-Length", f"{len(body)}")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def complete(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": usage,
    }
