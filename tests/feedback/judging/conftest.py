"""A judge on this machine: an HTTP server that replies as a test says and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.feedback.detectors.conftest import answer, talk

__all__ = ["answer", "talk"]


def complete(rating: str, reason: str = "Because.") -> dict[str, Any]:
    """The body of a chat completion."""
    content = json.dumps({"rating": rating, "reason": reason})
    usage = {"prompt_tokens": 700, "completion_tokens": 20}
    return {"choices": [{"message": {"role": "assistant", "content": content}}], "usage": usage}


@dataclass
class Judge:
    """What a test sets up, and what was asked."""

    url: str
    status: int = 200
    reply: Callable[[dict[str, Any]], Any] = field(default=lambda _shown: complete("failed"))
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@pytest.fixture
def judge() -> Iterator[Judge]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append(body)
            found.headers.append(dict(self.headers))
            found.paths.append(self.path)
            said = found.reply(json.loads(body["messages"][-1]["content"]))
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Judge(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
