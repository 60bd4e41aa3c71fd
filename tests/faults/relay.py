"""A small relay of TCP between Tacit and what it needs, which does to connections what bad days do.

A service behind it is away, slow, cuts its connections, or answers with errors, and need not be touched for it.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PIECE_BYTES = 65536
BEGIN_BYTES = 4096
QUIET_SECONDS = 0.05


@dataclass
class Fault:
    """What becomes of requests whose beginning holds `about`, at most `times` of them."""

    about: bytes = b""
    delay_seconds: float = 0
    """So much later their answers begin."""
    cut_sent: int | None = None
    """After so many bytes of it the connection is cut."""
    cut_answer: int | None = None
    """The service has it all; after so many bytes of what it answers the connection is cut."""
    answer: bytes = b""
    """What they are answered in the place of the service, which hears nothing."""
    times: float = float("inf")
    met: int = 0
    """How many requests met it."""

    def takes(self, data: bytes) -> bool:
        if self.about not in data or self.met >= self.times:
            return False
        self.met += 1
        return True


def make_error(status: str, code: int = 0, words: str = "") -> bytes:
    """An answer of ClickHouse over HTTP, or, without a code, of a balancer before it."""
    header = f"X-ClickHouse-Exception-Code: {code}\r\n" if code else ""
    body = f"Code: {code}. DB::Exception: {words}" if code else words
    return f"HTTP/1.1 {status}\r\n{header}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


@dataclass
class Connection:
    """One from an app, and its other half to the service."""

    near: socket.socket
    far: socket.socket
    fault: Fault | None = None
    begin: bytes = b""
    sent: int = 0
    answered: int = 0

    def close(self) -> None:
        for each in (self.near, self.far):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@dataclass
class Relay:
    """Listens on a port of its own, as long as it is not away."""

    target: int
    port: int = 0
    fault: Fault | None = None
    requests: list[bytes] = field(default_factory=list)
    """The beginning of each HTTP request that came."""
    _listening: socket.socket | None = None
    _connections: list[Connection] = field(default_factory=list)

    def come(self) -> None:
        """Be there (again), on the same port."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def go(self) -> None:
        """Cut all connections, and refuse others."""
        if self._listening:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        self._listening = None
        connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.go()
        try:
            yield
        finally:
            self.come()

    @contextmanager
    def having(self, fault: Fault) -> Iterator[Fault]:
        self.fault = fault
        try:
            yield fault
        finally:
            self.fault = None

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    near.close()
                    continue
                connection = Connection(near, far)
                self._connections.append(connection)
                for pump in (self._send, self._answer):
                    threading.Thread(target=self._pump, args=(pump, connection), daemon=True).start()

    def _pump(self, pump: Callable[[Connection], None], connection: Connection) -> None:
        with contextlib.suppress(OSError):
            pump(connection)
        connection.close()

    def _send(self, connection: Connection) -> None:
        while data := connection.near.recv(PIECE_BYTES):
            if data.startswith((b"POST ", b"GET ")):
                self.requests.append(b"")
                connection.fault, connection.begin, connection.sent, connection.answered = None, b"", 0, 0
            fault = connection.fault = connection.fault or self._find_fault(connection, data)
            if fault and fault.answer:
                read_rest(connection.near)
                connection.near.sendall(fault.answer)
                return
            connection.sent += len(data)
            if fault and fault.cut_sent is not None and connection.sent > fault.cut_sent:
                connection.far.sendall(data[: fault.cut_sent - connection.sent + len(data)])
                return
            connection.far.sendall(data)

    def _find_fault(self, connection: Connection, data: bytes) -> Fault | None:
        """By all that came of the request, as far as it is looked at: what it is about stands in the body, too."""
        if len(connection.begin) >= BEGIN_BYTES:
            return None
        connection.begin += data
        if self.requests:
            self.requests[-1] = connection.begin
        return self.fault if self.fault and self.fault.takes(connection.begin) else None

    def _answer(self, connection: Connection) -> None:
        while data := connection.far.recv(PIECE_BYTES):
            fault = connection.fault
            if fault and fault.delay_seconds and not connection.answered:
                time.sleep(fault.delay_seconds)
            connection.answered += len(data)
            if fault and fault.cut_answer is not None and connection.answered > fault.cut_answer:
                connection.near.sendall(data[: max(0, fault.cut_answer - connection.answered + len(data))])
                return
            connection.near.sendall(data)


def read_rest(sending: socket.socket) -> None:
    """Take what is still under way of a request, that its sender may hear the answer."""
    sending.settimeout(QUIET_SECONDS)
    with contextlib.suppress(TimeoutError):
        while sending.recv(PIECE_BYTES):
            pass
    sending.settimeout(None)


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    relay = Relay(port)
    relay.come()
    try:
        yield relay
    finally:
        relay.go()
