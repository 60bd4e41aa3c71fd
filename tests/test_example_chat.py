"""The example chat, run as anybody would run it: what it prints, and what arrives by OTLP."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tracing.sdk.tests.sink import Sink, run_sink

CHAT = Path(__file__).parents[1] / "examples" / "chat" / "chat.py"


class FakeModel(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that streams three chunks and remembers what it was asked."""

    asked: list[tuple[str, str, object]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers["Authorization"], body))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for text in ("Par", "is", None):
            chunk = {"choices": [{"index": 0, "delta": {"content": text} if text else {}}]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\ndata: [DONE]\n\n')

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    with run_sink() as sink:
        yield sink


@pytest.fixture
def model() -> Iterator[ThreadingHTTPServer]:
    FakeModel.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), FakeModel) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def make_environment(sink: Sink, variables: Mapping[str, str] | None = None) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OPENAI_", "OTEL_"))}
    return {**inherited, "USER": "ada", "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, **(variables or {})}


def run_chat(sink: Sink, *arguments: str, say: str = "", variables: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, str(CHAT), *arguments],
        input=say,
        env=make_environment(sink, variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def read_attributes(span: Span) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in span.attributes}


def list_spans(sink: Sink, name: str) -> list[dict[str, object]]:
    return [
        read_attributes(span)
        for span in sorted(sink.spans, key=lambda span: span.start_time_unix_nano)
        if span.name == name
    ]


def test_one_message_gives_one_answer_and_one_span(sink: Sink) -> None:
    assert run_chat(sink, "--message", "Hello there") == "You said: Hello there \n"
    (span,) = list_spans(sink, "answer")
    assert json.loads(str(span["tacit.arguments"])) == {
        "messages": [{"role": "user", "content": "Hello there"}],
        "model": "echo",
    }
    assert span["tacit.output"] == "You said: Hello there "
    assert span["tacit.kind"] == "llm"
    assert span["tacit.outcome"] == "completed"
    assert span["user.id"] == "ada"


def test_it_streams_from_an_openai_compatible_endpoint(sink: Sink, model: ThreadingHTTPServer) -> None:
    variables = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model.server_address[1]}/v1/",
        "OPENAI_API_KEY": "sk-1",
        "OPENAI_MODEL": "small",
    }
    assert run_chat(sink, "--message", "Capital of France?", variables=variables) == "Paris\n"
    messages = [{"role": "user", "content": "Capital of France?"}]
    asked = ("/v1/chat/completions", "Bearer sk-1", {"model": "small", "messages": messages, "stream": True})
    assert FakeModel.asked == [asked]
    assert list_spans(sink, "answer")[0]["tacit.output"] == "Paris"


def test_an_unreachable_model_is_said_and_seen(sink: Sink) -> None:
    shown = run_chat(sink, "--message", "Hello", variables={"OPENAI_BASE_URL": "http://127.0.0.1:1"})
    assert "The model gave no answer" in shown
    (span,) = list_spans(sink, "answer")
    assert span["tacit.outcome"] == "error"
    assert span["error.type"] == "urllib.error.URLError"


def test_regenerating_and_thumbs_are_about_the_answer_that_was_shown(sink: Sink) -> None:
    run_chat(sink, say="Hello\n/regenerate\n/down\n/quit\n")
    first, second = list_spans(sink, "answer")
    regenerate, thumbs = list_spans(sink, "tacit.feedback")
    assert first["tacit.arguments"] == second["tacit.arguments"]
    assert (regenerate["tacit.feedback.name"], regenerate["tacit.message.id"]) == (
        "regenerate",
        first["tacit.message.id"],
    )
    assert (thumbs["tacit.feedback.label"], thumbs["tacit.message.id"]) == ("down", second["tacit.message.id"])
    conversations = {span["gen_ai.conversation.id"] for span in (first, second, regenerate, thumbs)}
    assert len(conversations) == 1


def test_control_c_stops_the_answer_as_the_client(sink: Sink) -> None:
    command = [sys.executable, str(CHAT), "--message", "word " * 500]
    with subprocess.Popen(command, env=make_environment(sink), stdout=subprocess.PIPE, text=True) as chat:
        assert chat.stdout is not None
        assert chat.stdout.read(4) == "You "
        time.sleep(0.1)
        chat.send_signal(signal.SIGINT)
        assert chat.stdout.read().endswith("(stopped)\n")
        assert chat.wait(30) == 0
    (span,) = list_spans(sink, "answer")
    assert (span["tacit.outcome"], span["tacit.ended_by"]) == ("stopped", "client")
    assert str(span["tacit.output"]).startswith("You ")
