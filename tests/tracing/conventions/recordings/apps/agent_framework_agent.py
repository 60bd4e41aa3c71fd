"""Agents of Microsoft's Agent Framework, which tells of itself by OpenTelemetry."""

import asyncio
import contextlib
from typing import Any

from agent_framework import Agent
from agent_framework.observability import configure_otel_providers
from agent_framework_openai import OpenAIChatCompletionClient
from opentelemetry_export import begin_by_root_span

configure_otel_providers(enable_sensitive_data=True)
SYSTEM = "You help the customers of a shop."
QUESTION = "Where is my order 4711?"


def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


def make_agent(model: str = "gpt-5-mini", tools: list[Any] | None = None) -> Agent:
    return Agent(OpenAIChatCompletionClient(model=model), SYSTEM, name="shop", tools=tools)


async def read(question: str, most: int) -> None:
    number = 0
    async for _ in make_agent().run(question, stream=True):
        number += 1
        if number == most:
            break


async def talk() -> None:
    with begin_by_root_span("plain"):
        await make_agent().run(QUESTION)
    with begin_by_root_span("tool"):
        await make_agent(tools=[find_order]).run(QUESTION)
    with begin_by_root_span("stream"):
        await read(QUESTION, 1_000)
    with begin_by_root_span("abandoned"):
        await read("Tell me a story.", 8)
    with begin_by_root_span("error"), contextlib.suppress(Exception):
        await make_agent("broken").run(QUESTION)


asyncio.run(talk())
