"""Responses by the real client become spans of the GenAI conventions."""

import asyncio
from typing import Any

import openai
import pydantic
import pytest

from ..conftest import Spans
from ..model_server import ModelServer
from .conftest import read_json

ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "The quick brown fox"}], "finish_reason": "stop"}]
WEATHER: Any = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}, "strict": False}


class Animal(pydantic.BaseModel):
    name: str


def test_a_response_is_a_span_with_everything_the_conventions_have(spans: Spans, openai_client: openai.OpenAI) -> None:
    history: Any = [
        {"role": "user", "content": [{"type": "input_text", "text": "How is the weather?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "function_call", "call_id": "call_0", "name": "get_weather", "arguments": '{"city":"Rome"}'},
        {"type": "function_call_output", "call_id": "call_0", "output": "sunny"},
    ]
    response = openai_client.responses.create(
        model="gpt-5",
        input=history,
        instructions="Be kind.",
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=10,
        previous_response_id="resp_0",
        reasoning={"effort": "low"},
        conversation={"id": "conv_1"},
    )
    assert type(response) is openai.types.responses.Response
    span = spans.only()
    assert span.name == "chat gpt-5"
    assert read_json(span, "gen_ai.system_instructions") == [{"type": "text", "content": "Be kind."}]
    assert read_json(span, "gen_ai.input.messages") == [
        {"role": "user", "parts": [{"type": "text", "content": "How is the weather?"}]},
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "tool_call", "id": "call_0", "name": "get_weather", "arguments": {"city": "Rome"}},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_0", "response": "sunny"}]},
    ]
    assert read_json(span, "gen_ai.output.messages") == ANSWER
    told = {
        "openai.api.type": "responses",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.max_tokens": 10,
        "gen_ai.request.previous_response.id": "resp_0",
        "gen_ai.request.reasoning.level": "low",
        "gen_ai.conversation.id": "conv_1",
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "gpt-5-2026",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 8,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.reasoning.output_tokens": 4,
        "tacit.outcome": "completed",
    }
    assert {key: span.attributes.get(key) for key in told} == told


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_their_calls_are_told(spans: Spans, openai_client: openai.OpenAI, stream: bool) -> None:
    result = openai_client.responses.create(model="gpt-5", input="Weather?", tools=[WEATHER], stream=stream)
    assert not stream or list(result)
    span = spans.only()
    call = {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert read_json(span, "gen_ai.output.messages") == [
        {"role": "assistant", "parts": [call], "finish_reason": "tool_call"}
    ]
    assert read_json(span, "gen_ai.tool.definitions") == [
        {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
    ]


def test_streams_and_the_helper_are_told(spans: Spans, openai_client: openai.OpenAI) -> None:
    stream = openai_client.responses.create(model="gpt-5", input="Which?", stream=True)
    assert type(stream) is openai.Stream
    assert len(list(stream)) == 9
    with openai_client.responses.stream(model="gpt-5", input="Which?") as helper:
        assert helper.get_final_response().output_text == "The quick brown fox"
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 2
    assert [span.attributes["gen_ai.usage.output_tokens"] for span in spans.all()] == [9, 9]
    assert [span.attributes["gen_ai.request.stream"] for span in spans.all()] == [True, True]


def test_structured_output_is_parsed_and_told(spans: Spans, server: ModelServer, openai_client: openai.OpenAI) -> None:
    server.text = ('{"name":', '"fox"}')
    response = openai_client.responses.parse(model="gpt-5", input="Which?", text_format=Animal)
    assert response.output_parsed == Animal(name="fox")
    assert spans.only().attributes["gen_ai.output.type"] == "json"


def test_async_responses_are_told(spans: Spans, async_openai_client: openai.AsyncOpenAI) -> None:
    async def run() -> None:
        async with async_openai_client as client:
            response = await client.responses.create(model="gpt-5", input="Which?")
            assert response.output_text == "The quick brown fox"
            assert len([event async for event in await client.responses.create(model="m", input="?", stream=True)]) == 9
            async with client.responses.stream(model="gpt-5", input="Which?") as helper:
                assert (await helper.get_final_response()).output_text == "The quick brown fox"

    asyncio.run(run())
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 3


def test_a_response_that_failed_without_an_exception_is_an_error(
    spans: Spans, server: ModelServer, openai_client: openai.OpenAI
) -> None:
    server.response_error = {"code": "server_error", "message": "It broke."}
    openai_client.responses.create(model="gpt-5", input="Which?")
    list(openai_client.responses.create(model="gpt-5", input="Which?", stream=True))
    for span in spans.all():
        assert span.attributes["tacit.outcome"] == "error"
        assert span.attributes["error.type"] == "server_error"
        assert not span.status.is_ok
