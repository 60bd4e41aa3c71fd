"""A generator under `@tacit.observe` in, the same generator out, whose span ends however the stream ends.

The span is current inside the generator's body alone, never in the code that reads it. It ends exactly once:
when the generator is exhausted, raises, is closed, cancelled or dropped, or when the process ends.
"""

import atexit
import functools
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from contextvars import Token
from types import AsyncGeneratorType, CodeType, GeneratorType, TracebackType
from typing import Any, Final
from weakref import WeakValueDictionary

from opentelemetry import context as otel_context
from opentelemetry.context import Context

from tacit import attributes
from tacit.chunks import Transcript
from tacit.context import detach
from tacit.recording import Call, may_be_cancelling
from tacit.serialisation import cut_text

_EXHAUSTED: Final = (StopIteration, StopAsyncIteration)


class StreamRecording:
    """The span of one stream, from the first step on. `with recording:` is one step of the generator."""

    def __init__(self, open_call: Callable[[], Call]) -> None:
        self.reader: CodeType | None = None
        self._open_call = open_call
        self._call: Call | None = None
        self.stepping = False
        self._transcript = Transcript()
        self._first_chunk_seconds: float | None = None
        # Whoever pops the call ends it: one operation, safe between threads and in signal handlers.
        self._unended: list[Call] = []

    @property
    def begun(self) -> bool:
        return self._call is not None

    @property
    def ended(self) -> bool:
        return self.begun and not self._unended

    def begin(self) -> None:
        """Opens the span; streams do this at their first step, so that one that is never read leaves none."""
        self._call = self._open_call()
        self._context = self._call.context
        self._unended.append(self._call)
        _keep_until_exit(self)

    def __enter__(self) -> None:
        if self._call is None:
            self.begin()
        self.stepping = True
        self._token: Token[Context] = otel_context.attach(self._context)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A span that the body leaves open across a yield is the parent again at the next step.
        self._context = otel_context.get_current()
        detach(self._token)
        self.stepping = False
        if isinstance(error, _EXHAUSTED):
            self._end(lambda call: call.complete(None))
        elif error is not None:
            self._end(lambda call: call.fail(error))

    def take(self, chunk: object) -> None:
        if self._first_chunk_seconds is None and self._call is not None:
            self._first_chunk_seconds = time.perf_counter() - self._call.started
        self._transcript.add(chunk)

    def stop(self, ended_by: str) -> None:
        """The stream is over before it was exhausted."""
        self._end(lambda call: call.stop(ended_by))

    def drop(self, dropper: CodeType | None) -> None:
        """Nobody refers to the stream now. Where its reader let go of it, as by `break`, the app ended it."""
        if self.begun and not self.ended:
            by_reader = dropper is not None and dropper is self.reader and not may_be_cancelling()
            self.stop("app_code" if by_reader else "unknown")

    def _end(self, end: Callable[[Call], None]) -> None:
        try:
            call = self._unended.pop()
        except IndexError:
            return
        self._write_chunks(call)
        end(call)

    def _write_chunks(self, call: Call) -> None:
        output, output_type = self._transcript.encode()
        call.span.set_attributes(
            {
                attributes.OUTPUT: cut_text(output),
                attributes.OUTPUT_TYPE: output_type,
                attributes.CHUNK_COUNT: self._transcript.chunk_count,
            }
        )
        if self._first_chunk_seconds is not None:
            call.span.set_attribute(attributes.TIME_TO_FIRST_CHUNK, self._first_chunk_seconds)


class Stream(Generator[Any, Any, Any]):
    """An observed generator."""

    def __init__(self, generator: Generator[Any, Any, Any], recording: StreamRecording) -> None:
        self._generator = generator
        self.recording = recording

    def __next__(self) -> Any:
        self.recording.reader = sys._getframe(1).f_code
        return self._step(self._generator.__next__)

    def send(self, value: Any) -> Any:
        return self._step(self._generator.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._generator.throw, *error)

    def close(self) -> None:
        """Closes the generator; its span ends as stopped by the app's code."""
        with _choose_context(self.recording):
            self._generator.close()
        self.recording.stop("app_code")

    def __del__(self) -> None:
        self.recording.drop(_find_dropper())

    def _step(self, advance: Callable[..., Any], *values: Any) -> Any:
        recording = self.recording
        if recording.ended:
            self._generator.close()
            raise StopIteration
        if recording.stepping:  # from two threads: the generator refuses, and the running step goes on
            return advance(*values)
        with recording:
            chunk = advance(*values)
        recording.take(chunk)
        return chunk


