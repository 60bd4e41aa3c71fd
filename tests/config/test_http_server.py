"""What the web server adds to the application: answers that every client can tell from the next one."""

import socket
from collections.abc import Iterator

import pytest

from tests.conftest import Server


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
