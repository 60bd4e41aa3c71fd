"""Streams of the real clients of OpenAI and Anthropic, from a model server of our own, through `tacit.stream`."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import anthropic
import httpx2
import openai
import pytest
import tacit

from .conftest import Spans
from .model_server import WORDS, ModelServer, run_model_server

MESSAGES: Any = [{"role": "user", "content": "Which animal?"}]
TOOLS: Any = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
SAID = "".join(WORDS)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with run_model_server() as server:
        yield server


@pytest.fixture
def chat(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="none", base_url=server.url, max_retries=0) as client:
        yield client


@pytest.fixture
def claude(server: ModelServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="none", base_url=server.url, max_retries=0) as client:
        yield client


def create(client: openai.OpenAI, **options: Any) -> openai.Stream[Any]:
    return client.chat.completions.create(model="gpt", messages=MESSAGES, stream=True, **options)


def read_message(spans: Spans) -> dict[str, Any]:
    (message,) = json.loads(spans.only().attributes["gen_ai.output.messages"])
    return dict(message)


def read_ending(spans: Spans) -> tuple[str, str | None, str]:
    attributes = spans.only().attributes
    return attributes["tacit.outcome"], attributes.get("tacit.ended_by"), attributes["tacit.output"]


def test_a_chat_stream_makes_a_span_of_kind_llm(spans: Spans, chat: openai.OpenAI) -> None:
    stream = tacit.stream(create(chat, stream_options={"include_usage": True}))
    assert isinstance(stream, openai.Stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == SAID
    attributes = spans.only().attributes
    assert read_ending(spans) == ("completed", None, SAID)
    expected = {
        "tacit.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.stream": True,
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "gpt-2026",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 8,
        "gen_ai.usage.reasoning.output_tokens": 4,
    }
    assert {key: attributes.get(key) for key in expected} == expected
    assert read_message(spans) == {
        "role": "assistant",
        "parts": [{"type": "text", "content": SAID}],
        "finish_reason": "stop",
    }


def test_the_tool_calls_of_a_chat_stream_are_put_together(spans: Spans, chat: openai.OpenAI) -> None:
    list(tacit.stream(create(chat, tools=TOOLS)))
    call = {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert read_message(spans) == {"role": "assistant", "parts": [call], "finish_reason": "tool_call"}
    assert spans.only().attributes["gen_ai.response.finish_reasons"] == ("tool_calls",)


def test_a_chat_stream_that_is_broken_off_keeps_what_was_said(spans: Spans, chat: openai.OpenAI) -> None:
    for chunk in tacit.stream(create(chat)):
        if chunk.choices[0].delta.content == "quick ":
            break
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")
    assert read_message(spans)["finish_reason"] == "error"


def test_a_stream_that_is_closed_by_with_was_stopped_by_the_app(spans: Spans, chat: openai.OpenAI) -> None:
    with tacit.stream(create(chat)) as stream:
        next(stream)
        next(stream)
    assert stream.response.is_closed
    assert read_ending(spans) == ("stopped", "app_code", "The ")


def test_an_error_in_the_middle_keeps_what_was_said(
    spans: Spans, server: ModelServer, claude: anthropic.Anthropic
) -> None:
    server.breaks_off = True
    events = claude.messages.create(model="claude", messages=MESSAGES, max_tokens=50, stream=True)
    with pytest.raises(anthropic.APIError):
        list(tacit.stream(events))
    assert read_ending(spans) == ("error", None, "The quick ")
    assert "anthropic." in spans.only().attributes["error.type"]


def test_the_length_limit_is_told_as_truncated(spans: Spans, server: ModelServer, claude: anthropic.Anthropic) -> None:
    server.finish_reason = "length"
    list(tacit.stream(claude.messages.create(model="claude", messages=MESSAGES, max_tokens=50, stream=True)))
    assert read_ending(spans) == ("truncated", None, SAID)
    assert spans.only().attributes["gen_ai.response.finish_reasons"] == ("max_tokens",)


def test_events_of_anthropic_tell_tokens_cached_ones_too(spans: Spans, claude: anthropic.Anthropic) -> None:
    tools: Any = [{"name": "get_weather", "input_schema": {"type": "object"}}]
    list(tacit.stream(claude.messages.create(model="c", messages=MESSAGES, max_tokens=5, stream=True, tools=tools)))
    attributes = spans.only().attributes
    assert attributes["gen_ai.usage.input_tokens"] == 7 + 8 + 5
    assert attributes["gen_ai.usage.output_tokens"] == 9
    assert attributes["gen_ai.usage.cache_read.input_tokens"] == 8
    assert attributes["gen_ai.usage.cache_write.input_tokens"] == 5
    assert attributes["gen_ai.provider.name"] == "anthropic"
    text, call = read_message(spans)["parts"]
    assert text == {"type": "text", "content": "Let me look."}
    assert call == {"type": "tool_call", "id": "toolu_1", "name": "get_weather", "arguments": {"city": "Paris"}}


def test_every_way_to_read_a_managed_stream_is_recorded(spans: Spans, claude: anthropic.Anthropic) -> None:
    manager = claude.messages.stream(model="claude", messages=MESSAGES, max_tokens=50)
    with tacit.stream(manager) as stream:
        assert list(stream.text_stream) == list(WORDS)
        assert stream.get_final_message().stop_reason == "end_turn"
    assert read_ending(spans) == ("completed", None, SAID)


def test_the_helper_events_of_a_managed_stream_count_once(spans: Spans, claude: anthropic.Anthropic) -> None:
    with tacit.stream(claude.messages.stream(model="claude", messages=MESSAGES, max_tokens=50)) as stream:
        assert [event.text for event in stream if event.type == "text"] == list(WORDS)
    assert read_ending(spans) == ("completed", None, SAID)
    with tacit.stream(claude.messages.stream(model="claude", messages=MESSAGES, max_tokens=50)) as stream:
        for event in stream:
            if event.type == "text":
                break
    assert spans.all()[1].attributes["tacit.ended_by"] == "app_code"


def test_the_helper_events_of_a_chat_stream_count_once(spans: Spans, chat: openai.OpenAI) -> None:
    with tacit.stream(chat.chat.completions.stream(model="gpt", messages=MESSAGES)) as stream:
        assert "".join(event.delta for event in stream if event.type == "content.delta") == SAID
        assert stream.get_final_completion().choices[0].message.content == SAID
    assert read_ending(spans) == ("completed", None, SAID)


@pytest.mark.parametrize("managed", [False, True])
def test_events_of_the_responses_api(spans: Spans, chat: openai.OpenAI, managed: bool) -> None:
    if managed:
        with tacit.stream(chat.responses.stream(model="gpt", input="Which animal?")) as events:
            assert events.get_final_response().output_text == SAID
    else:
        list(tacit.stream(chat.responses.create(model="gpt", input="Which animal?", stream=True)))
    attributes = spans.only().attributes
    assert read_ending(spans) == ("completed", None, SAID)
    assert attributes["gen_ai.response.id"] == "resp_1"
    assert attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert attributes["gen_ai.usage.cache_read.input_tokens"] == 8


def test_the_tool_calls_of_the_responses_api(spans: Spans, chat: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}}]
    list(tacit.stream(chat.responses.create(model="gpt", input="Weather?", stream=True, tools=tools)))
    (call,) = read_message(spans)["parts"]
    assert call == {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}


async def read_async(server: ModelServer, wanted: str | None) -> str:
    async with openai.AsyncOpenAI(api_key="none", base_url=server.url, max_retries=0) as client:
        chunks = await client.chat.completions.create(model="gpt", messages=MESSAGES, stream=True)
        heard = ""
        async for chunk in tacit.stream(chunks):
            heard += chunk.choices[0].delta.content or ""
            if chunk.choices[0].delta.content == wanted:
                break
        await chunks.close()
        return heard


def test_an_asynchronous_chat_stream(spans: Spans, server: ModelServer) -> None:
    assert asyncio.run(read_async(server, None)) == SAID
    assert read_ending(spans) == ("completed", None, SAID)


def test_an_asynchronous_chat_stream_that_is_broken_off(spans: Spans, server: ModelServer) -> None:
    assert asyncio.run(read_async(server, "quick ")) == "The quick "
    assert read_ending(spans) == ("stopped", "app_code", "The quick ")


def test_an_asynchronous_chat_stream_that_runs_out_of_time(spans: Spans, server: ModelServer) -> None:
    server.pause_after = 3

    async def limit() -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(read_async(server, None), 0.4)

    asyncio.run(limit())
    server.resume.set()
    assert read_ending(spans) == ("stopped", "timeout", "The quick ")


def test_an_asynchronous_managed_stream(spans: Spans, server: ModelServer) -> None:
    async def read() -> str:
        async with anthropic.AsyncAnthropic(api_key="none", base_url=server.url) as client:
            manager = client.messages.stream(model="claude", messages=MESSAGES, max_tokens=50)
            async with tacit.stream(manager) as stream:
                return await stream.get_final_text()

    assert asyncio.run(read()) == SAID
    assert read_ending(spans) == ("completed", None, SAID)


def test_a_stream_that_an_observed_function_gives_back_is_its_own(spans: Spans, chat: openai.OpenAI) -> None:
    @tacit.observe(kind="llm")
    def answer(messages: list[object]) -> openai.Stream[Any]:
        return create(chat)

    stream = answer(MESSAGES)
    assert isinstance(stream, openai.Stream)
    assert isinstance(stream.response, httpx2.Response)
    assert spans.all() == ()
    list(stream)
    assert read_ending(spans) == ("completed", None, SAID)
    assert spans.only().name.endswith("answer")
    assert spans.only().attributes["gen_ai.response.model"] == "gpt-2026"


def test_a_stream_that_an_observed_coroutine_gives_back(spans: Spans, server: ModelServer) -> None:
    @tacit.observe(kind="llm")
    async def answer(client: openai.AsyncOpenAI) -> openai.AsyncStream[Any]:
        return await client.chat.completions.create(model="gpt", messages=MESSAGES, stream=True)

    async def read() -> None:
        client = openai.AsyncOpenAI(api_key="none", base_url=server.url)
        async with client, await answer(client) as stream:
            async for _ in stream:
                pass

    asyncio.run(read())
    assert read_ending(spans) == ("completed", None, SAID)


def test_a_stream_in_an_observed_body_is_told_on_that_functions_span(
    spans: Spans, server: ModelServer, chat: openai.OpenAI
) -> None:
    server.finish_reason = "length"

    @tacit.observe
    def answer(question: str) -> Iterator[str]:
        for _ in range(2):
            for chunk in tacit.stream(create(chat, stream_options={"include_usage": True})):
                if chunk.choices:
                    yield (chunk.choices[0].delta.content or "").upper()

    list(answer("Which animal?"))
    attributes = spans.only().attributes
    assert read_ending(spans) == ("truncated", None, SAID.upper() * 2)
    assert attributes["gen_ai.response.model"] == "gpt-2026"
    assert attributes["gen_ai.usage.output_tokens"] == 2 * 9


def test_what_an_observed_function_keeps_back_its_models_stream_keeps_back_too(
    spans: Spans, chat: openai.OpenAI
) -> None:
    @tacit.observe(capture_output=False)
    def answer() -> None:
        list(tacit.stream(create(chat)))

    @tacit.observe(redact=lambda text: text.replace("fox", "***"))
    def answer_redacted() -> openai.Stream[Any]:
        return create(chat)

    answer()
    list(answer_redacted())
    assert "gen_ai.output.messages" not in spans.named("answer").attributes
    assert "quick" not in str(spans.named("answer").attributes)
    assert spans.named("answer").attributes["gen_ai.response.model"] == "gpt-2026"
    assert "brown ***" in spans.named("answer_redacted").attributes["gen_ai.output.messages"]
    assert "fox" not in str(spans.named("answer_redacted").attributes)


def test_a_stream_that_is_given_twice_is_recorded_once(spans: Spans, chat: openai.OpenAI) -> None:
    list(tacit.stream(tacit.stream(create(chat))))
    assert read_ending(spans) == ("completed", None, SAID)


class Deltas:
    """A stream of a client that nobody knows, with a field of its own."""

    request_id = "r-1"

    def __init__(self) -> None:
        self.closed = False
        self._deltas = iter(WORDS)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for word in self._deltas:
            yield {"choices": [{"index": 0, "delta": {"content": word}}]}

    def close(self) -> None:
        self.closed = True


def test_a_stream_whose_stand_in_is_gone_is_not_cut_off(spans: Spans, chat: openai.OpenAI) -> None:
    chunks = create(chat)
    tacit.stream(chunks)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SAID
    assert read_ending(spans) == ("stopped", "unknown", "")


def test_any_iterable_of_chunks_is_followed(spans: Spans) -> None:
    stream = tacit.stream(Deltas())
    assert (stream.request_id, stream.closed) == ("r-1", False)
    assert len(list(stream)) == 4
    stream.close()
    assert stream.closed
    assert read_ending(spans) == ("completed", None, SAID)


def test_a_generator_of_texts_is_followed(spans: Spans) -> None:
    assert list(tacit.stream(word for word in WORDS)) == list(WORDS)
    assert read_ending(spans) == ("completed", None, SAID)


def test_an_async_generator_of_texts_is_followed(spans: Spans) -> None:
    async def speak() -> AsyncIterator[str]:
        for word in WORDS:
            yield word

    async def read() -> list[str]:
        return [word async for word in tacit.stream(speak())]

    assert asyncio.run(read()) == list(WORDS)
    assert read_ending(spans) == ("completed", None, SAID)


def test_a_model_stream_that_is_dropped_unread_ends_too(spans: Spans) -> None:
    tacit.stream(Deltas())
    gc.collect()
    assert read_ending(spans)[:2] == ("stopped", "unknown")


@pytest.mark.parametrize("value", [None, 3, object()])
def test_what_is_no_stream_is_given_back(spans: Spans, value: object) -> None:
    assert tacit.stream(value) is value
    assert spans.all() == ()
