"""Ended spans of one process in, requests to one receiver out: a queue, and the daemon thread that empties it.

What a receiver cannot take now is sent again later. What is lost is counted, and said in one line a minute.
"""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan

from tacit.privacy import protect_span
from tacit.sampling import ConversationSampler
from tacit.sending import Answer, Request, Sender
from tacit.settings import EXIT_TIMEOUT, QUEUE_MEGABYTES, SAMPLE_RATE
from tacit.span_queue import BATCH_SPANS, PackedSpan, SizedSpan, SpanQueue, unpack_span

REQUEST_BYTES: Final = 8_000_000
"""Memory of the spans of one request: encoded, far less than the 64 MiB that receivers take."""
REPORT_SECONDS: Final = 60.0
MAX_ATTEMPTS: Final = 20
"""After about eight minutes a request gives way to those behind it."""
_LONGEST_REST_SECONDS: Final = 30.0
_UNPACKED_SPANS: Final = 32
"""What is done to so many takes a fraction of a millisecond."""
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpanCounts:
    """What became of the spans that ended in this process."""

    sent: int = 0
    """Taken by the receiver."""
    waiting: int = 0
    """In memory, on their way."""
    dropped: int = 0
    """Lost: without room to wait, refused by the receiver, or not sent before the exit."""
    sampled_out: int = 0
    """Left out on purpose, by the sample rate."""


