"""A generator under `@tacit.observe` in, the same generator out, whose span ends however the stream ends.

The span is current inside the generator's body alone, never in the code that reads it. It ends exactly once:
when the generator is exhausted, raises, is closed, cancelled or dropped, or when the process ends.
"""

import atexit
import functools
import json
import opcode
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import Context as Variables
from contextvars import ContextVar, Token, copy_context
from types import CodeType, FrameType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any, Final
from weakref import ReferenceType, ref

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span

from tacit import attributes
from tacit.cancellation import ask_until_known, get_cancelled_task, get_task_cancelled_by, tell_at_once, tell_later
from tacit.chunks import Transcript
from tacit.context import detach
from tacit.recording import Call, log_failure, tell_who_stopped

if TYPE_CHECKING:
    import asyncio

_EXHAUSTED: Final = (StopIteration, StopAsyncIteration)
_YIELD: Final = opcode.opmap["YIELD_VALUE"]
_SETTLING_SECONDS: Final = 0.1
_UNSET: Final = object()


class Reader:
    """Who reads streams for somebody else, as a web server does for a client."""

    def __init__(self) -> None:
        self.ended_by: str | None = None
        """Set where the reader gives up before the end."""
        self.over = False


current_reader: Final[ContextVar[Reader | None]] = ContextVar("tacit-reader", default=None)


