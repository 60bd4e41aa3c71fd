"""Who ended a stream: each cause through the code that brings it about in an app."""

import asyncio
import contextvars
import gc
import sys
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing, contextmanager, suppress

import pytest
import tacit
from opentelemetry import trace

from .conftest import Spans

takes_cancellations_back = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="Python 3.10 does not count the cancellations of a task"
)


@tacit.observe
def speak() -> Iterator[str]:
    yield from ("The ", "quick ", "brown ", "fox")


@tacit.observe
async def speak_slowly() -> AsyncIterator[str]:
    yield "The "
    await asyncio.sleep(60)
    yield "never"


async def read() -> None:
    async for _ in speak_slowly():
        pass


def read_ending(spans: Spans) -> tuple[str, str | None]:
    attributes = spans.only().attributes
    return attributes["tacit.outcome"], attributes.get("tacit.ended_by")


@takes_cancellations_back
def test_a_time_limit_around_a_reader(spans: Spans) -> None:
    async def limit() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await read()
        await asyncio.sleep(0)

    asyncio.run(limit())
    assert read_ending(spans) == ("stopped", "timeout")
    assert spans.only().attributes["tacit.output"] == "The "


@takes_cancellations_back
def test_a_time_limit_while_the_reader_is_busy_with_a_chunk(spans: Spans) -> None:
    async def limit() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                async for _ in speak_slowly():
                    await asyncio.sleep(60)
        await asyncio.sleep(0)

    asyncio.run(limit())
    assert read_ending(spans) == ("stopped", "timeout")


def test_wait_for_around_a_reader(spans: Spans) -> None:
    async def limit() -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(read(), 0.02)

    asyncio.run(limit())
    assert read_ending(spans) == ("stopped", "timeout")


def test_wait_for_around_one_chunk(spans: Spans) -> None:
    async def limit() -> None:
        stream = speak_slowly()
        with suppress(asyncio.TimeoutError):
            while True:
                await asyncio.wait_for(anext(stream), 0.02)

    asyncio.run(limit())
    assert read_ending(spans) == ("stopped", "timeout")


def test_a_wait_for_that_is_itself_cancelled_is_no_time_limit(spans: Spans) -> None:
    async def cancel() -> None:
        task = asyncio.create_task(asyncio.wait_for(read(), 60))
        await asyncio.sleep(0.02)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert read_ending(spans) == ("stopped", "unknown")


@takes_cancellations_back
def test_a_span_that_waits_to_know_its_canceller_ends_when_the_stream_did(spans: Spans) -> None:
    async def clean_up_slowly() -> None:
        try:
            await read()
        finally:
            await asyncio.sleep(0.2)

    async def cancel() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await clean_up_slowly()
        await asyncio.sleep(1.2)

    asyncio.run(cancel())
    assert read_ending(spans) == ("stopped", "timeout")
    assert spans.only().end_time - spans.only().start_time < 0.15e9


def test_tasks_that_are_left_over_at_the_end_were_stopped_by_the_shutdown(spans: Spans) -> None:
    left_over = []

    async def leave() -> None:
        left_over.append(asyncio.create_task(read()))
        await asyncio.sleep(0.02)

    asyncio.run(leave())
    assert read_ending(spans) == ("stopped", "shutdown")


def test_an_exit_within_the_body(spans: Spans) -> None:
    @tacit.observe
    def leave() -> Iterator[str]:
        yield "The "
        sys.exit(3)

    with pytest.raises(SystemExit):
        list(leave())
    assert read_ending(spans) == ("stopped", "shutdown")


@takes_cancellations_back
def test_a_stream_that_is_closed_for_a_cancellation_was_not_stopped_by_the_app(spans: Spans) -> None:
    async def read_with_care() -> None:
        async with aclosing(speak_slowly()) as stream:  # type: ignore[type-var]
            async for _ in stream:
                await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(read_with_care())
        await asyncio.sleep(0.02)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert read_ending(spans) == ("stopped", "unknown")


def test_an_error_of_the_readers_own_is_the_apps_doing(spans: Spans) -> None:
    with suppress(ZeroDivisionError), closing(speak()) as stream:  # type: ignore[type-var]
        for _ in stream:
            1 / 0  # noqa: B018
    assert read_ending(spans) == ("stopped", "app_code")


def test_a_reader_that_returns_from_its_loop_is_the_apps_doing(spans: Spans) -> None:
    def find(wanted: str) -> str | None:
        stream = speak()
        for word in stream:
            if word == wanted:
                return word
        return None

    assert find("quick ") == "quick "
    gc.collect()
    assert read_ending(spans) == ("stopped", "app_code")


def test_a_generator_that_is_closed_while_it_reads_did_not_stop_by_itself(spans: Spans) -> None:
    def dress() -> Generator[str, None, None]:
        for word in speak():
            yield word.upper()

    dressed = dress()
    assert next(dressed) == "THE "
    dressed.close()
    assert read_ending(spans) == ("stopped", "unknown")


