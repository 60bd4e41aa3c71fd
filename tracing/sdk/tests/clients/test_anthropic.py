"""Messages by the real client become spans of the GenAI conventions."""

import asyncio
from typing import Any

import anthropic
import pydantic
import pytest
from opentelemetry.trace import SpanKind, StatusCode

from ..conftest import Spans
from ..model_server import ModelServer
from .conftest import read_json

QUESTION: Any = {"model": "claude", "max_tokens": 50, "messages": [{"role": "user", "content": "Which animal?"}]}
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "The quick brown fox"}], "finish_reason": "stop"}]
WEATHER: Any = {"name": "get_weather", "description": "Tells it.", "input_schema": {"type": "object"}}


class Animal(pydantic.BaseModel):
    name: str


def test_a_call_is_a_span_with_everything_the_conventions_have(
    spans: Spans, server: ModelServer, anthropic_client: anthropic.Anthropic
) -> None:
    given: Any = {"temperature": 0.5, "top_k": 5, "stop_sequences": ["x"], "system": "Be kind."}
    message = anthropic_client.messages.create(**QUESTION, extra_body=given)
    assert type(message) is anthropic.types.Message
    span = spans.only()
    assert (span.name, span.kind, span.status.status_code) == ("chat claude", SpanKind.CLIENT, StatusCode.UNSET)
    attributes = dict(span.attributes)
    assert read_json(span, "gen_ai.output.messages") == ANSWER
    assert read_json(span, "gen_ai.system_instructions") == [{"type": "text", "content": "Be kind."}]
    assert read_json(span, "gen_ai.input.messages") == [
        {"role": "user", "parts": [{"type": "text", "content": "Which animal?"}]}
    ]
    for told in ("gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.input.messages"):
        del attributes[told]
    assert attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude",
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_k": 5,
        "gen_ai.request.stop_sequences": ("x",),
        "gen_ai.response.id": "msg_1",
        "gen_ai.response.model": "claude-2026",
        "gen_ai.response.finish_reasons": ("end_turn",),
        "gen_ai.usage.input_tokens": 20,  # 7, and 8 read from the cache, and 5 written to it
        "gen_ai.usage.cache_read.input_tokens": 8,
        "gen_ai.usage.cache_write.input_tokens": 5,
        "gen_ai.usage.output_tokens": 9,
        "server.address": "127.0.0.1",
        "server.port": server.server_address[1],
        "tacit.outcome": "completed",
    }


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_their_calls_are_told(spans: Spans, anthropic_client: anthropic.Anthropic, stream: bool) -> None:
    result = anthropic_client.messages.create(**QUESTION, tools=[WEATHER], stream=stream)
    assert not stream or list(result)
    span = spans.only()
    assert read_json(span, "gen_ai.tool.definitions") == [
        {"type": "function", "name": "get_weather", "description": "Tells it.", "parameters": {"type": "object"}}
    ]
    call = {"type": "tool_call", "id": "toolu_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert read_json(span, "gen_ai.output.messages") == [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "Let me look."}, call],
            "finish_reason": "tool_call",
        }
    ]


def test_results_of_tools_and_answers_of_before_are_told_in_the_history(
    spans: Spans, anthropic_client: anthropic.Anthropic
) -> None:
    first = anthropic_client.messages.create(**QUESTION, tools=[WEATHER])
    result: Any = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "sunny"}]}
    history: Any = [
        *QUESTION["messages"],
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result, {"type": "text", "text": "And tomorrow?"}]},
    ]
    anthropic_client.messages.create(**{**QUESTION, "messages": history})
    call = {"type": "tool_call", "id": "toolu_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert read_json(spans.all()[-1], "gen_ai.input.messages") == [
        {"role": "user", "parts": [{"type": "text", "content": "Which animal?"}]},
        {"role": "assistant", "parts": [{"type": "text", "content": "Let me look."}, call]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "toolu_1", "response": "sunny"}]},
        {"role": "user", "parts": [{"type": "text", "content": "And tomorrow?"}]},
    ]


def test_streams_and_the_helper_are_told(spans: Spans, anthropic_client: anthropic.Anthropic) -> None:
    stream = anthropic_client.messages.create(**QUESTION, stream=True)
    assert type(stream) is anthropic.Stream
    assert len(list(stream)) == 9
    with anthropic_client.messages.stream(**QUESTION) as helper:
        assert list(helper.text_stream) == ["The ", "quick ", "brown ", "fox"]
    with anthropic_client.messages.stream(**QUESTION) as helper:
        assert helper.get_final_text() == "The quick brown fox"
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 3
    for span in spans.all():
        assert span.attributes["gen_ai.request.stream"] is True
        assert span.attributes["gen_ai.usage.input_tokens"] == 20
        assert span.attributes["gen_ai.usage.output_tokens"] == 9
        assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0
        assert span.attributes["tacit.outcome"] == "completed"


def test_structured_output_is_parsed_and_told(
    spans: Spans, server: ModelServer, anthropic_client: anthropic.Anthropic
) -> None:
    server.text = ('{"name":', '"fox"}')
    message = anthropic_client.messages.parse(**QUESTION, output_format=Animal)
    assert message.parsed_output == Animal(name="fox")
    assert spans.only().attributes["gen_ai.output.type"] == "json"


def test_the_beta_endpoint_is_told(spans: Spans, anthropic_client: anthropic.Anthropic) -> None:
    assert anthropic_client.beta.messages.create(**QUESTION).id == "msg_1"
    assert read_json(spans.only(), "gen_ai.output.messages") == ANSWER


def test_async_calls_and_streams_are_told(spans: Spans, async_anthropic_client: anthropic.AsyncAnthropic) -> None:
    async def run() -> None:
        async with async_anthropic_client as client:
            assert (await client.messages.create(**QUESTION)).id == "msg_1"
            stream = await client.messages.create(**QUESTION, stream=True)
            assert type(stream) is anthropic.AsyncStream
            assert len([event async for event in stream]) == 9
            async with client.messages.stream(**QUESTION) as helper:
                assert [text async for text in helper.text_stream] == ["The ", "quick ", "brown ", "fox"]
            async with client.messages.stream(**QUESTION) as helper:
                assert (await helper.get_final_message()).id == "msg_1"

    asyncio.run(run())
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 4


def test_raw_responses_go_on_working_and_are_told(spans: Spans, anthropic_client: anthropic.Anthropic) -> None:
    messages = anthropic_client.messages
    assert messages.with_raw_response.create(**QUESTION).parse().id == "msg_1"
    assert len(list(messages.with_raw_response.create(**QUESTION, stream=True).parse())) == 9
    with messages.with_streaming_response.create(**QUESTION) as response:
        assert response.parse().id == "msg_1"
    with messages.with_streaming_response.create(**QUESTION, stream=True) as response:
        assert "event: message_stop" in list(response.iter_lines())
    assert [read_json(span, "gen_ai.output.messages") for span in spans.all()] == [ANSWER] * 4
    assert [span.attributes["tacit.outcome"] for span in spans.all()] == ["completed"] * 4