class StreamRecording:
    """The span of one stream, from the first step on. `with recording:` is one step of an async generator."""

    reader: Reader | None = None
    reader_code: CodeType | None = None
    left_by_reader = False
    stepping = False
    begun = False
    passes_on = False
    """Whether what is read after the end passes unrecorded, instead of ending the stream."""
    truncated = False
    """Whether a model that is read inside had to stop for want of tokens."""
    first_chunk: float | None = None
    last_chunk: float | None = None
    variables: Variables | None = None

    def __init__(self, open_call: Callable[[], Call]) -> None:
        self.transcript = Transcript()
        # Whoever pops the call ends it: one operation, safe between threads and in signal handlers.
        self.unended: list[Call] = []
        self._open_call = open_call

    @property
    def ended(self) -> bool:
        return self.begun and not self.unended

    def begin(self) -> None:
        """Opens the span; streams do this at their first step, so that one that is never read leaves none."""
        call = self._open_call()
        del self._open_call  # it holds the arguments
        self.begun = True
        self._context = call.context
        self.unended.append(call)
        _end_at_exit(self)

    def meet_reader(self) -> None:
        """Before a step: functions give streams back before anybody knows who will read them."""
        if self.reader is None:
            self.reader = current_reader.get()

    def begin_apart(self) -> None:
        """As `begin`, for steps that run in variables of the stream's own.

        That is far quicker than to attach the span and detach it around each step.
        """
        self.begin()
        self.variables = copy_context()
        self._span_variable = self.variables.run(otel_context.attach, self._context).var

    def run(self, advance: Callable[..., Any], *values: Any) -> Any:
        """One step of a generator."""
        self.meet_reader()
        if self.variables is not None:
            return self.variables.run(advance, *values)
        if not self.begun:
            self.begin()
        token = otel_context.attach(self._context)
        try:
            return advance(*values)
        finally:
            # A span that the body leaves open across a yield is the parent again at the next step.
            self._context = otel_context.get_current()
            detach(token)

    def publish_variables(self, known: Variables | None) -> Variables | None:
        """What the body has set is set for its reader too, as it would be without us. Gives what is known now."""
        if self.variables is None or known is None:
            return None
        for variable, value in self.variables.items():
            if variable is not self._span_variable and known.get(variable, _UNSET) is not value:
                variable.set(value)
        return self.variables.copy()

    def __enter__(self) -> None:
        self.meet_reader()
        if not self.begun:
            self.begin()
        self.stepping = True
        self._token: Token[Context] = otel_context.attach(self._context)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context = otel_context.get_current()
        detach(self._token)
        self.stepping = False
        if error is not None:
            self.end_by(error)

    def take(self, chunk: object) -> None:
        self.transcript.add(chunk)
        self.last_chunk = time.perf_counter()
        if self.first_chunk is None:
            self.first_chunk = self.last_chunk

    def settle(self) -> float:
        """Bounds what a long stream holds; gives when to do so again."""
        if self.first_chunk is None:
            self.first_chunk = self.last_chunk
        else:
            self.transcript.settle()
        return time.perf_counter() + _SETTLING_SECONDS

    def end_by(self, error: BaseException) -> None:
        """The generator ended with this exception, which may be that it is exhausted."""
        if isinstance(error, _EXHAUSTED):
            self._complete()
        elif isinstance(error, Exception):
            call = self._take_call()
            if call is not None:
                self._fail(call, error)
        else:
            self._stop_for(error, tell_who_stopped(error))

    def close(self) -> None:
        """The stream was closed, by the app's code where nothing else makes it."""
        error = sys.exc_info()[1]
        if error is None or isinstance(error, Exception):
            self._stop_for(None, "app_code")
        else:
            self._stop_for(error, tell_who_stopped(error))

    def drop(self, dropper: FrameType | None) -> None:
        """Nobody refers to the stream now. Where its reader let go of it, as by `break`, the app ended it."""
        if self.begun and not self.ended:
            task = get_cancelled_task()
            if task is not None and sys.version_info >= (3, 11):
                self._stop_when_known(task, None)
            else:
                by_reader = task is None and (self.left_by_reader or leaves_by_itself(dropper, self.reader_code))
                self._stop_for(None, "app_code" if by_reader else "unknown")

    def stop(self, ended_by: str) -> None:
        """The stream is over before it was exhausted, and somebody knows by whom."""
        if self.transcript.finished:
            self._complete()
            return
        call = self._take_call()
        if call is not None:
            self._finish(call, "stopped", ended_by)

    def _complete(self) -> None:
        """All was read, or all but what comes after the model has said why it ends."""
        call = self._take_call()
        if call is not None:
            self._finish(call, "truncated" if self.truncated or self.transcript.truncated else "completed")

    def _stop_for(self, error: BaseException | None, ended_by: str) -> None:
        task = get_task_cancelled_by(error)
        if task is not None:
            self._stop_when_known(task, error)
        else:
            self.stop((self.reader and self.reader.ended_by) or ended_by)

    def _stop_when_known(self, task: "asyncio.Task[Any]", error: BaseException | None) -> None:
        ended_by = tell_at_once(task, error)
        if ended_by is not None or self.transcript.finished:
            self.stop(ended_by or "unknown")
            return
        call = self._take_call()
        if call is not None:
            undecided = functools.partial(self._finish, call, "stopped", end_time_ns=time.time_ns())
            ask_until_known(functools.partial(self._tell_canceller, task, error), _keep_undecided(undecided))

    def _tell_canceller(self, task: "asyncio.Task[Any]", error: BaseException | None) -> str | None:
        ended_by = tell_later(task, error)
        if ended_by == "timeout" or self.reader is None:
            return ended_by
        return self.reader.ended_by or ("unknown" if self.reader.over else None)

    def _fail(self, call: Call, error: Exception) -> None:
        call.fail(error)

    def _finish(self, call: Call, outcome: str, ended_by: str | None = None, end_time_ns: int | None = None) -> None:
        try:
            if call.span.is_recording():
                call.attributes[attributes.OUTCOME] = outcome
                if ended_by is not None:
                    call.attributes[attributes.ENDED_BY] = ended_by
                call.span.set_attributes(call.attributes)
                call.span.end(end_time_ns)
        except Exception:
            log_failure()

    def _take_call(self) -> Call | None:
        try:
            call = self.unended.pop()
        except IndexError:
            return None
        _open_recordings.pop(id(self), None)
        try:
            self._write_chunks(call)
        except Exception:
            log_failure()
        return call

    def _write_chunks(self, call: Call) -> None:
        call.attributes[attributes.CHUNK_COUNT] = self.transcript.chunk_count
        if self.first_chunk is not None and self.last_chunk is not None:
            call.attributes[attributes.TIME_TO_FIRST_CHUNK] = self.first_chunk - call.started
            call.attributes[attributes.TIME_TO_LAST_CHUNK] = self.last_chunk - call.started
        self._write_answer(call)
        if call.content.captures_output:
            output = self.transcript.read_output()
            call.attributes[attributes.OUTPUT] = call.content.encode_output(output)
            call.attributes[attributes.OUTPUT_TYPE] = "text" if isinstance(output, str) else "json"

    def _write_answer(self, call: Call) -> None:
        """What the model told, where the chunks are those of a model's client."""
        told = self.transcript.describe()
        if told:
            call.attributes.update(told)
            messages = call.attributes.pop(attributes.OUTPUT_MESSAGES, None)
            if isinstance(messages, str) and call.content.captures_output:
                call.attributes[attributes.OUTPUT_MESSAGES] = call.content.encode_output(json.loads(messages))