def test_a_loop_can_be_left_and_taken_up_again(spans: Spans) -> None:
    stream = speak()
    for word in stream:
        if word == "quick ":
            break
    assert spans.all() == ()
    assert list(stream) == ["brown ", "fox"]
    assert read_ending(spans) == ("completed", None)
    assert spans.only().attributes["tacit.stream.chunk_count"] == 4


def test_a_response_that_its_server_closes_early_was_ended_by_the_client(spans: Spans) -> None:
    response = tacit.stream_response(speak())
    assert next(response) == "The "
    response.close()  # type: ignore[attr-defined]
    assert read_ending(spans) == ("stopped", "client")


def test_a_response_that_is_dropped_was_ended_by_the_client(spans: Spans) -> None:
    def dress() -> Iterator[str]:
        yield from speak()

    response = tacit.stream_response(dress())
    next(response)
    del response
    gc.collect()
    assert read_ending(spans) == ("stopped", "client")


def test_a_response_whose_worker_exits_was_ended_by_the_shutdown(spans: Spans) -> None:
    response = tacit.stream_response(speak())
    next(response)
    try:
        sys.exit()  # as gunicorn's worker does on a signal, while it writes a chunk
    except SystemExit:
        response.close()  # type: ignore[attr-defined]
    assert read_ending(spans) == ("stopped", "shutdown")


def test_a_response_that_is_closed_after_its_end_is_complete(spans: Spans) -> None:
    response = tacit.stream_response(speak())
    assert "".join(response) == "The quick brown fox"
    response.close()  # type: ignore[attr-defined]
    assert read_ending(spans) == ("completed", None)


def test_an_asgi_server_whose_connection_breaks(spans: Spans) -> None:
    """From ASGI 2.4 on, `send` raises OSError, and the response is dropped."""
    from starlette.requests import ClientDisconnect
    from starlette.responses import StreamingResponse

    async def send(message: dict[str, object]) -> None:
        if message.get("body"):
            raise OSError("connection lost")

    async def serve() -> None:
        response = StreamingResponse(tacit.stream_response(speak_slowly()))
        with suppress(ClientDisconnect):
            await response({"type": "http", "asgi": {"spec_version": "2.4"}}, None, send)  # type: ignore[arg-type]

    asyncio.run(serve())
    gc.collect()
    assert read_ending(spans) == ("stopped", "client")


def test_the_time_of_the_last_chunk_is_not_that_of_the_end(spans: Spans) -> None:
    stream = speak()
    for word in stream:
        if word == "quick ":
            break
    time.sleep(0.05)
    tacit.stop_stream(stream)
    span = spans.only()
    lasted = (span.end_time - span.start_time) / 1e9
    assert span.attributes["gen_ai.response.time_to_first_chunk"] <= span.attributes["tacit.stream.time_to_last_chunk"]
    assert span.attributes["tacit.stream.time_to_last_chunk"] < lasted - 0.04


def test_a_model_that_stops_for_want_of_tokens_truncates(spans: Spans) -> None:
    @tacit.observe
    def answer() -> Iterator[object]:
        yield {"choices": [{"index": 0, "delta": {"content": "The"}}]}
        yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}

    list(answer())
    assert read_ending(spans) == ("truncated", None)
    assert spans.only().attributes["gen_ai.response.finish_reasons"] == ("length",)


def test_who_leaves_after_the_finish_reason_has_read_all(spans: Spans) -> None:
    @tacit.observe
    def answer() -> Iterator[dict[str, object]]:
        yield {"choices": [{"index": 0, "delta": {"content": "The"}}]}
        yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        yield {"choices": [], "usage": {"prompt_tokens": 3}}

    for chunk in answer():
        if chunk["choices"][0].get("finish_reason"):  # type: ignore[index]
            break
    assert read_ending(spans) == ("completed", None)


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="before")


def test_what_the_body_sets_is_set_for_its_reader_as_without_observing(spans: Spans) -> None:
    @tacit.observe
    def set_each() -> Iterator[str]:
        for value in ("a", "b"):
            variable.set(value)
            yield value

    def run() -> list[tuple[str, str, bool]]:
        return [(value, variable.get(), trace.get_current_span().is_recording()) for value in set_each()]

    assert contextvars.copy_context().run(run) == [("a", "a", False), ("b", "b", False)]


def test_an_observed_generator_is_a_context_manager_as_without_observing(spans: Spans) -> None:
    @contextmanager
    @tacit.observe
    def hold() -> Iterator[None]:
        token = variable.set("held")
        try:
            yield
        finally:
            variable.reset(token)

    def run() -> tuple[str, str]:
        with hold():
            within = variable.get()
        return within, variable.get()

    assert contextvars.copy_context().run(run) == ("held", "before")
    assert read_ending(spans) == ("completed", None)


def test_a_long_stream_holds_bounded_text(spans: Spans) -> None:
    @tacit.observe
    def pour() -> Iterator[str]:
        for _ in range(30):
            yield "x" * 100_000

    assert sum(len(chunk) for chunk in pour()) == 3_000_000
    attributes = spans.only().attributes
    assert len(attributes["tacit.output"]) == 1_000_000
    assert attributes["tacit.stream.chunk_count"] == 30
