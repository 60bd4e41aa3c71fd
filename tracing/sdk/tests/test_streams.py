"""However a stream ends, its span ends once, with what was said until then and who ended it."""

import asyncio
import contextvars
import gc
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing, suppress
from types import SimpleNamespace

import pytest
import tacit
from opentelemetry import trace
from opentelemetry.trace import StatusCode

from .conftest import Spans

WORDS = ["The ", "quick ", "brown ", "fox"]


@tacit.observe
def speak() -> Generator[str, None, None]:
    yield from WORDS


@tacit.observe
async def speak_async() -> AsyncIterator[str]:
    for word in WORDS:
        await asyncio.sleep(0)
        yield word


def read_ending(spans: Spans) -> tuple[str, str | None, str]:
    attributes = spans.only().attributes
    return attributes["tacit.outcome"], attributes.get("tacit.ended_by"), attributes["tacit.output"]


def test_an_exhausted_stream_holds_the_whole_text(spans: Spans) -> None:
    assert list(speak()) == WORDS
    attributes = spans.only().attributes
    assert read_ending(spans) == ("completed", None, "The quick brown fox")
    assert attributes["tacit.output.type"] == "text"
    assert attributes["tacit.stream.chunk_count"] == 4
    assert attributes["gen_ai.request.stream"] is True
    assert 0 < attributes["gen_ai.response.time_to_first_chunk"] < 1


def test_an_exhausted_async_stream_holds_the_whole_text(spans: Spans) -> None:
    async def read() -> list[str]:
        return [word async for word in speak_async()]

    assert asyncio.run(read()) == WORDS
    assert read_ending(spans) == ("completed", None, "The quick brown fox")


def test_a_closed_stream_was_stopped_by_the_app(spans: Spans) -> None:
    with closing(speak()) as stream:
        next(stream)
    assert read_ending(spans) == ("stopped", "app_code", "The ")


def test_a_stream_that_is_broken_off_was_stopped_by_the_app(spans: Spans) -> None:
    for _ in speak():
        break
    assert read_ending(spans) == ("stopped", "app_code", "The ")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 does not tell a break from a cancellation")
def test_an_async_stream_that_is_broken_off_was_stopped_by_the_app(spans: Spans) -> None:
    async def read() -> None:
        async for _ in speak_async():
            break

    asyncio.run(read())
    assert read_ending(spans) == ("stopped", "app_code", "The ")


def test_a_closed_async_stream_was_stopped_by_the_app(spans: Spans) -> None:
    async def read() -> None:
        async with aclosing(speak_async()) as stream:  # type: ignore[type-var]
            await anext(stream)

    asyncio.run(read())
    assert read_ending(spans) == ("stopped", "app_code", "The ")


def test_a_collected_stream_was_stopped_by_nobody_knows_whom(spans: Spans) -> None:
    def leak() -> None:
        stream = speak()
        next(stream)
        cycle = [stream]
        cycle.append(cycle)  # type: ignore[arg-type]

    leak()
    assert spans.all() == ()
    gc.collect()
    assert read_ending(spans) == ("stopped", "unknown", "The ")


def test_a_collected_async_stream_was_stopped_by_nobody_knows_whom(spans: Spans) -> None:
    async def leak() -> None:
        stream = speak_async()
        await anext(stream)
        cycle = [stream]
        cycle.append(cycle)  # type: ignore[arg-type]

    asyncio.run(leak())
    gc.collect()
    assert read_ending(spans) == ("stopped", "unknown", "The ")


def test_a_cancelled_reader_stops_its_stream(spans: Spans) -> None:
    @tacit.observe
    async def stall() -> AsyncIterator[str]:
        yield "The "
        await asyncio.sleep(60)

    async def read() -> None:
        async for _ in stall():
            pass

    async def cancel() -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert read_ending(spans) == ("stopped", "unknown", "The ")


def test_a_reader_that_is_cancelled_between_chunks_did_not_break_off_itself(spans: Spans) -> None:
    async def read() -> None:
        async for _ in speak_async():
            await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    gc.collect()
    assert read_ending(spans) == ("stopped", "unknown", "The ")


