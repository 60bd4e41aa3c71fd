"""What nobody can do to the web server: hold its threads by reading slowly, or its disk by bodies of strangers."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config import http_channel
from config.http_server import THREADS, HttpServer, bind
from tests.conftest import Server
from tests.pages.people import log_in, make_user
from tracing.access.keys import create_key
from tracing.receive.otlp import MAX_BODY_BYTES

LARGE = 40 * 1024 * 1024
SPANS = "/v1/traces"
REST = "/api/v1/feedback"


def connect(port: int, request: str, receive_buffer: int = 0) -> socket.socket:
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", port))
    connection.sendall(request.encode())
    return connection


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def answer_much(environ: dict[str, object], start_response: object) -> Iterator[bytes]:
    """An application with a large file and a small page."""
    large = environ["PATH_INFO"] == "/large"
    start_response("200 OK", [("Content-Length", str(LARGE if large else 5))])  # type: ignore[operator]
    return iter([bytes(256 * 1024)] * (LARGE // (256 * 1024)) if large else [b"small"])


@pytest.fixture
def http() -> Iterator[HttpServer]:
    served = HttpServer(answer_much, bind("127.0.0.1", 0))
    served.start()
    yield served
    served.stop(timeout_seconds=1)


def get(path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def test_readers_that_never_read_do_not_take_all_threads(http: HttpServer) -> None:
    with ExitStack() as stack:
        for _ in range(2 * THREADS):
            stack.enter_context(connect(http.port, get("/large"), 4096))
        time.sleep(0.3)
        for _ in range(3):
            with connect(http.port, get("/small")) as honest:
                assert read_all(honest).endswith(b"small")
        with connect(http.port, get("/large")) as honest:
            assert len(read_all(honest)) > LARGE  # the slowest go, not who comes last


def test_small_answers_in_one_connection_hold_no_thread_either(http: HttpServer) -> None:
    """A stranger needs no large answer: thousands of requests in one packet add up to one."""
    many = get("/large").replace("close", "keep-alive") * 50
    with ExitStack() as stack:
        for _ in range(THREADS + 10):
            stack.enter_context(connect(http.port, many, 4096))
        with connect(http.port, get("/small")) as honest:
            assert read_all(honest).endswith(b"small")


def test_who_reads_a_byte_now_and_then_is_cut_off(http: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_channel, "GRACE_SECONDS", 0.3)
    with connect(http.port, get("/large"), 4096) as connection:
        time.sleep(0.1)
        until = time.monotonic() + 8
        while http._server.active_channels and time.monotonic() < until:
            connection.recv(1)
            time.sleep(0.1)
        assert time.monotonic() < until
        assert http._server.task_dispatcher.active_count == 0


def test_who_reads_steadily_gets_all(http: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_channel, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(http_channel, "SLOWEST_BYTES_PER_SECOND", 1_000_000)
    got = 0
    with connect(http.port, get("/large")) as connection:
        while piece := connection.recv(1024 * 1024):
            got += len(piece)
            time.sleep(0.005)
    assert got > LARGE


@pytest.fixture
def key(server: Server, quick_passwords: None) -> str:
    """A key of the server, which is closed from now on."""
    make_user("you@example.com")
    return create_key(server.project, "app")


def find_port(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def post(path: str, *headers: str, length: int = MAX_BODY_BYTES) -> str:
    lines = ("Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {length}", *headers)
    return f"POST {path} HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"


@pytest.mark.parametrize("path", [SPANS, REST])
@pytest.mark.parametrize("header", ["X-Nothing: 1", "Authorization: Bearer tacit_wrong", "Cookie: tacit_session=wrong"])
def test_a_large_body_of_a_stranger_is_refused_before_it_comes(
    server: Server, key: str, path: str, header: str
) -> None:
    with connect(find_port(server), post(path, header)) as connection:
        assert connection.recv(12) == b"HTTP/1.1 401"
        assert b"Connection: close" in read_all(connection)


def test_a_stranger_is_not_told_to_go_on(server: Server, key: str) -> None:
    with connect(find_port(server), post(SPANS, "Expect: 100-continue")) as connection:
        assert read_all(connection).startswith(b"HTTP/1.1 401")
    with connect(find_port(server), post(SPANS, "Expect: 100-continue", f"x-api-key: {key}")) as connection:
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_a_stranger_who_sends_on_can_read_the_answer(server: Server, key: str) -> None:
    with connect(find_port(server), post(SPANS)) as connection:
        for _ in range(16):
            connection.sendall(bytes(1024 * 1024))
        assert b" 401 " in read_all(connection)[:20]


def test_chunks_without_end_are_bounded_as_well(server: Server, key: str) -> None:
    head = "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connect(find_port(server), head) as connection:
        connection.sendall(b"20000\r\n" + bytes(0x20000) + b"\r\n")
        assert b" 401 " in read_all(connection)[:20]


def test_a_large_body_of_whoever_is_known_comes_whole(server: Server, key: str) -> None:
    body = json.dumps({"name": "thumbs", "explanation": "x", "conversation_id": "c"}) + " " * 1_000_000
    header = (f"Authorization: Bearer {key}", "Connection: close")
    with connect(find_port(server), post(SPANS, *header, length=1_000_002)) as connection:
        connection.sendall(b"{" + b" " * 1_000_000 + b"}")
        assert read_all(connection).startswith(b"HTTP/1.1 200")
    with connect(find_port(server), post(REST, *header, length=len(body))) as connection:
        connection.sendall(body.encode())
        assert read_all(connection).startswith(b"HTTP/1.1 200")


def test_a_login_is_known(server: Server, key: str) -> None:
    session = log_in("you@example.com").cookies["tacit_session"].value
    with connect(find_port(server), post("/p/default/", f"Cookie: tacit_session={session}")) as connection:
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_an_open_server_knows_its_own_machine_and_no_foreign_page(server: Server) -> None:
    with connect(find_port(server), post(SPANS, "Origin: https://evil.example")) as connection:
        assert connection.recv(12) == b"HTTP/1.1 403"
    with connect(find_port(server), post(SPANS, "Connection: close", length=1_000_002)) as connection:
        connection.sendall(b"{" + b" " * 1_000_000 + b"}")
        assert read_all(connection).startswith(b"HTTP/1.1 200")
