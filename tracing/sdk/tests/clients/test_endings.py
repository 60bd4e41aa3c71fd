"""However a call of a model ends, its span ends once, with what was said until then and who ended it."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import anthropic
import openai
import pytest
import tacit
from opentelemetry.trace import StatusCode
from starlette.responses import StreamingResponse

from ..conftest import Spans
from ..model_server import ModelServer
from .conftest import read_json

CHAT: Any = {"model": "gpt-5", "messages": [{"role": "user", "content": "Which animal?"}]}
MESSAGES: Any = {**CHAT, "max_tokens": 50}


def read_ending(spans: Spans) -> tuple[Any, Any, str]:
    """Outcome, who ended it, and the text until then."""
    span = spans.only()
    messages = read_json(span, "gen_ai.output.messages")
    text = "".join(part["content"] for message in messages for part in message["parts"])
    return span.attributes["tacit.outcome"], span.attributes.get("tacit.ended_by"), text


def read_some(stream: Any, count: int) -> None:
    for _ in range(count):
        next(stream)


def test_a_closed_stream_keeps_what_was_said(spans: Spans, openai_client: openai.OpenAI) -> None:
    stream = openai_client.chat.completions.create(**CHAT, stream=True)
    read_some(stream, 3)
    stream.close()
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")
    span = spans.only()
    assert span.attributes["gen_ai.response.finish_reasons"] == ("error",)
    assert read_json(span, "gen_ai.output.messages")[0]["finish_reason"] == "error"
    assert span.attributes["tacit.stream.chunk_count"] == 3
    assert span.status.status_code is StatusCode.UNSET


def test_a_loop_that_is_left_keeps_what_was_said(spans: Spans, openai_client: openai.OpenAI) -> None:
    def answer() -> None:
        for chunk in openai_client.chat.completions.create(**CHAT, stream=True):
            if chunk.choices[0].delta.content == "quick ":
                break

    answer()
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")


def test_a_with_block_that_is_left_keeps_what_was_said(spans: Spans, anthropic_client: anthropic.Anthropic) -> None:
    with anthropic_client.messages.stream(**MESSAGES) as stream:
        for text in stream.text_stream:
            if text == "quick ":
                break
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")
    assert spans.only().attributes["gen_ai.usage.input_tokens"] == 20


def test_a_left_response_keeps_what_was_said(spans: Spans, openai_client: openai.OpenAI) -> None:
    with openai_client.responses.stream(model="gpt-5", input="Which?") as stream:
        for event in stream:
            if event.type == "response.output_text.delta" and event.delta == "quick ":
                break
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")


def test_a_loop_that_goes_on_where_another_stopped_misses_nothing(spans: Spans, openai_client: openai.OpenAI) -> None:
    stream = openai_client.chat.completions.create(**CHAT, stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content == "quick ":
            break
    assert len(list(stream)) == 3
    assert read_ending(spans) == ("completed", None, "The quick brown fox")


def test_a_stream_that_nobody_reads_leaves_a_span(spans: Spans, openai_client: openai.OpenAI) -> None:
    openai_client.chat.completions.create(**CHAT, stream=True)
    assert spans.only().attributes["tacit.outcome"] == "stopped"


def test_who_leaves_after_the_finish_reason_has_read_everything(spans: Spans, openai_client: openai.OpenAI) -> None:
    with closing(openai_client.chat.completions.create(**CHAT, stream=True)) as stream:
        for chunk in stream:
            if chunk.choices[0].finish_reason:
                break
    assert read_ending(spans) == ("completed", None, "The quick brown fox")
    assert spans.only().attributes["gen_ai.response.finish_reasons"] == ("stop",)


def test_a_stream_closed_by_another_thread_was_stopped_by_the_app(spans: Spans, openai_client: openai.OpenAI) -> None:
    stream = openai_client.chat.completions.create(**CHAT, stream=True)
    read_some(stream, 3)
    closer = threading.Thread(target=stream.close)
    closer.start()
    closer.join()
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")


def test_a_left_async_stream_keeps_what_was_said(
    spans: Spans, async_anthropic_client: anthropic.AsyncAnthropic
) -> None:
    async def run() -> None:
        async with async_anthropic_client as client, client.messages.stream(**MESSAGES) as stream:
            async for text in stream.text_stream:
                if text == "quick ":
                    break

    asyncio.run(run())
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")


def test_a_stream_past_its_time_limit_was_stopped_by_it(
    spans: Spans, server: ModelServer, async_openai_client: openai.AsyncOpenAI
) -> None:
    server.pause_after = 3

    async def read(client: openai.AsyncOpenAI) -> None:
        async for _ in await client.chat.completions.create(**CHAT, stream=True):
            pass

    async def run() -> None:
        async with async_openai_client as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(read(client), 0.5)
            await asyncio.sleep(0.2)

    asyncio.run(run())
    server.resume.set()
    assert read_ending(spans) == ("stopped", "timeout", "The quick ")


def test_a_cancelled_call_was_stopped(
    spans: Spans, server: ModelServer, async_openai_client: openai.AsyncOpenAI
) -> None:
    server.pause_after = 0

    async def run() -> None:
        async with async_openai_client as client:
            call = asyncio.create_task(client.chat.completions.create(**CHAT))
            await asyncio.sleep(0.2)
            call.cancel()
            await asyncio.wait([call])

    asyncio.run(run())
    server.resume.set()
    assert spans.only().attributes["tacit.outcome"] == "stopped"


def test_a_stream_that_the_provider_breaks_is_an_error_with_what_was_said(
    spans: Spans, server: ModelServer, anthropic_client: anthropic.Anthropic
) -> None:
    server.breaks_off = True
    with pytest.raises(anthropic.APIStatusError, match="too much"):
        list(anthropic_client.messages.create(**MESSAGES, stream=True))
    assert read_ending(spans) == ("error", None, "The quick ")
    span = spans.only()
    assert str(span.attributes["error.type"]).startswith("anthropic.")
    assert span.status.status_code is StatusCode.ERROR
    assert [event.name for event in span.events] == ["exception"]


@pytest.mark.parametrize("stream", [False, True])
def test_retries_are_within_one_span(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI, stream: bool
) -> None:
    server.failures.extend([429, 500])
    result = openai_client.chat.completions.create(**CHAT, stream=stream)
    assert not stream or list(result)
    assert len(server.requests) == 3
    assert read_ending(spans) == ("completed", None, "The quick brown fox")


def test_a_call_that_fails_is_an_error(spans: Spans, server: ModelServer, openai_client: openai.OpenAI) -> None:
    server.failures.extend([500] * 3)
    with pytest.raises(openai.InternalServerError, match="failed with 500"):
        openai_client.chat.completions.create(**CHAT)
    span = spans.only()
    assert span.attributes["error.type"] == "openai.InternalServerError"
    assert span.attributes["tacit.outcome"] == "error"
    assert span.status.status_code is StatusCode.ERROR
    assert read_json(span, "gen_ai.input.messages")[0]["role"] == "user"


def test_a_call_that_is_refused_is_an_error(
    spans: Spans, server: ModelServer, anthropic_client: anthropic.Anthropic
) -> None:
    server.failures.append(400)
    with pytest.raises(anthropic.BadRequestError):
        anthropic_client.messages.create(**MESSAGES)
    assert spans.only().attributes["error.type"] == "anthropic.BadRequestError"


def test_a_raw_response_that_is_left_keeps_what_was_said(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI
) -> None:
    server.pause_after = 3
    with openai_client.chat.completions.with_streaming_response.create(**CHAT, stream=True) as response:
        for line in response.iter_lines():
            if "quick" in line:
                break
    server.resume.set()
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")


def test_a_raw_response_that_nobody_reads_leaves_a_span(spans: Spans, openai_client: openai.OpenAI) -> None:
    openai_client.chat.completions.with_raw_response.create(**CHAT, stream=True)
    gc.collect()
    assert spans.only().attributes["tacit.outcome"] == "stopped"


def test_the_headers_of_a_raw_response_are_all_that_an_app_may_want(spans: Spans, openai_client: openai.OpenAI) -> None:
    with openai_client.chat.completions.with_streaming_response.create(**CHAT) as response:
        assert response.headers["content-type"] == "application/json"
    span = spans.only()
    assert "gen_ai.output.messages" not in span.attributes
    assert read_json(span, "gen_ai.input.messages")[0]["role"] == "user"


async def serve_until(response: StreamingResponse, word: bytes) -> None:
    """As a web server whose client goes away after a word."""
    gone = asyncio.Event()

    async def send(message: Any) -> None:
        await asyncio.sleep(0.01)
        if message.get("body") == word:
            gone.set()

    async def receive() -> dict[str, str]:
        await gone.wait()
        return {"type": "http.disconnect"}

    await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    await asyncio.sleep(0.2)


def test_an_async_stream_that_a_web_client_left_was_left_by_it(
    spans: Spans, server: ModelServer, async_openai_client: openai.AsyncOpenAI
) -> None:
    server.pause_after = 3

    async def answer(client: openai.AsyncOpenAI) -> AsyncIterator[str]:
        async for chunk in await client.chat.completions.create(**CHAT, stream=True):
            yield chunk.choices[0].delta.content or ""

    async def run() -> None:
        async with async_openai_client as client:
            await serve_until(StreamingResponse(tacit.stream_response(answer(client))), b"quick ")

    asyncio.run(run())
    server.resume.set()
    assert read_ending(spans) == ("stopped", "client", "The quick ")


def test_a_stream_that_a_web_client_left_was_left_by_it(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI
) -> None:
    server.text = ("The ", "quick ", *["very "] * 100)

    def answer() -> Iterator[str]:
        for chunk in openai_client.chat.completions.create(**CHAT, stream=True):
            yield chunk.choices[0].delta.content or ""

    asyncio.run(serve_until(StreamingResponse(tacit.stream_response(answer())), b"quick "))
    outcome, ended_by, text = read_ending(spans)
    assert (outcome, ended_by) == ("stopped", "client")
    assert text.startswith("The quick ")


def test_the_observed_stream_around_it_says_who_stopped(spans: Spans, openai_client: openai.OpenAI) -> None:
    @tacit.observe(kind="llm")
    def answer() -> Iterator[str]:
        for chunk in openai_client.chat.completions.create(**CHAT, stream=True):
            yield chunk.choices[0].delta.content or ""

    stream = answer()
    for text in stream:
        if text == "quick ":
            tacit.stop_stream(stream, ended_by="client")
    del stream
    call = spans.named("chat gpt-5")
    function = spans.named("answer")
    assert call.parent is not None
    assert call.parent.span_id == function.context.span_id
    assert function.attributes["tacit.ended_by"] == "client"
    assert call.attributes["tacit.outcome"] == "stopped"