def test_the_app_can_say_that_the_client_stopped_it(spans: Spans) -> None:
    stream = speak()
    shown = []
    for word in stream:
        shown.append(word)
        if len(shown) == 2:
            tacit.stop_stream(stream, ended_by="client")
    assert shown == WORDS[:2]
    assert read_ending(spans) == ("stopped", "client", "The quick ")


def test_another_task_can_stop_an_async_stream(spans: Spans) -> None:
    async def read() -> list[str]:
        stream = speak_async()
        shown = []
        async for word in stream:
            shown.append(word)
            await asyncio.to_thread(tacit.stop_stream, stream)
        return shown

    assert asyncio.run(read()) == ["The "]
    assert read_ending(spans) == ("stopped", "client", "The ")


def test_stopping_what_cannot_be_stopped_does_nothing(spans: Spans) -> None:
    finished = speak()
    list(finished)
    for stream in (finished, speak(), iter([]), None):
        tacit.stop_stream(stream)
    assert read_ending(spans)[0] == "completed"


def test_a_stopped_stream_runs_the_generators_own_clean_up(spans: Spans) -> None:
    cleaned = []

    @tacit.observe
    def speak_and_clean() -> Iterator[str]:
        try:
            yield from WORDS
        finally:
            cleaned.append(trace.get_current_span().is_recording())

    stream = speak_and_clean()
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert cleaned == [True]


def test_a_failing_stream_keeps_what_it_had_said(spans: Spans) -> None:
    @tacit.observe
    def fail() -> Iterator[str]:
        yield "The "
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        list(fail())
    assert read_ending(spans) == ("error", None, "The ")
    assert spans.only().status.status_code is StatusCode.ERROR
    assert spans.only().attributes["error.type"] == "ConnectionError"


def test_a_stream_that_nobody_reads_leaves_no_span(spans: Spans) -> None:
    speak()
    speak().close()
    asyncio.run(speak_async().aclose())  # type: ignore[attr-defined]
    gc.collect()
    assert spans.all() == ()


def test_values_and_exceptions_can_be_sent_into_a_stream(spans: Spans) -> None:
    @tacit.observe
    def converse() -> Generator[str, str, int]:
        heard = yield "hello"
        with suppress(LookupError):
            yield heard.upper()
        yield "sorry"
        return 7

    def delegate() -> Generator[str, str, None]:
        results.append((yield from converse()))

    results: list[int] = []
    stream = delegate()
    assert [next(stream), stream.send("you"), stream.throw(LookupError()), *stream] == [
        "hello",
        "YOU",
        "sorry",
    ]
    assert results == [7]
    assert read_ending(spans) == ("completed", None, "helloYOUsorry")


def test_spans_in_the_body_nest_and_the_reader_sees_none(spans: Spans) -> None:
    tracer = spans.provider.get_tracer("other")

    @tacit.observe
    def speak_with_spans() -> Iterator[str]:
        with tracer.start_as_current_span("outer"):
            yield "a"
            tracer.start_span("inner").end()
            yield "b"

    for _ in speak_with_spans():
        assert not trace.get_current_span().is_recording()
    inner, outer, stream = (spans.named(name) for name in ("inner", "outer", "speak_with_spans"))
    assert inner.parent.span_id == outer.context.span_id
    assert outer.parent.span_id == stream.context.span_id


def test_the_parent_and_the_conversation_are_those_of_the_call(spans: Spans) -> None:
    with (
        tacit.conversation(id="c-1"),
        spans.provider.get_tracer("app").start_as_current_span("request") as parent,
    ):
        stream = speak()
    list(stream)
    span = spans.named("speak")
    assert span.parent.span_id == parent.get_span_context().span_id
    assert span.attributes["gen_ai.conversation.id"] == "c-1"


def test_every_step_may_run_in_a_thread_and_context_of_its_own(spans: Spans) -> None:
    stream = speak()
    shown: list[str] = []
    for _ in WORDS:
        step = threading.Thread(target=contextvars.copy_context().run, args=(lambda: shown.append(next(stream)),))
        step.start()
        step.join()
    list(stream)
    assert read_ending(spans) == ("completed", None, "The quick brown fox")