class Pipe:
    """Takes spans at any time, from any thread; sends them from a thread of its own."""

    def __init__(
        self,
        queue: SpanQueue,
        sender: Sender,
        sampler: ConversationSampler | None,
        delay_seconds: float,
        on_start: Callable[[], None],
    ) -> None:
        self.queue = queue
        self.sender = sender
        self.sampler = sampler
        self._delay_seconds = delay_seconds
        self._on_start = on_start
        self._thread: threading.Thread | None = None
        self._sent_count = 0
        self._lost_count = 0
        self._given_up = False
        self._problem = ""
        self._reported_count = 0
        self._next_report = 0.0

    def put(self, span: ReadableSpan) -> None:
        """Lets a span leave soon; never waits."""
        self.queue.put(span)
        if self._thread is None:
            self._start()

    def flush(self, timeout_seconds: float) -> bool:
        """Sends what waits; False where that takes longer, or not all of it was taken."""
        lost_count = self._lost_count
        return self.queue.flush(timeout_seconds if self._thread else 0.0) and self._lost_count == lost_count

    def drain(self, timeout_seconds: float) -> None:
        """Sends what waits as the app ends: attempts that could only be made later are not waited for."""
        self.queue.hurry(timeout_seconds)
        self.flush(timeout_seconds)

    def close(self, timeout_seconds: float) -> None:
        """Takes no more spans, and gives those that wait so many seconds to leave."""
        self.queue.hurry(timeout_seconds)
        self.queue.close()
        if self._thread is None:
            self._run()
        else:
            self._thread.join(timeout_seconds)
        unsent_count = self.queue.count_waiting()
        if unsent_count:
            self.queue.settle(unsent_count)
            self._lose(unsent_count, f"not sent before the exit, {self._problem or 'no time left'}")
        if self.count_spans().dropped > self._reported_count:
            self._report()

    def count_spans(self) -> SpanCounts:
        return SpanCounts(
            sent=self._sent_count,
            waiting=self.queue.count_waiting(),
            dropped=self.queue.overflow_count + self._lost_count,
            sampled_out=self.sampler.left_out_count if self.sampler else 0,
        )

    def _start(self) -> None:
        """With the first span, so that a process that has none has no thread."""
        with self.queue.lock, contextlib.suppress(RuntimeError):  # as the interpreter ends; `close` sends then
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="tacit-export", daemon=True)
                thread.start()
                self._thread = thread
                self._on_start()

    def _run(self) -> None:
        # Instrumented HTTP clients would make spans of our own requests, and those requests of their own.
        otel_context.attach(otel_context.set_value(otel_context._SUPPRESS_INSTRUMENTATION_KEY, True, Context()))
        while not self._given_up and not self.queue.is_over():
            try:
                self._send_next()
                self._report_once_a_minute()
            except Exception:
                _logger.warning("tacit could not send spans; the app is not affected", exc_info=True)

    def _send_next(self) -> None:
        taken = list(self._unpack(self.queue.take(self._delay_seconds)))
        leaving = self._sample(taken)
        self.queue.settle(len(taken) - len(leaving))  # those that a sampler calls back wait again
        for batch in split_by_size(leaving):
            self._deliver(self.sender.encode([one.span for one in batch], self._give_way))
            if self._given_up:
                return
            self.queue.settle(len(batch))

    def _sample(self, taken: list[SizedSpan]) -> list[SizedSpan]:
        if self.sampler is None:
            return taken
        # Protected before: feedback on a conversation whose id becomes a pseudonym names it by that.
        protected = (SizedSpan(protect_span(sized.span), sized.size) for sized in taken)
        leaving = [one for sized in protected for one in self.sampler.add(sized)]
        return leaving + self.sampler.close() if self.queue.is_over() else leaving

    def _deliver(self, request: Request) -> None:
        """Sends until the receiver takes or refuses it; gives up where the app ends before."""
        if request.unencodable_count:
            self._lose(request.unencodable_count, "could not be encoded")
        for attempt in range(MAX_ATTEMPTS):
            answer = self.sender.send(request, self.queue.count_seconds_left(self.sender.timeout_seconds))
            if answer.verdict != "later":
                self._settle(request, answer)
                return
            self._problem = answer.message
            if attempt > 0:
                self._report_once_a_minute()
            if not self._rest(attempt, answer):
                self._given_up = True
                self.queue.abandon()
                return
        self._lose(request.span_count, self._problem)

    def _settle(self, request: Request, answer: Answer) -> None:
        lost_count = request.span_count if answer.verdict == "refused" else answer.rejected_count
        self._sent_count += request.span_count - lost_count
        if lost_count:
            self._lose(lost_count, answer.message)
        elif self.count_spans().dropped == self._reported_count:
            self._problem = ""

    def _rest(self, attempt: int, answer: Answer) -> bool:
        if answer.wait_seconds is not None:
            return self.queue.rest(answer.wait_seconds, until_wanted=False)
        seconds = min(2**attempt, _LONGEST_REST_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        return self.queue.rest(seconds, until_wanted=True)

    def _unpack(self, packed_spans: Iterable[PackedSpan]) -> Iterator[SizedSpan]:
        for number, packed in enumerate(packed_spans):
            if number % _UNPACKED_SPANS == 0:
                self._give_way()
            yield unpack_span(packed)

    def _give_way(self) -> None:
        """Lets the app's threads run, which would wait for up to 5 ms while we compute; not when it is urgent."""
        if not self.queue.urgent:
            time.sleep(0)

    def _lose(self, count: int, reason: str) -> None:
        self._lost_count += count
        self._problem = reason

    def _report_once_a_minute(self) -> None:
        if time.monotonic() >= self._next_report and not self.queue.ending:  # at the end, `close` reports
            self._report()

    def _report(self) -> None:
        counts = self.count_spans()
        new_count = counts.dropped - self._reported_count
        if new_count == 0 and not self._problem:
            return
        _logger.warning(
            "tacit: %d spans dropped since the last report, %d wait for %s: %s",
            new_count,
            counts.waiting,
            self.sender.url,
            advise(self._problem, overflown=self.queue.overflow_count > 0),
        )
        self._next_report = time.monotonic() + REPORT_SECONDS
        self._reported_count = counts.dropped
        self._problem = ""


def advise(problem: str, *, overflown: bool) -> str:
    """What went wrong, and what to do about it.

    >>> advise("401 Unauthorized", overflown=False)
    '401 Unauthorized. Give the key of a project: tacit.configure(api_key=…)'
    """
    if problem.startswith(("401", "403")):
        return f"{problem}. Give the key of a project: tacit.configure(api_key=…)"
    advice = "See whether the receiver runs there: tacit.configure(endpoint=…)"
    if problem.startswith("not sent"):
        advice += f", or raise {EXIT_TIMEOUT}"
    if overflown:
        advice += f"; for more room raise {QUEUE_MEGABYTES}, to send less lower {SAMPLE_RATE}"
    return f"{problem or 'more came than could leave'}. {advice}"


def split_by_size(spans: Iterable[SizedSpan]) -> Iterator[list[SizedSpan]]:
    """The same spans in order, in parts of at most `BATCH_SPANS` and `REQUEST_BYTES`, or of one span."""
    part: list[SizedSpan] = []
    size = 0
    for one in spans:
        if part and (len(part) == BATCH_SPANS or size + one.size > REQUEST_BYTES):
            yield part
            part, size = [], 0
        part.append(one)
        size += one.size
    if part:
        yield part
