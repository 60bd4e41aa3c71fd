"""`tacit.should_ask` answers in time what the server decided, or no; it raises nothing and blocks nothing."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import tacit
from tacit import asking
from tacit.privacy import set_policy

PATIENT = 5.0
"""Seconds that tests wait for an answer that is to come: machines are busy."""


class Decider(ThreadingHTTPServer):
    """A server that decides: always the same, after a while."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Any = {"id": "a1", "asked": True, "propensity": 0.25, "reason": "uncertain"}
        self.status = 200
        self.seconds = 0.0
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Decider
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != asking.PATH:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers, json.loads(body)))
        time.sleep(self.server.seconds)
        content = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def decider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decider]:
    with Decider() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setattr(asking, "_threads", None)
        monkeypatch.setattr("tacit.configuration._target", asking.Target(f"{server.url}/v1/traces", "k1"))
        yield server
        server.shutdown()


def test_what_the_server_decided_is_told(decider: Decider) -> None:
    decision = tacit.should_ask("anna", "c-1", "m-1", timeout=PATIENT)
    assert decision
    assert decision == asking.Decision("a1", True, 0.25, "uncertain")
    [(path, headers, body)] = decider.requests
    assert path == "/api/v1/asks"
    assert headers["authorization"] == "Bearer k1"
    assert 0 < body.pop("within_ms") <= PATIENT * 1000
    assert body == {"user_id": "anna", "conversation_id": "c-1", "message_id": "m-1"}


def test_a_no_is_false(decider: Decider) -> None:
    decider.answer = {"id": "a2", "asked": False, "propensity": 0.02, "reason": "chance"}
    decision = tacit.should_ask("anna", timeout=PATIENT)
    assert not decision
    assert decision.propensity == 0.02


def test_ids_of_the_running_conversation_are_taken(decider: Decider) -> None:
    with tacit.conversation(id="c-7", user_id="u-7"):
        tacit.should_ask(timeout=PATIENT)
        tacit.should_ask(conversation_id="c-8", timeout=PATIENT)
    assert [each["conversation_id"] for _, _, each in decider.requests] == ["c-7", "c-8"]
    assert {each["user_id"] for _, _, each in decider.requests} == {"u-7"}


def test_coroutines_ask_without_stopping_others(decider: Decider) -> None:
    decider.seconds = 0.2

    async def run() -> tuple[asking.Decision, int]:
        waiting = asyncio.ensure_future(tacit.should_ask_async("anna", timeout=PATIENT))
        ticks = 0
        while not waiting.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return await waiting, ticks

    decision, ticks = asyncio.run(run())
    assert decision.id == "a1"
    assert ticks > 3


@pytest.mark.parametrize("is_async", [False, True])
def test_a_slow_server_is_waited_for_no_longer_than_said(decider: Decider, is_async: bool) -> None:
    decider.seconds = 2.0
    start = time.perf_counter()
    decision = asyncio.run(tacit.should_ask_async("anna", timeout=0.02)) if is_async else tacit.should_ask("anna")
    assert time.perf_counter() - start < 1.0
    assert (bool(decision), decision.id, decision.reason) == (False, "", "no answer in time")


def test_more_questions_than_can_wait_are_answered_no_at_once(decider: Decider) -> None:
    decider.seconds = 1.0
    start = time.perf_counter()
    assert not any(tacit.should_ask("anna", timeout=0.01) for _ in range(30))
    assert time.perf_counter() - start < 1.0
    assert len(decider.requests) <= 4


def test_a_connection_is_kept_and_renewed_where_it_was_closed(decider: Decider) -> None:
    for _ in range(5):
        assert tacit.should_ask("anna", timeout=PATIENT)
    assert decider.connections == 1
    Handler.protocol_version = "HTTP/1.0"
    try:
        assert tacit.should_ask("anna", timeout=PATIENT)  # the kept one still speaks, then is closed
        assert tacit.should_ask("anna", timeout=PATIENT)
    finally:
        Handler.protocol_version = "HTTP/1.1"
    assert tacit.should_ask("anna", timeout=PATIENT)


@pytest.mark.parametrize("status", [401, 404, 422, 500, 503])
def test_a_server_that_refuses_means_no(decider: Decider, status: int) -> None:
    decider.status = status
    assert tacit.should_ask("anna", timeout=PATIENT) == asking.Decision(reason="no answer in time")


@pytest.mark.parametrize("answer", [None, [], {"id": "a"}, {"id": 1, "asked": "yes", "propensity": "much"}])
def test_an_answer_that_is_none_means_no(decider: Decider, answer: object) -> None:
    decider.answer = answer
    assert not tacit.should_ask("anna", timeout=PATIENT)


def test_a_dead_server_means_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tacit.configuration._target", asking.Target("http://127.0.0.1:9/v1/traces", None))
    assert not tacit.should_ask("anna", timeout=PATIENT)


def test_where_nothing_is_configured_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tacit.configuration._target", None)
    assert tacit.should_ask("anna") == asking.Decision(reason="not configured")


def test_without_any_id_nobody_is_asked(decider: Decider) -> None:
    assert tacit.should_ask() == asking.Decision(reason="no id")
    assert decider.requests == []


def test_ids_leave_as_spans_tell_them(decider: Decider) -> None:
    set_policy(mask=True)
    try:
        tacit.should_ask("anna@example.org", timeout=PATIENT)
    finally:
        set_policy(mask=False)
    assert "anna" not in json.dumps([body for _, _, body in decider.requests])


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://127.0.0.1:4318/v1/traces", "http://127.0.0.1:4318/api/v1/asks"),
        ("https://example.com/tacit/v1/traces/", "https://example.com/tacit/api/v1/asks"),
        ("https://example.com/?x=1", "https://example.com/api/v1/asks"),
    ],
)
def test_it_asks_where_spans_go(url: str, asked: str) -> None:
    assert asking.find_address(url).geturl() == asked
