"""Chat completions by the real client become spans of the GenAI conventions."""

import asyncio
from typing import Any

import openai
import pydantic
import pytest
from opentelemetry.trace import SpanKind, StatusCode

from ..conftest import Spans
from ..model_server import ModelServer
from .conftest import read_json

QUESTION = {"role": "user", "content": "Which animal?"}
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "The quick brown fox"}], "finish_reason": "stop"}]
WEATHER: Any = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Tells it.", "parameters": {"type": "object"}},
}


class Animal(pydantic.BaseModel):
    name: str


def ask(client: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="gpt-5", messages=[QUESTION], **more)


def test_a_call_is_a_span_with_everything_the_conventions_have(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI
) -> None:
    given = {"temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 10, "seed": 3, "stop": "x", "n": 2}
    penalties = {"frequency_penalty": 0.1, "presence_penalty": 0.2}
    history: Any = [{"role": "developer", "content": "Be kind."}, QUESTION]
    openai_client.chat.completions.create(
        model="gpt-5", messages=history, reasoning_effort="low", service_tier="flex", **given, **penalties
    )
    span = spans.only()
    assert (span.name, span.kind, span.status.status_code) == ("chat gpt-5", SpanKind.CLIENT, StatusCode.UNSET)
    attributes = dict(span.attributes)
    assert read_json(span, "gen_ai.input.messages") == [
        {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Which animal?"}]},
    ]
    assert read_json(span, "gen_ai.output.messages") == ANSWER * 2
    del attributes["gen_ai.input.messages"], attributes["gen_ai.output.messages"]
    assert attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.max_tokens": 10,
        "gen_ai.request.seed": 3,
        "gen_ai.request.stop_sequences": ("x",),
        "gen_ai.request.choice.count": 2,
        "gen_ai.request.frequency_penalty": 0.1,
        "gen_ai.request.presence_penalty": 0.2,
        "gen_ai.request.reasoning.level": "low",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "gpt-5-2026",
        "gen_ai.response.finish_reasons": ("stop", "stop"),
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 8,
        "gen_ai.usage.reasoning.output_tokens": 4,
        "openai.api.type": "chat_completions",
        "openai.request.service_tier": "flex",
        "openai.response.service_tier": "default",
        "openai.response.system_fingerprint": "fp_1",
        "server.address": "127.0.0.1",
        "server.port": server.server_address[1],
        "tacit.outcome": "completed",
    }


def test_the_app_gets_what_it_would_get_without_us(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI
) -> None:
    completion = ask(openai_client)
    assert type(completion) is openai.types.chat.ChatCompletion
    assert completion.choices[0].message.content == "The quick brown fox"
    stream = ask(openai_client, stream=True)
    assert type(stream) is openai.Stream
    assert [chunk.choices[0].delta.content for chunk in stream][1:5] == ["The ", "quick ", "brown ", "fox"]
    assert [body.get("stream_options") for _, body, _ in server.requests] == [None, None]


def test_a_streamed_answer_is_told_like_a_whole_one(spans: Spans, openai_client: openai.OpenAI) -> None:
    chunks = list(ask(openai_client, stream=True, stream_options={"include_usage": True}))
    span = spans.only()
    assert read_json(span, "gen_ai.output.messages") == ANSWER
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["tacit.stream.chunk_count"] == len(chunks)
    assert 0 < span.attributes["gen_ai.response.time_to_first_chunk"] < 5
    assert span.attributes["gen_ai.usage.output_tokens"] == 9
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert span.attributes["tacit.outcome"] == "completed"


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_their_calls_are_told(spans: Spans, openai_client: openai.OpenAI, stream: bool) -> None:
    result = ask(openai_client, tools=[WEATHER], stream=stream)
    assert not stream or list(result)
    span = spans.only()
    assert read_json(span, "gen_ai.tool.definitions") == [
        {"type": "function", "name": "get_weather", "description": "Tells it.", "parameters": {"type": "object"}}
    ]
    call = {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert read_json(span, "gen_ai.output.messages") == [
        {"role": "assistant", "parts": [call], "finish_reason": "tool_call"}
    ]
    assert span.attributes["gen_ai.response.finish_reasons"] == ("tool_calls",)


def test_structured_output_is_parsed_and_told(spans: Spans, server: ModelServer, openai_client: openai.OpenAI) -> None:
    server.text = ('{"name":', '"fox"}')
    completion = openai_client.chat.completions.parse(
        model="gpt-5",
        messages=[{"role": "user", "content": "Which animal?"}],
        response_format=Animal,
    )
    assert completion.choices[0].message.parsed == Animal(name="fox")
    span = spans.only()
    assert span.attributes["gen_ai.output.type"] == "json"
    assert read_json(span, "gen_ai.output.messages")[0]["parts"][0]["content"] == '{"name":"fox"}'


def test_the_stream_helper_is_one_span(spans: Spans, openai_client: openai.OpenAI) -> None:
    question: Any = [QUESTION]
    with openai_client.chat.completions.stream(model="gpt-5", messages=question) as stream:
        assert stream.get_final_completion().choices[0].message.content == "The quick brown fox"
    assert read_json(spans.only(), "gen_ai.output.messages") == ANSWER
    assert spans.only().attributes["tacit.outcome"] == "completed"


def test_async_calls_and_streams_are_told(spans: Spans, async_openai_client: openai.AsyncOpenAI) -> None:
    async def run() -> list[str | None]:
        async with async_openai_client as client:
            completion = await ask(client)
            stream = await ask(client, stream=True)
            assert type(stream) is openai.AsyncStream
            chunks = [chunk async for chunk in stream]
            question: Any = [QUESTION]
            async with client.chat.completions.stream(model="gpt-5", messages=question) as helper:
                final = await helper.get_final_completion()
        assert len(chunks) == 6
        return [completion.choices[0].message.content, final.choices[0].message.content]

    assert asyncio.run(run()) == ["The quick brown fox"] * 2
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 3
    assert [span.attributes["tacit.outcome"] for span in spans.all()] == ["completed"] * 3


def test_an_answer_that_ran_out_of_tokens_is_truncated(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI
) -> None:
    server.finish_reason = "length"
    ask(openai_client)
    list(ask(openai_client, stream=True))
    assert [span.attributes["tacit.outcome"] for span in spans.all()] == ["truncated"] * 2


def test_embeddings_are_told(spans: Spans, openai_client: openai.OpenAI) -> None:
    vectors = openai_client.embeddings.create(model="small", input="fox", dimensions=2, encoding_format="float")
    assert vectors.data[0].embedding == [0.5, 0.25]
    span = spans.only()
    assert (span.name, span.kind) == ("embeddings small", SpanKind.CLIENT)
    assert span.attributes["gen_ai.operation.name"] == "embeddings"
    assert span.attributes["gen_ai.embeddings.dimension.count"] == 2
    assert span.attributes["gen_ai.request.encoding_formats"] == ("float",)
    assert span.attributes["gen_ai.response.model"] == "small-2026"
    assert span.attributes["gen_ai.usage.input_tokens"] == 6


def test_raw_responses_go_on_working_and_are_told(spans: Spans, openai_client: openai.OpenAI) -> None:
    question: Any = {"model": "gpt-5", "messages": [QUESTION]}
    raw = openai_client.chat.completions.with_raw_response.create(**question)
    assert raw.parse().choices[0].message.content == "The quick brown fox"
    raw_stream = openai_client.chat.completions.with_raw_response.create(**question, stream=True)
    assert len(list(raw_stream.parse())) == 6
    streaming = openai_client.chat.completions.with_streaming_response
    with streaming.create(**question) as response:
        assert response.parse().choices[0].message.content == "The quick brown fox"
        assert response.json()["id"] == "chatcmpl-1"
    with streaming.create(**question, stream=True) as response:
        assert list(response.iter_lines())[-2:] == ["data: [DONE]", ""]
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 4
    assert [span.attributes["tacit.outcome"] for span in spans.all()] == ["completed"] * 4
    assert ["tacit.stream.chunk_count" in span.attributes for span in spans.all()] == [False, True, False, True]


def test_raw_responses_of_async_clients_go_on_working_and_are_told(
    spans: Spans, async_openai_client: openai.AsyncOpenAI
) -> None:
    question: Any = {"model": "gpt-5", "messages": [QUESTION]}

    async def run() -> None:
        async with async_openai_client as client:
            completions = client.chat.completions
            raw = await completions.with_raw_response.create(**question)
            assert raw.parse().choices[0].message.content == "The quick brown fox"
            raw_stream = await completions.with_raw_response.create(**question, stream=True)
            assert len([chunk async for chunk in raw_stream.parse()]) == 6
            async with completions.with_streaming_response.create(**question) as response:
                assert (await response.parse()).choices[0].message.content == "The quick brown fox"

    asyncio.run(run())
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 3