class AsyncStream(AsyncGenerator[Any, Any]):
    """An observed async generator."""

    def __init__(self, generator: AsyncGenerator[Any, Any], recording: StreamRecording) -> None:
        self._generator = generator
        self.recording = recording

    def __anext__(self) -> Any:
        self.recording.reader = sys._getframe(1).f_code
        return self._step(self._generator.__anext__)

    def asend(self, value: Any) -> Any:
        return self._step(self._generator.asend, value)

    def athrow(self, *error: Any) -> Any:
        return self._step(self._generator.athrow, *error)

    async def aclose(self) -> None:
        """Closes the generator; its span ends as stopped by the app's code."""
        with _choose_context(self.recording):
            await self._generator.aclose()
        self.recording.stop("app_code")

    def __del__(self) -> None:
        self.recording.drop(_find_dropper())

    async def _step(self, advance: Callable[..., Any], *values: Any) -> Any:
        recording = self.recording
        if recording.ended:
            await self._generator.aclose()
            raise StopAsyncIteration
        if recording.stepping:  # from two tasks
            return await advance(*values)
        with recording:
            chunk = await advance(*values)
        recording.take(chunk)
        return chunk


STREAM_TYPES: Final = (GeneratorType, AsyncGeneratorType, Stream, AsyncStream)


def _choose_context(recording: StreamRecording) -> AbstractContextManager[None]:
    """What to close a generator in: its span, where it has begun and no step of it is running."""
    return recording if recording.begun and not recording.stepping else nullcontext()


def wrap_generator(generator: Any, recording: StreamRecording) -> Stream | AsyncStream:
    if isinstance(generator, AsyncGenerator):
        return AsyncStream(generator, recording)
    return Stream(generator, recording)


def follow_stream(generator: Any, call: Call) -> Stream | AsyncStream:
    """A generator that a plain function gave back: the function's span goes on until the stream ends."""
    call.span.set_attribute(attributes.REQUEST_STREAM, True)
    recording = StreamRecording(lambda: call)
    recording.begin()
    return wrap_generator(generator, recording)


def stop_stream(stream: object, ended_by: str = "client") -> None:
    """Ends the span of an observed stream now, and the stream itself at its next step.

    For apps that know who wanted it: `client` for the person who pressed stop or went away, else `app_code`,
    `timeout`, `shutdown` or `unknown`. May be called from another thread or task than the one that reads.
    Does nothing for what is not an observed stream, has not begun, or has ended already.
    """
    recording = getattr(stream, "recording", None)
    if isinstance(recording, StreamRecording):
        recording.stop(ended_by)


def _find_dropper() -> CodeType | None:
    """The code in which an object's `__del__`, our caller, is being run."""
    frame = sys._getframe(1).f_back
    return frame.f_code if frame else None


_open_recordings: Final[WeakValueDictionary[int, StreamRecording]] = WeakValueDictionary()
if hasattr(os, "register_at_fork"):  # a child process does not end its parent's streams
    os.register_at_fork(after_in_child=_open_recordings.clear)


def _keep_until_exit(recording: StreamRecording) -> None:
    _end_at_exit()
    _open_recordings[id(recording)] = recording


@functools.cache
def _end_at_exit() -> None:
    """Registered with the first stream, so that it runs before the providers made earlier shut down."""
    atexit.register(_end_open_recordings)


def _end_open_recordings() -> None:
    for reference in _open_recordings.valuerefs():
        recording = reference()
        if recording is not None:
            recording.stop("shutdown")