def leaves_by_itself(frame: FrameType | None, reader: CodeType | None) -> bool:
    """Whether the reader runs in `frame`, and not because an exception was thrown into a `yield` in which it rested.

    A `break`, a `return` and an error of its own are the reader's doing; to be closed is not.
    """
    if frame is None or frame.f_code is not reader:
        return False
    return frame.f_lasti < 0 or reader.co_code[frame.f_lasti] != _YIELD


class Stream(Generator[Any, Any, Any]):
    """An observed generator."""

    def __init__(self, generator: Generator[Any, Any, Any], recording: StreamRecording) -> None:
        self._generator = generator
        self.recording = recording

    def __iter__(self) -> Generator[Any, Any, Any]:
        self.recording.reader_code = sys._getframe(1).f_code
        return self.iterate()

    def __next__(self) -> Any:
        self.recording.reader_code = sys._getframe(1).f_code
        return self.advance()

    def advance(self) -> Any:
        """The next chunk."""
        return self._step(self._generator.__next__)

    def send(self, value: Any) -> Any:
        return self._step(self._generator.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._generator.throw, *error)

    def close(self) -> None:
        """Closes the generator; its span ends as stopped by the app's code."""
        if not self.recording.begun or self.gi_running:
            self._generator.close()
            return
        try:
            self.recording.run(self._generator.close)
        except BaseException as error:
            self.recording.end_by(error)
            raise
        self.recording.close()

    @property
    def gi_running(self) -> bool:
        """Whether a step is under way, in this thread or in another."""
        return bool(getattr(self._generator, "gi_running", False))

    def __del__(self) -> None:
        self.recording.drop(sys._getframe(0).f_back)

    def _step(self, advance: Callable[..., Any], *values: Any) -> Any:
        recording = self.recording
        if recording.ended and not recording.passes_on:
            self._generator.close()
            raise StopIteration
        if self.gi_running:  # from two threads: the generator refuses, and the running step goes on
            return advance(*values)
        try:
            chunk = recording.run(advance, *values)
        except BaseException as error:
            recording.end_by(error)
            raise
        recording.take(chunk)
        return chunk

    def iterate(self, owner: object = None) -> Generator[Any, Any, Any]:  # noqa: ARG002 - kept while this is read
        """What `_step` does, for a `for` loop, without the calls that would cost most of each step."""
        recording = self.recording
        recording.meet_reader()
        if not recording.begun:
            recording.begin_apart()
        variables = recording.variables
        known = None if variables is None else variables.copy()
        run = recording.run if variables is None else variables.run
        unended, transcript, clock = recording.unended, recording.transcript, time.perf_counter
        append = transcript.texts.append
        advance = step = self._generator.__next__
        settling = 0.0
        while unended:
            try:
                chunk = run(advance)
            except BaseException as error:
                return self._end(error, advance)
            if chunk.__class__ is str:
                append(chunk)
            else:
                transcript.add(chunk)
            recording.last_chunk = now = clock()
            if now > settling:
                settling = recording.settle()
            if variables != known:
                known = recording.publish_variables(known)
            try:
                sent = yield chunk
            except GeneratorExit:
                recording.left_by_reader = leaves_by_itself(sys._getframe(0).f_back, recording.reader_code)
                raise
            except BaseException as error:
                advance = functools.partial(self._generator.throw, error)
            else:
                advance = step if sent is None else functools.partial(self._generator.send, sent)
        if recording.passes_on:
            return (yield from self._generator)
        self._generator.close()
        return None

    def _end(self, error: BaseException, advance: Callable[..., Any]) -> Any:
        """What the generator returned, where that is how it ended; else raises."""
        if self.gi_running:
            return advance()
        self.recording.end_by(error)
        if isinstance(error, StopIteration):
            return error.value
        raise error


