"""A stream of a model's client in, what behaves as the same stream out, whose chunks and end are recorded.

The clients of OpenAI and Anthropic are known by how their streams look; neither is imported.
"""

import functools
import inspect
import sys
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import replace
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Final, TypeVar, cast

from opentelemetry.context import get_current
from opentelemetry.trace import Span, get_current_span
from opentelemetry.util.types import AttributeValue

from tacit import attributes
from tacit.recording import Call, Operation, Parameters, describe_kind, get_content, log_failure
from tacit.responses import stream_response
from tacit.streams import AsyncStream, Stream, StreamRecording, find_recording, wrap_generator

_T = TypeVar("_T")
_PROVIDERS: Final = frozenset({"openai", "anthropic"})
_GENERATORS: Final = (GeneratorType, AsyncGeneratorType, Stream, AsyncStream)
_COUNTS: Final = (
    attributes.INPUT_TOKENS,
    attributes.OUTPUT_TOKENS,
    attributes.CACHE_READ_TOKENS,
    attributes.CACHE_WRITE_TOKENS,
    attributes.REASONING_TOKENS,
    attributes.CACHE_WRITE_1H_TOKENS,
    attributes.AUDIO_INPUT_TOKENS,
    attributes.AUDIO_OUTPUT_TOKENS,
)


def stream(model_stream: _T) -> _T:
    """The same stream of a model's client, whose text, tool calls, token counts and end are recorded as it is read.

    >>> for chunk in tacit.stream(client.chat.completions.create(model="…", messages=messages, stream=True)):
    ...     print(chunk.choices[0].delta.content or "", end="")

    Inside an observed function they are written on that function's span, elsewhere on a span of kind `llm` of their
    own. Takes streams of OpenAI and Anthropic, their stream managers (`with tacit.stream(client.messages.stream(…))`),
    and any other iterable of chunks, asynchronous ones too. What is none of these is given back as it is.
    """
    try:
        return cast("_T", _record_stream(model_stream))
    except Exception:
        log_failure()
        return model_stream


def _record_stream(model_stream: Any) -> Any:
    if _holds(model_stream, "recording") or isinstance(_get_inner_iterator(model_stream), (Stream, AsyncStream)):
        return model_stream  # recorded already
    if _is_iterable(model_stream):
        return follow_model_stream(model_stream, _open_recording(model_stream))
    if hasattr(type(model_stream), "__enter__"):
        return ManagedStream(model_stream)
    return AsyncManagedStream(model_stream) if hasattr(type(model_stream), "__aenter__") else model_stream


def _holds(value: object, name: str) -> bool:
    """Whether an object has an attribute, found without running any property of it."""
    return name in getattr(value, "__dict__", ()) or hasattr(type(value), name)


def _get_inner_iterator(model_stream: object) -> Any:
    """The generator that all ways of reading a client's stream read, where there is one."""
    inner = getattr(model_stream, "__dict__", {}).get("_iterator")
    return inner if isinstance(inner, _GENERATORS) else None


def _is_iterable(value: object) -> bool:
    return _is_async(value) or any(hasattr(type(value), name) for name in ("__iter__", "__next__"))


def _is_async(value: object) -> bool:
    return any(hasattr(type(value), name) for name in ("__aiter__", "__anext__"))


def _open_recording(model_stream: object) -> StreamRecording:
    span = get_current_span()
    if span.is_recording() and _is_ours(span):
        recording: StreamRecording = PartialRecording(span)
    else:
        recording = StreamRecording(functools.partial(Call, describe_model_call(model_stream), (), {}))
    recording.begin()
    return recording


def _is_ours(span: Span) -> bool:
    return getattr(getattr(span, "instrumentation_scope", None), "name", "") == "tacit"


def describe_model_call(model_stream: object) -> Operation:
    told: dict[str, str | bool] = {**describe_kind("llm"), attributes.REQUEST_STREAM: True}
    package = type(model_stream).__module__.partition(".")[0]
    if package in _PROVIDERS:
        told[attributes.PROVIDER_NAME] = package
    return Operation("chat", Parameters(), told, replace(get_content(), captures_input=False))


class PartialRecording(StreamRecording):
    """A stream that an observed function reads in its body: what the model told stands on that function's span.

    That span goes on, so this neither ends it nor says how it ended.
    """

    def __init__(self, span: Span) -> None:
        super().__init__(functools.partial(PartOfCall, span))

    def _fail(self, call: Call, error: Exception) -> None:  # noqa: ARG002 - the function may handle the error
        self._finish(call, "error")

    def _finish(
        self,
        call: Call,
        outcome: str,
        ended_by: str | None = None,  # noqa: ARG002
        end_time_ns: int | None = None,  # noqa: ARG002
    ) -> None:
        try:
            if call.span.is_recording():
                call.span.set_attributes(_add_counts(call.attributes, call.span))
                outer = find_recording(call.span) if outcome == "truncated" else None
                if outer is not None:
                    outer.truncated = True
        except Exception:
            log_failure()

    def _write_chunks(self, call: Call) -> None:
        self._write_answer(call)


class PartOfCall(Call):
    """The call of the observed function that runs, as seen by a stream that it reads."""

    def __init__(self, span: Span) -> None:
        self.started = time.perf_counter()
        self.attributes = {}
        self.content = get_content()
        self.span = span
        self.context = get_current()


def _add_counts(told: Mapping[str, AttributeValue], span: Span) -> dict[str, AttributeValue]:
    """A function that reads several streams has used the tokens of all of them."""
    before: Mapping[str, AttributeValue] = getattr(span, "attributes", None) or {}
    return {key: _add(before.get(key), value) if key in _COUNTS else value for key, value in told.items()}


