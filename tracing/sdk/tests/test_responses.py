"""Who goes away from a web framework's response is the client; real servers, real sockets."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

APPS = Path(__file__).with_name("web_apps.py")
PATIENCE_SECONDS = 15


class WebApp:
    """One of `web_apps.py`, running."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read_lines, daemon=True).start()
        self.port = int(self.read_line())

    def _read_lines(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def read_line(self) -> str:
        return self._lines.get(timeout=PATIENCE_SECONDS)

    def read_span(self) -> dict[str, Any]:
        return dict(json.loads(self.read_line()))

    def get(self, path: str, until: str | None) -> None:
        """Reads until a text has come, or to the end where there is none, then goes away."""
        with self.connect(path) as connection:
            heard = b""
            while until is None or until.encode() not in heard:
                received = connection.recv(1_000)
                if not received:
                    break
                heard += received

    @contextmanager
    def connect(self, path: str) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n".encode())
            yield connection


@contextmanager
def serve(framework: str) -> Iterator[WebApp]:
    command = [sys.executable, "-W", "ignore", str(APPS), framework]
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            yield WebApp(process)
        finally:
            process.kill()


@pytest.fixture(scope="module", params=["starlette", "flask", "django-wsgi", "django-asgi"])
def app(request: pytest.FixtureRequest) -> Iterator[WebApp]:
    with serve(request.param) as running:
        running.process.args = request.param
        yield running


PREFIXES = {
    "starlette": ("/async/", "/sync/"),
    "flask": ("/sync/", "/context/"),
    "django-wsgi": ("/sync/",),
    "django-asgi": ("/async/",),
}


def list_paths(app: WebApp, name: str) -> list[str]:
    return [prefix + name for prefix in PREFIXES[str(app.process.args)]]


def read_ending(span: dict[str, Any]) -> tuple[str, str | None]:
    return span["tacit.outcome"], span.get("tacit.ended_by")


@pytest.mark.parametrize("name", ["direct", "dressed"])
def test_a_browser_that_goes_away_is_the_client(app: WebApp, name: str) -> None:
    for path in list_paths(app, name):
        app.get(path, until="word-2")
        span = app.read_span()
        assert read_ending(span) == ("stopped", "client"), path
        assert span["tacit.output"].startswith("word-0 word-1 word-2 "), path
        assert "word-199" not in span["tacit.output"], path
        assert span["tacit.stream.time_to_last_chunk"] >= span["gen_ai.response.time_to_first_chunk"], path


def test_a_response_that_is_read_whole_is_complete(app: WebApp) -> None:
    for path in list_paths(app, "whole"):
        app.get(path, until=None)
        span = app.read_span()
        assert read_ending(span) == ("completed", None), path
        assert span["tacit.output"] == "word-0 word-1 word-2 ", path


def test_a_break_in_the_apps_own_generator_stays_the_apps(app: WebApp) -> None:
    for path in list_paths(app, "broken-off"):
        app.get(path, until=None)
        assert read_ending(app.read_span()) == ("stopped", "app_code"), path


def test_a_response_that_an_observed_function_gives_back_is_followed(app: WebApp) -> None:
    if app.process.args == "django-asgi":
        pytest.skip("Django reads a synchronous iterator whole before an ASGI server sends any of it")
    app.get("/observed", until="word-2")
    span = app.read_span()
    assert read_ending(span) == ("stopped", "client")
    assert span["tacit.output"].startswith("word-0 word-1 word-2 ")


@pytest.mark.parametrize("framework", ["starlette", "django-asgi"])
def test_a_time_limit_inside_a_response_is_not_the_clients(framework: str) -> None:
    with serve(framework) as app:
        app.get("/async/limited", until=None)
        assert read_ending(app.read_span()) == ("stopped", "timeout")


@pytest.mark.parametrize(
    ("framework", "sign"),
    [("starlette", signal.SIGTERM), ("starlette", signal.SIGINT), ("django-asgi", signal.SIGINT)],
)
def test_a_server_that_goes_down_is_not_the_client(framework: str, sign: signal.Signals) -> None:
    with serve(framework) as app, app.connect("/async/direct") as connection:
        assert b"word" in connection.recv(1_000) + connection.recv(1_000)
        app.process.send_signal(sign)
        assert read_ending(app.read_span()) == ("stopped", "shutdown")
