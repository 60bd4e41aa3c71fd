"""What the web server adds to the application: answers that every client can tell from the next one."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config import http_channel
from tests.conftest import Server

BODY_BEGINS = (
    "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf\r\n"
    "Content-Length: 1000\r\n\r\n"
)
HIDDEN = "-request"
TWO_FACED = (
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 100",
    "Content-Length: 5, 100",
    "Content-Length: +5",
    "Content-Length: -5",
    "Content-Length: 5_0",
    "Content-Length: 0x5",
    "Content-Length: 5 5",
    "Content-Length: \xb2",
    "Content-Length: 99999999999999999999999999",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding:\x0bchunked",
    "Content-Length : 5",
    " Content-Length: 5",
    "X: a\nContent-Length: 5",
    "X: a\rContent-Length: 5",
    "X: a\0b",
    "Content\0-Length: 5",
)
BROKEN = (
    b"\0" * 1_000,
    b"\r\n" * 1_000,
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 60_000 + b"\r\n",
    b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
    b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
    b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5_000 + b"\r\n",
)


def exchange(server: Server, *requests: str) -> bytes:
    """All bytes that come for these requests over one connection."""
    lines = [f"{request} HTTP/1.1\r\nHost: 127.0.0.1\r\n" for request in requests]
    lines[-1] += "Connection: close\r\n"
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return b"".join(receive(connection))


def receive(connection: socket.socket) -> Iterator[bytes]:
    while data := connection.recv(65_536):
        yield data


@pytest.mark.parametrize(
    "path", ["/healthz", "/p/default/", "/nothing", "/api/v1/stats", "/api/v1/nothing", "/v1/traces"]
)
def test_head_has_no_body_that_would_be_read_as_the_next_answer(server: Server, path: str) -> None:
    head, _, rest = exchange(server, f"HEAD {path}", "GET /healthz").partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest.endswith(b'\r\n\r\n{"status": "alive"}')


def find_address(server: Server) -> tuple[str, int]:
    host, port = server.url.removeprefix("http://").split(":")
    return host, int(port)


@pytest.mark.parametrize("start", ["GET /healthz HTTP/1.1\r\nX: ", BODY_BEGINS], ids=["head", "body"])
def test_who_sends_a_byte_now_and_then_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(http_channel, "GRACE_SECONDS", 0.3)
    with socket.create_connection(find_address(server), timeout=20) as connection:
        connection.sendall(start.encode())
        assert drip(connection, seconds=5) < 2


def drip(connection: socket.socket, seconds: float) -> float:
    """Seconds that bytes were taken for, one after the other."""
    began = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() - began < seconds:
        try:
            connection.sendall(b"x")
            if connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


def test_a_slow_sender_has_the_time_that_its_bytes_need(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_channel, "GRACE_SECONDS", 0.2)
    with socket.create_connection(find_address(server), timeout=20) as connection:
        connection.sendall(BODY_BEGINS.encode())
        for _ in range(10):
            time.sleep(0.05)
            connection.sendall(b"x" * 100)
        assert connection.recv(12) == b"HTTP/1.1 200"  # a field of protobuf that nobody knows, again and again


def test_others_are_answered_while_very_many_connections_send_nothing(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(200):
            each = stack.enter_context(socket.create_connection(find_address(server), timeout=20))
            each.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: 127")
        assert exchange(server, "GET /healthz").startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("lines", TWO_FACED, ids=[repr(lines)[:50] for lines in TWO_FACED])
def test_no_request_hides_in_the_body_of_another(server: Server, lines: str) -> None:
    """Whatever a proxy in front takes for the end of the body: what follows it is refused, or is body."""
    body = f"0\r\n\r\nGET /hidden{HIDDEN} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    head = f"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n\r\n"
    with socket.create_connection(find_address(server), timeout=20) as connection:
        connection.sendall((head + body).encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        answered = b"".join(receive(connection))
    assert re.findall(rb"HTTP/1\.[01] (\d+)", answered) in ([b"400"], [b"413"], [b"501"])


@pytest.mark.parametrize("request_bytes", BROKEN, ids=[repr(each)[:50] for each in BROKEN])
def test_what_is_no_http_is_refused_and_the_next_is_answered(server: Server, request_bytes: bytes) -> None:
    with socket.create_connection(find_address(server), timeout=20) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        answered = b"".join(receive(connection))
    assert re.fullmatch(rb"(?s)|HTTP/1\.[01] 4\d\d .*", answered)
    assert exchange(server, "GET /healthz").startswith(b"HTTP/1.1 200 OK")