class AsyncStream(AsyncGenerator[Any, Any]):
    """An observed async generator."""

    def __init__(self, generator: AsyncGenerator[Any, Any], recording: StreamRecording) -> None:
        self._generator = generator
        self.recording = recording

    def __anext__(self) -> Any:
        self.recording.reader_code = sys._getframe(1).f_code
        return self.advance()

    def advance(self) -> Any:
        """The next chunk, awaited."""
        return self._step(self._generator.__anext__)

    def asend(self, value: Any) -> Any:
        return self._step(self._generator.asend, value)

    def athrow(self, *error: Any) -> Any:
        return self._step(self._generator.athrow, *error)

    async def aclose(self) -> None:
        """Closes the generator; its span ends as stopped by the app's code."""
        if not self.recording.begun or self.recording.stepping:
            await self._generator.aclose()
            return
        with self.recording:
            await self._generator.aclose()
        self.recording.close()

    def __del__(self) -> None:
        self.recording.drop(sys._getframe(0).f_back)

    async def _step(self, advance: Callable[..., Any], *values: Any) -> Any:
        recording = self.recording
        if recording.ended and not recording.passes_on:
            await self._generator.aclose()
            raise StopAsyncIteration
        if recording.stepping:  # from two tasks
            return await advance(*values)
        with recording:
            chunk = await advance(*values)
        recording.take(chunk)
        return chunk


def wrap_generator(generator: Any, recording: StreamRecording) -> Stream | AsyncStream:
    if type(generator) is GeneratorType or not isinstance(generator, AsyncGenerator):
        return Stream(generator, recording)
    return AsyncStream(generator, recording)


def stop_stream(stream: object, ended_by: str = "client") -> None:
    """Ends the span of an observed stream now, and the stream itself at its next step.

    For apps that know who wanted it: `client` for the person who pressed stop or went away, else `app_code`,
    `timeout`, `shutdown` or `unknown`. May be called from another thread or task than the one that reads.
    Does nothing for what is not an observed stream, has not begun, or has ended already.
    """
    recording = getattr(stream, "recording", None)
    if isinstance(recording, StreamRecording):
        recording.stop(ended_by)


_open_recordings: Final[dict[int, "ReferenceType[StreamRecording]"]] = {}
_undecided: Final[dict[int, Callable[[str], None]]] = {}
"""What ends the spans of cancelled streams of which it will be known in a moment who cancelled them."""


def find_recording(span: Span) -> StreamRecording | None:
    """The open stream whose span this is."""
    recordings = (reference() for reference in tuple(_open_recordings.values()))
    return next((one for one in recordings if one is not None and any(call.span is span for call in one.unended)), None)


def _forget_streams() -> None:
    _open_recordings.clear()
    _undecided.clear()


if hasattr(os, "register_at_fork"):  # a child process does not end its parent's streams
    os.register_at_fork(after_in_child=_forget_streams)


def _end_at_exit(recording: StreamRecording) -> None:
    if not _open_recordings:
        _listen_for_exit()
    _open_recordings[id(recording)] = ref(recording)


@functools.cache
def _listen_for_exit() -> None:
    """Registered with the first stream, so that it runs before the providers made earlier shut down."""
    atexit.register(_end_open_recordings)


def _keep_undecided(end: Callable[[str], None]) -> Callable[[str], None]:
    """The same, which happens at exit at the latest, and once."""
    key = id(end)
    _undecided[key] = end

    def end_once(ended_by: str) -> None:
        if _undecided.pop(key, None) is not None:
            end(ended_by)

    return end_once


def _end_open_recordings() -> None:
    for end in tuple(_undecided.values()):
        end("unknown")
    for reference in tuple(_open_recordings.values()):
        recording = reference()
        if recording is not None:
            recording.stop("shutdown")
