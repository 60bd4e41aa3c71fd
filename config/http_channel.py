"""Connections of the web server that nobody holds: not by sending slowly, nor reading slowly, nor with large bodies.

Waitress reads and writes in one thread and answers in many. What is added here are bounds: on how long a request may
take to come in and an answer to go out, on the threads that wait for readers, and on what strangers may send.
"""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask

from config.headers import complete
from config.unknown_senders import is_known
from tracing.receive.otlp import MAX_BODY_BYTES

logger = logging.getLogger(__name__)

GRACE_SECONDS = 30.0
"""So long any request may take to come in or answer to go out, and longer where `SLOWEST_BYTES_PER_SECOND` go."""
SLOWEST_BYTES_PER_SECOND = 1_000
STRANGERS_BYTES = 64 * 1024
"""Of a body that promises more than this, no more is taken before it is known who sends it."""
MOST_WAITING = 20
"""Threads that wait for readers at one time; where one more has to, the slowest reader is cut off."""


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


class BoundedParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a body that is too large to its end, so that the sender gets to read the answer instead of a reset.

    The application sees by `CONTENT_LENGTH` that there was more. A body with two lengths is refused: a proxy might
    believe the other one, and take for a request of its own what somebody wrote into a body.
    """

    expect_continue = False
    is_known = False
    waits_for_continue = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("A body is chunked or has a Content-Length, not both")
        if self.body_rcv is not None:
            self.body_rcv.buf = BoundedBuffer(self.adj.inbuf_overflow)
        if self.content_length > STRANGERS_BYTES:  # who is told to go on once it is known who it is
            self.waits_for_continue = bool(self.expect_continue)
            self.expect_continue = False

    @property
    def is_large(self) -> bool:
        return bool(max(self.content_length, self.body_bytes_received) > STRANGERS_BYTES)

    def describe_sender(self) -> tuple[dict[str, str], str]:
        """The headers, with names in lower case, and the protocol."""
        headers = {name.lower().replace("_", "-"): value for name, value in self.headers.items()}
        return headers, f"HTTP/{self.version}"

    def end_early(self) -> None:
        """Have the request answered as it is, and the connection closed."""
        self.headers.setdefault("CONTENT_LENGTH", str(self.body_bytes_received))
        self.headers["CONNECTION"] = "close"
        self.completed = True


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


class LookTask:
    """Finds out who sends a large body; in a thread, as it may ask the database."""

    def __init__(self, channel: "BoundedChannel", request: BoundedParser) -> None:
        self.channel, self.request = channel, request

    def service(self) -> None:
        try:
            known = is_known(*self.request.describe_sender())
        except Exception:  # the application will say so
            logger.exception("Who sends a request could not be looked up")
            known = False
        self.channel.go_on(self.request, known)

    def cancel(self) -> None:
        self.channel.cancel()


class WaitingThreads:
    """The channels whose readers threads wait for."""

    def __init__(self) -> None:
        self._channels: set[BoundedChannel] = set()
        self._lock = threading.Lock()

    @contextmanager
    def add(self, channel: "BoundedChannel") -> Iterator[None]:
        with self._lock:
            self._channels.add(channel)
            waiting = [each for each in self._channels if not each.is_cut]
            if len(waiting) > MOST_WAITING:
                min(waiting, key=BoundedChannel.measure_pace).is_cut = True
        try:
            yield
        finally:
            with self._lock:
                self._channels.discard(channel)


class BoundedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection; its server has the `waiting` of all."""

    parser_class = BoundedParser
    task_class = HeadTask
    error_task_class = RefusalTask
    began = came = 0.0
    owing_since = gone = 0.0
    """Since when there is something to be read that was not, and the bytes of it that were."""
    is_cut = False
    looks = False
    lingers = False
    """What still comes is read and dropped, so that the answer can be read, as a reset would take it away."""
    lingers_until = 0.0

    def readable(self) -> bool:
        return bool(self.lingers_until) or (not self.looks and bool(super().readable()))

    def received(self, data: bytes) -> bool:
        if self.lingers_until:
            return False
        if self.request is None:
            self.began, self.came = time.monotonic(), 0
        self.came += len(data)
        if time.monotonic() - self.began > GRACE_SECONDS + self.came / SLOWEST_BYTES_PER_SECOND:
            self.will_close = True
        taken = bool(super().received(data))
        self.look()
        return taken

    def look(self) -> None:
        """Where a large body has begun, read on only when it is known who sends it."""
        if self.request is not None and self.request.is_large and not self.request.is_known:
            self.looks = True
            self.server.add_task(LookTask(self, self.request))

    def go_on(self, request: BoundedParser, known: bool) -> None:
        """Read the rest of the request, or have it answered without."""
        with self.requests_lock:
            if known:
                self.let_come(request)
            else:
                self.answer_early(request)
            self.looks = False
        self.server.pull_trigger()

    def let_come(self, request: BoundedParser) -> None:
        request.is_known = True
        request.expect_continue = request.waits_for_continue
        if request.expect_continue and not self.requests and not self.sent_continue and self.connected:
            self.send_continue()

    def answer_early(self, request: BoundedParser) -> None:
        request.end_early()
        self.lingers = True
        self.requests.append(request)
        self.request = None
        if len(self.requests) == 1:
            self.server.add_task(self)

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close) or 0)
        self.gone += sent
        return sent

    def measure_pace(self) -> float:
        """Bytes a second that the reader has taken of what it is owed."""
        return self.gone / max(time.monotonic() - self.owing_since, 1.0)

    def _flush_outbufs_below_high_watermark(self) -> None:
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            with self.server.waiting.add(self):
                super()._flush_outbufs_below_high_watermark()

    def handle_close(self) -> None:
        if self.lingers and self.connected and not self.lingers_until:
            self.linger()
        else:
            super().handle_close()

    def linger(self) -> None:
        self.lingers_until = time.monotonic() + GRACE_SECONDS
        self.will_close = False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()

    def close_overdue(self) -> None:
        """Close the connection where the reader, or the end of what is dropped, takes too long."""
        now = time.monotonic()
        if not self.total_outbufs_len:
            self.owing_since = self.gone = 0.0
        elif not self.owing_since:
            self.owing_since, self.gone = now, 0.0
        owes_too_long = (
            self.owing_since and now - self.owing_since > GRACE_SECONDS + self.gone / SLOWEST_BYTES_PER_SECOND
        )
        if self.is_cut or owes_too_long or 0 < self.lingers_until < now:
            super().handle_close()
