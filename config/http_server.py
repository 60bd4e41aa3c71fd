"""A waitress server in a thread of its own, on a socket that was bound before, which can be drained."""

import socket
import threading
import time
from typing import Any

from django.conf import settings
from waitress import wasyncore
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask

from config.headers import add_headers, complete
from config.proxies import heed_proxies
from tracing.receive.otlp import MAX_BODY_BYTES

THREADS = 40
"""Senders wait in one each while their spans are committed together; each may hold a connection to Django's database
for a minute, which bounds how many there can be."""
RECEIVE_BYTES = 256 * 1024
POLL_SECONDS = 0.5
MAX_DRAINED_BYTES = 16 * MAX_BODY_BYTES
"""Where even reading on to tell the sender ends; then the connection is closed."""


GRACE_SECONDS = 30.0
"""So long any request may take to come in, and longer where its bytes come at `SLOWEST_BYTES_PER_SECOND` or faster."""
SLOWEST_BYTES_PER_SECOND = 1_000


class PortBusyError(Exception):
    """Another program listens there."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`; 0 lets the system choose. Raises PortBusyError or OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if isinstance(error, OSError) and error.errno in (98, 48):  # EADDRINUSE on Linux, macOS
            raise PortBusyError(f"port {port} of {host} is taken") from error
        raise
    return listening


class BoundedBuffer(OverflowableBuffer):  # type: ignore[misc] # waitress has no types
    """Keeps a body up to its limit and counts the rest."""

    dropped = 0

    def __len__(self) -> int:
        return int(super().__len__()) + self.dropped

    def append(self, data: bytes) -> None:
        if len(self) > MAX_BODY_BYTES:
            self.dropped += len(data)
        else:
            super().append(data)


class DrainingParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a body that is too large to its end, so that the sender gets to read the answer instead of a reset.

    The application sees by `CONTENT_LENGTH` that there was more. A body with two lengths is refused: a proxy might
    believe the other one, and take for a request of its own what somebody wrote into a body.
    """

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("A body is chunked or has a Content-Length, not both")
        if self.body_rcv is not None:
            self.body_rcv.buf = BoundedBuffer(self.adj.inbuf_overflow)


class HeadTask(WSGITask):  # type: ignore[misc]
    """Answers HEAD without a body, which waitress leaves to the application and Django to the server."""

    def write(self, data: bytes) -> None:
        super().write(b"" if self.request.command == "HEAD" else data)

    def finish(self) -> None:
        if self.request.command == "HEAD":
            self.chunked_response = False  # else the end of the chunks would be sent
        super().finish()


class RefusalTask(ErrorTask):  # type: ignore[misc]
    """Answers what cannot be read as HTTP, with the headers that every answer has."""

    def execute(self) -> None:
        self.response_headers = complete([])
        super().execute()


class DrainingChannel(HTTPChannel):  # type: ignore[misc]
    """A connection, which nobody holds by sending a byte now and then."""

    parser_class = DrainingParser
    task_class = HeadTask
    error_task_class = RefusalTask
    began = 0.0
    came = 0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.began, self.came = time.monotonic(), 0
        self.came += len(data)
        if time.monotonic() - self.began > GRACE_SECONDS + self.came / SLOWEST_BYTES_PER_SECOND:
            self.will_close = True
        return bool(super().received(data))


class HttpServer:
    """Serves a WSGI application until it is stopped; then it answers what came in and takes nothing new."""

    def __init__(self, application: Any, listening: socket.socket) -> None:
        self.port: int = listening.getsockname()[1]
        self._map: dict[int, Any] = {}
        self._server = create_server(
            add_headers(heed_proxies(application, settings.TRUSTED_PROXIES)),
            map=self._map,
            sockets=[listening],
            threads=THREADS,
            ident="tacit",
            clear_untrusted_proxy_headers=False,  # ours does, and looks at them first
            max_request_body_size=MAX_DRAINED_BYTES,
            connection_limit=1000,
            asyncore_use_poll=True,
            recv_bytes=RECEIVE_BYTES,
            channel_timeout=120,
        )
        self._server.channel_class = DrainingChannel
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"http-{self.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Take no new connection, wait for what is being answered, then close."""
        self._server.accepting = False
        self.drain(timeout_seconds)
        self._stopped.set()
        self._server.pull_trigger()
        self._thread.join(timeout=2)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def drain(self, timeout_seconds: float = 10.0) -> None:
        """Wait for what is being answered."""
        deadline = time.monotonic() + timeout_seconds
        dispatcher = self._server.task_dispatcher
        while (dispatcher.queue or dispatcher.active_count > 0) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _run(self) -> None:
        while not self._stopped.is_set():
            wasyncore.loop(timeout=POLL_SECONDS, use_poll=True, map=self._map, count=1)