def test_a_timeout_around_each_async_step_leaves_the_context_alone(spans: Spans) -> None:
    async def read() -> None:
        stream = speak_async()
        for _ in WORDS:
            await asyncio.wait_for(anext(stream), 5)
            assert not trace.get_current_span().is_recording()
        await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(read())
    assert read_ending(spans)[0] == "stopped"


class Suspend:
    """Awaits for ever, without an event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


def test_a_step_that_is_dropped_in_another_context_ends_quietly(spans: Spans) -> None:
    @tacit.observe
    async def stall() -> AsyncIterator[str]:
        with tacit.conversation(id="c-1"):
            await Suspend()
            yield "never"

    step = stall().__anext__()
    contextvars.copy_context().run(step.send, None)  # type: ignore[attr-defined]
    step.close()  # type: ignore[attr-defined] - as the garbage collector would
    assert read_ending(spans) == ("stopped", "unknown", "")
    assert tacit.current_trace_id() is None


def test_a_generator_given_back_by_a_plain_function_is_followed(spans: Spans) -> None:
    @tacit.observe
    def answer() -> Iterator[str]:
        return speak()

    assert list(answer()) == WORDS
    outer, inner = spans.named("answer"), spans.named("speak")
    assert outer.attributes["tacit.output"] == "The quick brown fox"
    assert outer.attributes["tacit.outcome"] == "completed"
    assert inner.parent.span_id == outer.context.span_id


def test_a_second_thread_that_steps_too_is_refused_and_ends_nothing(spans: Spans) -> None:
    entered, leave = threading.Event(), threading.Event()

    @tacit.observe
    def wait() -> Iterator[str]:
        entered.set()
        leave.wait(5)
        yield "done"

    stream = wait()
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    entered.wait(5)
    with pytest.raises(ValueError, match="already executing"):
        next(stream)
    leave.set()
    reader.join()
    assert read_ending(spans) == ("completed", None, "done")


def make_openai_chunk(text: str | None) -> object:
    return SimpleNamespace(choices=[SimpleNamespace(delta=SimpleNamespace(content=text))])


@pytest.mark.parametrize(
    ("chunks", "output", "output_type"),
    [
        (["a", "b"], "ab", "text"),
        ([b"na\xc3", b"\xafve"], "naïve", "text"),
        ([make_openai_chunk(None), make_openai_chunk("hi"), SimpleNamespace(choices=[])], "hi", "text"),
        ([{"choices": [{"delta": {"content": "hi"}}]}, {"choices": [], "usage": {}}], "hi", "text"),
        ([{"type": "content_block_delta", "delta": {"text": "hi"}}, {"type": "message_stop"}], "hi", "text"),
        ([{"type": "response.output_text.delta", "delta": "hi"}], "hi", "text"),
        ([{"message": {"role": "assistant", "content": "hi"}}], "hi", "text"),
        ([{"page": 1}, {"page": 2}], '[{"page":1},{"page":2}]', "json"),
        ([], "", "text"),
    ],
)
def test_the_text_of_known_chunks_is_joined(spans: Spans, chunks: list[object], output: str, output_type: str) -> None:
    @tacit.observe
    def stream() -> Iterator[object]:
        yield from chunks

    list(stream())
    attributes = spans.only().attributes
    assert (attributes["tacit.output"], attributes["tacit.output.type"]) == (output, output_type)
    assert attributes["tacit.stream.chunk_count"] == len(chunks)


def test_streams_that_are_open_at_exit_were_stopped_by_the_shutdown() -> None:
    program = textwrap.dedent(
        """
        import tacit
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter, BatchSpanProcessor

        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))
        trace.set_tracer_provider(provider)

        @tacit.observe
        def speak():
            yield "partial"
            yield "never"

        stream = speak()
        next(stream)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert '"tacit.ended_by": "shutdown"' in done.stdout
    assert '"tacit.output": "partial"' in done.stdout
    assert done.stderr == ""
