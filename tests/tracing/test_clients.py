"""Calls that `tacit.instrument_openai()` and `instrument_anthropic()` record, as the server reads them."""

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
import tacit
from tacit import configuration
from tacit.clients import uninstrument_anthropic, uninstrument_openai

from tests.conftest import Server
from tracing.sdk.tests.model_server import ModelServer, run_model_server

QUESTION: Any = [{"role": "user", "content": "Which animal?"}]
WEATHER: Any = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
pytestmark = pytest.mark.usefixtures("sdk")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with run_model_server() as model:
        yield model


@pytest.fixture
def gpt(model: ModelServer) -> Iterator[openai.OpenAI]:
    tacit.instrument_openai()
    with openai.OpenAI(base_url=model.url, api_key="key") as client:
        yield client
    uninstrument_openai()


@pytest.fixture
def claude(model: ModelServer) -> Iterator[anthropic.Anthropic]:
    tacit.instrument_anthropic()
    with anthropic.Anthropic(base_url=model.url, api_key="key") as client:
        yield client
    uninstrument_anthropic()


def read_only_generation(server: Server) -> dict[str, Any]:
    server.derive()
    [generation] = server.get_json("generations")["items"]
    assert isinstance(generation, dict)
    return generation


def test_a_chat_completion_is_a_generation(server: Server, gpt: openai.OpenAI) -> None:
    history: Any = [{"role": "system", "content": "Be kind."}, *QUESTION]
    with tacit.conversation(id="c-1", user_id="anna"):
        gpt.chat.completions.create(model="gpt-5", messages=history, tools=[WEATHER])
    generation = read_only_generation(server)
    expected = {
        "conversation_id": "c-1",
        "user_id": "anna",
        "provider": "openai",
        "operation": "chat",
        "request_model": "gpt-5",
        "response_model": "gpt-5-2026",
        "system_instructions": "Be kind.",
        "user_text": "Which animal?",
        "input_messages": QUESTION,
        "tool_definitions": [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}}],
        "input_tokens": 20,
        "output_tokens": 9,
        "cache_read_tokens": 8,
        "reasoning_tokens": 4,
        "streamed": False,
        "outcome": "completed",
        "finish_reasons": ["tool_calls"],
        "convention": "genai",
    }
    assert {key: generation[key] for key in expected} == expected
    [answer] = generation["output_messages"]
    assert answer["tool_calls"] == [{"id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}]


def test_a_response_is_a_generation(server: Server, gpt: openai.OpenAI) -> None:
    gpt.responses.create(model="gpt-5", input="Which animal?", instructions="Be kind.")
    generation = read_only_generation(server)
    assert (generation["system_instructions"], generation["user_text"]) == ("Be kind.", "Which animal?")
    assert generation["output_messages"] == [{"role": "assistant", "content": "The quick brown fox"}]
    assert (generation["input_tokens"], generation["reasoning_tokens"]) == (20, 4)


def test_a_message_is_a_generation(server: Server, claude: anthropic.Anthropic) -> None:
    claude.messages.create(model="claude", max_tokens=50, messages=QUESTION, system="Be kind.")
    generation = read_only_generation(server)
    assert (generation["provider"], generation["request_model"]) == ("anthropic", "claude")
    assert (generation["system_instructions"], generation["user_text"]) == ("Be kind.", "Which animal?")
    assert generation["output_messages"] == [{"role": "assistant", "content": "The quick brown fox"}]
    assert (generation["input_tokens"], generation["cache_read_tokens"], generation["cache_write_tokens"]) == (20, 8, 5)
    assert generation["other_span_ids"] == []


def test_a_stream_that_was_left_is_a_stopped_generation(server: Server, gpt: openai.OpenAI) -> None:
    stream = gpt.chat.completions.create(model="gpt-5", messages=QUESTION, stream=True)
    for _ in range(3):
        next(stream)
    stream.close()
    generation = read_only_generation(server)
    assert (generation["outcome"], generation["ended_by"], generation["streamed"]) == ("stopped", "app_code", True)
    assert generation["output_messages"] == [{"role": "assistant", "content": "The quick "}]
    assert generation["error_type"] == ""


def test_a_call_within_an_observed_one_is_counted_once(server: Server, claude: anthropic.Anthropic) -> None:
    @tacit.observe(kind="llm")
    def answer(messages: Any) -> Iterator[str]:
        with claude.messages.stream(model="claude", max_tokens=50, messages=messages) as stream:
            yield from stream.text_stream

    stream = answer(QUESTION)
    for text in stream:
        if text == "quick ":
            tacit.stop_stream(stream, ended_by="client")
    generation = read_only_generation(server)
    assert (generation["outcome"], generation["ended_by"]) == ("stopped", "client")
    assert generation["output_messages"] == [{"role": "assistant", "content": "The quick "}]
    assert (generation["input_tokens"], len(generation["other_span_ids"])) == (20, 1)


def test_the_span_that_the_client_of_anthropic_writes_itself_is_not_counted(
    server: Server, claude: anthropic.Anthropic
) -> None:
    traced = claude.with_options(open_telemetry={"tracer_provider": configuration._provider, "traces": True})
    traced.messages.create(model="claude", max_tokens=50, messages=QUESTION)
    generation = read_only_generation(server)
    assert len(generation["other_span_ids"]) == 1
    assert generation["output_messages"] == [{"role": "assistant", "content": "The quick brown fox"}]
    assert (generation["input_tokens"], generation["output_tokens"]) == (20, 9)
