"""Ended spans in, OTLP over HTTP out, for as long as the process lives: it forks, it exits, its target changes.

Nothing here blocks the app or raises into it. What is sent and when is the pipe's.
"""

import atexit
import logging
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from tacit.pipe import Pipe, SpanCounts
from tacit.sampling import ConversationSampler
from tacit.sending import Sender, Target
from tacit.settings import DEFAULT_QUEUE_MEGABYTES, EXIT_SECONDS, EXIT_TIMEOUT, QUEUE_MEGABYTES, read_number
from tacit.span_queue import SpanQueue

DELAY_SECONDS: Final = 1.0
"""A span leaves after at most so long, though no batch is full."""
_MAX_SPANS: Final = 65_536
_FORKING_LIBRARIES: Final = ("multiprocessing", "billiard")
_logger = logging.getLogger(__name__)


class ExportProcessor(SpanProcessor):
    """Sends ended spans to one target, which may be changed."""

    def __init__(self, target: Target, sample_rate: float) -> None:
        self._target = target
        self._sample_rate = sample_rate
        self._exit_deadline: float | None = None
        self._closed = False
        self._lock = threading.RLock()
        self._pipe: Pipe | None = self._make_pipe()
        run_after_fork(self._begin_again)
        atexit.register(make_weak(self._drain))

    def configure(self, target: Target, sample_rate: float) -> None:
        """Another target or rate; spans that wait already leave to the new target."""
        pipe = self._find_pipe()
        if target != self._target:
            pipe.sender = Sender(target)
            self._target = target
        if sample_rate != self._sample_rate:
            pipe.sampler = make_sampler(sample_rate)
            self._sample_rate = sample_rate

    def on_end(self, span: ReadableSpan) -> None:
        try:
            if span.context.trace_flags.sampled:
                (self._pipe or self._find_pipe()).put(span)
        except Exception:
            _logger.warning("tacit could not take a span; the app is not affected", exc_info=True)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Sends what waits; False where that takes longer, or not all of it was taken."""
        return self._pipe is None or self._pipe.flush(timeout_millis / 1_000)

    def shutdown(self) -> None:
        """Gives what waits what is left of the time for the exit, and takes no more."""
        if not self._closed:
            self._closed = True
            self._find_pipe().close(self._count_exit_seconds_left())

    def count_spans(self) -> SpanCounts:
        return self._find_pipe().count_spans()

    def _begin_again(self) -> None:
        """In a child process: what waits there is the parent's to send, and its thread and connection are, too.

        The child's own pipe comes with its first span: a worker of gunicorn may replace all locks before that.
        """
        self._exit_deadline = None
        self._lock = threading.RLock()
        self._pipe = None

    def _find_pipe(self) -> Pipe:
        with self._lock:
            if self._pipe is None:
                self._pipe = self._make_pipe()
                if self._closed:
                    self._pipe.close(0.0)
            return self._pipe

    def _make_pipe(self) -> Pipe:
        max_spans = int(read_number("OTEL_BSP_MAX_QUEUE_SIZE", _MAX_SPANS, least=1))
        max_bytes = int(read_number(QUEUE_MEGABYTES, DEFAULT_QUEUE_MEGABYTES) * 1_000_000)
        delay_seconds = read_number("OTEL_BSP_SCHEDULE_DELAY", DELAY_SECONDS * 1_000, least=1) / 1_000
        return Pipe(
            SpanQueue(max_spans, max_bytes),
            Sender(self._target),
            make_sampler(self._sample_rate),
            delay_seconds,
            on_start=self._drain_at_end_of_child,
        )

    def _drain_at_end_of_child(self) -> None:
        """Children of these libraries end without the interpreter's exit: what is to run then must be said there."""
        for library in _FORKING_LIBRARIES:
            if is_child_of(library):
                sys.modules[f"{library}.util"].Finalize(None, make_weak(self._drain), exitpriority=-100)

    def _drain(self) -> None:
        """At exit. Handlers that run later may end more spans, so that nothing is closed yet."""
        if self._pipe is not None:
            self._pipe.drain(self._count_exit_seconds_left())

    def _count_exit_seconds_left(self) -> float:
        """Of the one time limit of the exit, however many handlers run in it."""
        now = time.monotonic()
        if self._exit_deadline is None:
            self._exit_deadline = now + read_number(EXIT_TIMEOUT, EXIT_SECONDS)
        return max(0.0, self._exit_deadline - now)


def make_sampler(rate: float) -> ConversationSampler | None:
    return ConversationSampler(rate) if rate < 1 else None


def is_child_of(library: str) -> bool:
    """Whether this process was started by multiprocessing, or by the fork of it that Celery uses."""
    process = sys.modules.get(f"{library}.process")
    current: Any = process.current_process() if process is not None and f"{library}.util" in sys.modules else None
    return current is not None and current.name != "MainProcess"


def make_weak(method: Callable[[], None]) -> Callable[[], None]:
    """A call of the method for as long as its object lives."""
    reference = weakref.WeakMethod(method)

    def call() -> None:
        alive = reference()
        if alive is not None:
            alive()

    return call


def run_after_fork(method: Callable[[], None]) -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=make_weak(method))
