"""One call of a model by a client in, one span of the GenAI conventions out, however the call goes and ends."""

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.util.types import AttributeValue

from tacit import attributes as keys
from tacit.chunks import Transcript
from tacit.clients.bodies import Body, JsonDocument
from tacit.clients.requests import Attributes, ReadRequest, get_path
from tacit.configuration import get_tracer
from tacit.context import get_conversation_ids
from tacit.fields import get_field, get_text
from tacit.recording import Call, Operation, Parameters, log_failure
from tacit.serialisation import make_encodable
from tacit.streams import AsyncStream, Stream, StreamRecording, leaves_by_itself

_CLIENT_PACKAGES: Final = ("openai", "anthropic", "httpx", "httpx2", "tacit")


@dataclass(frozen=True, slots=True)
class Api:
    """One endpoint: what the conventions call it, and how its requests are read.

    `response_fields` are paths of fields that its responses have besides those of all, with their attributes.
    """

    operation: str
    read_request: ReadRequest
    response_fields: Mapping[tuple[str, ...], str] = field(default_factory=dict)


class ModelTranscript(Transcript):
    """What a model answered, and what only its endpoint tells."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self.body: Body | None = None
        """Where the app reads bytes: what they are."""
        self.fields: Attributes = {}
        self._api = api

    @property
    def finish_reasons(self) -> Sequence[str]:
        """Why the model ended, in the provider's words; empty until it says so."""
        return () if self.answer is None else self.answer.finish_reasons

    def add(self, chunk: object) -> None:
        try:
            if self.body is None:
                super().add(chunk)
            elif isinstance(chunk, bytes):
                self._add_answers(self.body.add(chunk))
        except Exception:
            log_failure()

    def _add_answers(self, answers: Iterable[object]) -> None:
        for answer in answers:
            super().add(answer)

    def add_response(self, response: object) -> bool:
        whole = get_field(response, "response")
        if whole is not None or not self.fields:  # each chunk tells the same
            self._note_fields(response if whole is None else whole)
        return super().add_response(response)

    def _note_fields(self, response: object) -> None:
        for path, attribute in self._api.response_fields.items():
            value = get_path(response, *path)
            if isinstance(value, (str, int)):
                self.fields[attribute] = make_encodable(value) if isinstance(value, str) else value

    def describe(self) -> Mapping[str, AttributeValue]:
        if self.body is not None:
            self._add_answers(self.body.finish())
        return {**super().describe(), **self.fields}


class ModelCall(Call):
    """The span of one call. Like any `Call` it is ended once, by `complete`, `fail` or `stop`."""

    __slots__ = ("_api", "transcript")

    def __init__(self, api: Api, body: Mapping[str, Any], place: Attributes, streams: bool) -> None:
        """`place` tells who is called: provider and server."""
        self._api = api
        self.transcript = ModelTranscript(api)
        super().__init__(describe_call(api, make_encodable(get_text(body, "model")), place, streams), (), body)

    def _start(
        self,
        operation: Operation,
        args: tuple[Any, ...],  # noqa: ARG002 - the signature of Call
        kwargs: Mapping[str, Any],
        parent: Context,
    ) -> None:
        ids = get_conversation_ids(parent)
        given = {**operation.attributes, **ids}
        self.span = get_tracer().start_span(operation.name, parent, SpanKind.CLIENT, attributes=given)
        if self.span.is_recording():
            self.attributes.update({**self._api.read_request(kwargs), **ids})

    def set_output(self, result: object) -> None:
        """The whole response; None where it has come in chunks."""
        if result is not None:
            self.transcript.add_response(result)
        self.attributes.update(self.transcript.describe())
        if "error" in self.transcript.finish_reasons:
            self.attributes[keys.OUTCOME] = "error"
            self.span.set_status(StatusCode.ERROR)
        elif self.transcript.truncated:
            self.attributes[keys.OUTCOME] = "truncated"

    def fail(self, error: BaseException) -> None:
        self.set_fragment()
        super().fail(error)

    def stop(self, ended_by: str) -> None:
        self.set_fragment()
        super().stop(ended_by)

    def set_fragment(self) -> None:
        """What there is of an answer that was broken off, which the conventions call a finish by `error`."""
        self.attributes.update({keys.RESPONSE_FINISH_REASONS: ["error"], **self.transcript.describe()})


def describe_call(api: Api, model: str, place: Attributes, streams: bool) -> Operation:
    told: dict[str, Any] = {keys.OPERATION_NAME: api.operation, **place}
    if model:
        told[keys.REQUEST_MODEL] = model
    if streams:
        told[keys.REQUEST_STREAM] = True
    return Operation(f"{api.operation} {model}".rstrip(), Parameters(), told)


class ModelStreamRecording(StreamRecording):
    """The span of a call whose answer is being read; it has begun with the request, not with the first step."""

    def __init__(self, call: ModelCall) -> None:
        super().__init__(lambda: call)
        self.transcript: ModelTranscript = call.transcript
        self._model_call = call
        self._reading_thread = 0
        self.begin()

    def run(self, advance: Callable[..., Any], *values: Any) -> Any:
        self._reading_thread = threading.get_ident()
        try:
            return super().run(advance, *values)
        finally:
            self._reading_thread = 0

    def hear_closing(self) -> None:
        """The connection is being closed: within a step by the client itself, else by the app."""
        if not self.stepping and self._reading_thread != threading.get_ident():
            self.close()

    def end_by(self, error: BaseException) -> None:
        if isinstance(error, (StopIteration, StopAsyncIteration)):
            self._complete()
        else:
            super().end_by(error)

    def stop(self, ended_by: str) -> None:
        """Who stops reading after the model has said why it ends has read all of it."""
        if self.transcript.finish_reasons:
            self._complete()
        else:
            super().stop(ended_by)

    def _stop_when_known(self, task: "asyncio.Task[Any]", error: BaseException | None) -> None:
        if self.transcript.finish_reasons:
            self._complete()
        else:
            super()._stop_when_known(task, error)

    def _complete(self) -> None:
        call = self._take_call()
        if call is not None:
            call.attributes.pop(keys.RESPONSE_FINISH_REASONS, None)
            call.complete(None)

    def _write_chunks(self, call: Call) -> None:
        self._model_call.set_fragment()
        if isinstance(self.transcript.body, JsonDocument):
            return
        call.attributes[keys.CHUNK_COUNT] = self.transcript.chunk_count
        if self.first_chunk is not None and self.last_chunk is not None:
            call.attributes[keys.TIME_TO_FIRST_CHUNK] = self.first_chunk - call.started
            call.attributes[keys.TIME_TO_LAST_CHUNK] = self.last_chunk - call.started


class ModelStream(Stream):
    """A client's stream, from within: between it and the app stands the client's own code."""

    def __iter__(self) -> Generator[Any, Any, Any]:
        chunks = super().__iter__()
        try:
            yield from chunks
        except GeneratorExit:
            self.recording.left_by_reader = app_leaves(sys._getframe(0).f_back)
            raise


def app_leaves(frame: FrameType | None) -> bool:
    """Whether the first code outside of the client, from `frame` on, goes on by itself, as after a `break`."""
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _CLIENT_PACKAGES:
        frame = frame.f_back
    return frame is not None and leaves_by_itself(frame, frame.f_code)


def wrap_reading(reading: Any, recording: ModelStreamRecording) -> Stream | AsyncStream:
    """The generator that a client or the app reads, with what passes recorded."""
    if isinstance(reading, AsyncGenerator):
        return AsyncStream(reading, recording)
    return ModelStream(reading, recording)
