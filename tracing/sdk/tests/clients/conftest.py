"""A model's API on this machine, and the real clients that call it."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
import tacit
from opentelemetry.sdk.trace import ReadableSpan
from tacit.clients import uninstrument_anthropic, uninstrument_openai

from ..model_server import ModelServer, run_model_server


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with run_model_server() as server:
        yield server


@pytest.fixture
def openai_client(server: ModelServer) -> Iterator[openai.OpenAI]:
    tacit.instrument_openai()
    with openai.OpenAI(base_url=server.url, api_key="key") as client:
        yield client
    uninstrument_openai()


@pytest.fixture
def async_openai_client(server: ModelServer) -> Iterator[openai.AsyncOpenAI]:
    tacit.instrument_openai()
    yield openai.AsyncOpenAI(base_url=server.url, api_key="key")
    uninstrument_openai()


@pytest.fixture
def anthropic_client(server: ModelServer) -> Iterator[anthropic.Anthropic]:
    tacit.instrument_anthropic()
    with anthropic.Anthropic(base_url=server.url, api_key="key") as client:
        yield client
    uninstrument_anthropic()


@pytest.fixture
def async_anthropic_client(server: ModelServer) -> Iterator[anthropic.AsyncAnthropic]:
    tacit.instrument_anthropic()
    yield anthropic.AsyncAnthropic(base_url=server.url, api_key="key")
    uninstrument_anthropic()


def read_json(span: ReadableSpan, key: str) -> Any:
    return json.loads(str(span.attributes[key]))