def _add(before: AttributeValue | None, count: AttributeValue) -> AttributeValue:
    return before + count if isinstance(before, int) and isinstance(count, int) else count


def follow_model_stream(model_stream: Any, recording: StreamRecording) -> Any:
    """The stream with its steps recorded: within it, where it keeps an iterator that all its ways of reading use."""
    if isinstance(model_stream, _GENERATORS):
        return wrap_generator(model_stream, recording)
    inner = _get_inner_iterator(model_stream)
    if inner is None:
        inner = _read_async(model_stream) if _is_async(model_stream) else _read(model_stream)
        steps = wrap_generator(inner, recording)
    else:
        steps = model_stream._iterator = wrap_generator(inner, recording)
    if isinstance(steps, AsyncStream):
        return AsyncModelStream(model_stream, steps)
    return ModelStream(model_stream, steps)


def _read(chunks: Any) -> Generator[Any, Any, Any]:
    yield from chunks


async def _read_async(chunks: Any) -> AsyncGenerator[Any, Any]:
    async for chunk in chunks:
        yield chunk


class StandIn:
    """Behaves as `target`, whose class it says to be of."""

    def __init__(self, target: Any) -> None:
        self.__dict__["_target"] = target

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(self._target)

    def __getattr__(self, name: str) -> Any:
        if name == "_target":
            raise AttributeError(name)
        return getattr(self._target, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)

    def __repr__(self) -> str:
        return repr(self._target)


class RecordedStandIn(StandIn):
    """A client's stream, which refers to itself: only its stand-in goes as soon as nobody refers to it."""

    def __init__(self, target: Any, steps: Stream | AsyncStream) -> None:
        super().__init__(target)
        self.__dict__.update(_steps=steps, recording=steps.recording)

    def __del__(self) -> None:
        self.recording.passes_on = True  # somebody may have kept the client's own
        self.recording.drop(sys._getframe(0).f_back)


class ModelStream(RecordedStandIn):
    """A client's stream."""

    def __iter__(self) -> Generator[Any, Any, Any]:
        self.recording.reader_code = sys._getframe(1).f_code
        return cast("Generator[Any, Any, Any]", self._steps.iterate(self))

    def __next__(self) -> Any:
        self.recording.reader_code = sys._getframe(1).f_code
        return self._steps.advance()

    def __enter__(self) -> Any:
        entered = self._target.__enter__()
        return self if entered is self._target else entered

    def __exit__(self, *error: Any) -> Any:
        self.recording.close()
        return self._target.__exit__(*error)

    def close(self) -> Any:
        """Closes the stream; its span ends as stopped by the app's code."""
        self.recording.close()
        return self._target.close()


class AsyncModelStream(RecordedStandIn):
    """A client's asynchronous stream."""

    def __aiter__(self) -> Any:
        return self

    def __anext__(self) -> Any:
        self.recording.reader_code = sys._getframe(1).f_code
        return self._steps.advance()

    async def __aenter__(self) -> Any:
        entered = await self._target.__aenter__()
        return self if entered is self._target else entered

    async def __aexit__(self, *error: Any) -> Any:
        self.recording.close()
        return await self._target.__aexit__(*error)

    async def close(self) -> Any:
        """Closes the stream; its span ends as stopped by the app's code."""
        self.recording.close()
        closing = self._target.close()
        return await closing if inspect.isawaitable(closing) else closing

    async def aclose(self) -> Any:
        """As `close`."""
        self.recording.close()
        return await self._target.aclose()


class ManagedStream(StandIn):
    """A context manager that gives a client's stream."""

    def __enter__(self) -> Any:
        self.__dict__["_entered"] = stream(self._target.__enter__())
        return self._entered

    def __exit__(self, *error: Any) -> Any:
        _close_recording(self._entered)
        return self._target.__exit__(*error)


class AsyncManagedStream(StandIn):
    """An asynchronous context manager that gives a client's stream."""

    async def __aenter__(self) -> Any:
        self.__dict__["_entered"] = stream(await self._target.__aenter__())
        return self._entered

    async def __aexit__(self, *error: Any) -> Any:
        _close_recording(self._entered)
        return await self._target.__aexit__(*error)


def _close_recording(entered: object) -> None:
    recording = getattr(entered, "recording", None)
    if isinstance(recording, StreamRecording):
        recording.close()


def follow_result(result: Any, call: Call) -> Any:
    """What an observed function gave back, where it is yet to be read: then its span goes on. None where it is not."""
    if isinstance(result, _GENERATORS) or (
        _is_iterable(result) and _is_closable(result) and _holds(result, "response")
    ):
        return _follow(result, call)
    body = _find_body(result)
    if body is None:
        return None
    setattr(result, body, stream_response(_follow(getattr(result, body), call)))
    return result


def _is_closable(result: object) -> bool:
    return hasattr(type(result), "close") or hasattr(type(result), "aclose")


def _find_body(result: object) -> str | None:
    """Where the streamed response of a web framework keeps what it will send."""
    if _holds(result, "body_iterator"):  # Starlette and FastAPI
        return "body_iterator"
    if _holds(result, "streaming_content") and not _holds(result, "file_to_stream"):  # Django
        return "streaming_content"
    if hasattr(type(result), "is_streamed") and getattr(result, "is_streamed", False):  # Flask
        return "response"
    return None


def _follow(result: Any, call: Call) -> Any:
    call.attributes[attributes.REQUEST_STREAM] = True
    recording = StreamRecording(lambda: call)
    recording.begin()
    return follow_model_stream(_make_readable(result), recording)


def _make_readable(result: Any) -> Any:
    """Bodies may be lists, `map` objects and the like."""
    if isinstance(result, _GENERATORS) or _is_closable(result):
        return result
    return _read_async(result) if _is_async(result) else _read(result)
