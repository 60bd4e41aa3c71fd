"""What nobody can do to the receiver of gRPC: hold its threads, fill its memory, keep it busy with nothing."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import grpc
import pytest

from config.grpc_server import THREADS
from tests.conftest import Server
from tests.tracing.sending import ONE_SPAN
from tests.tracing.test_grpc import TRACES, UNLIMITED, call, close, endpoint, refuse
from tracing.receive import grpc as receiver
from tracing.receive.otlp import MAX_BODY_BYTES

__all__ = ["endpoint"]

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + struct.pack(">BHBBI", 0, 0, 4, 0, 0)
PING = struct.pack(">BHBBI", 0, 8, 6, 0, 0) + bytes(8)
GOAWAY = 7


@contextmanager
def open_calls(endpoint: str, count: int, **metadata: str) -> Iterator[list[Any]]:
    """Calls that are open and send nothing."""
    done = threading.Event()

    def send_nothing() -> Iterator[bytes]:
        done.wait(30)
        yield from ()

    with ExitStack() as stack:
        stack.callback(done.set)
        channel = stack.enter_context(grpc.insecure_channel(endpoint, options=UNLIMITED))
        export: Any = channel.stream_unary(TRACES)
        yield [export.future(send_nothing(), metadata=tuple(metadata.items()), timeout=20) for _ in range(count)]


def test_a_stranger_is_refused_before_the_message_comes(server: Server, endpoint: str) -> None:
    close(server)
    with open_calls(endpoint, 2 * THREADS) as calls:
        assert {each.code() for each in calls} == {grpc.StatusCode.UNAUTHENTICATED}
    code, _ = refuse(endpoint, bytes(MAX_BODY_BYTES - 1))
    assert code == grpc.StatusCode.UNAUTHENTICATED


def test_who_never_sends_the_message_holds_no_thread_for_long(
    server: Server, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "MESSAGE_SECONDS", 0.3)
    with open_calls(endpoint, THREADS + 5) as calls:
        assert call(endpoint, ONE_SPAN) == b""
        assert {each.code() for each in calls} == {grpc.StatusCode.CANCELLED}


def test_a_call_without_a_message_is_refused(server: Server, endpoint: str) -> None:
    with grpc.insecure_channel(endpoint, options=UNLIMITED) as channel:
        export: Any = channel.stream_unary(TRACES)
        with pytest.raises(grpc.RpcError) as caught:
            export(iter(()), timeout=20)
    error: Any = caught.value
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_long_metadata_are_refused(server: Server, endpoint: str) -> None:
    assert refuse(endpoint, metadata=(("x-long", "x" * 100_000),))[0] == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert call(endpoint) == b""


def test_who_does_nothing_but_ping_is_sent_away(server: Server, endpoint: str) -> None:
    host, port = endpoint.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(PREFACE)
        received = flood(connection)
    assert GOAWAY in list_frames(received)
    assert call(endpoint) == b""


def flood(connection: socket.socket) -> bytes:
    """Pings until the other side closes; what it said."""
    received, until = b"", time.monotonic() + 10
    connection.settimeout(0.05)
    while time.monotonic() < until:
        try:
            connection.sendall(PING)
            piece = connection.recv(65_536)
            if not piece:
                break
            received += piece
        except TimeoutError:
            continue
        except OSError:
            break
    assert time.monotonic() < until
    return received


def list_frames(received: bytes) -> list[int]:
    """The type of each frame (RFC 9113, section 4.1)."""
    types, place = [], 0
    while place + 9 <= len(received):
        types.append(received[place + 3])
        place += 9 + int.from_bytes(received[place : place + 3], "big")
    return types
