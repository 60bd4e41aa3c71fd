"""Pydantic AI of before conversations, when what was said stood in `events`."""

import asyncio
import contextlib

from opentelemetry_export import begin_by_root_span, export
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelHTTPError

export()
Agent.instrument_all()
SYSTEM = "You help the customers of a shop."
QUESTION = "Where is my order 4711?"
plain = Agent("openai:gpt-5-mini", instructions=SYSTEM, name="shop")
armed = Agent("openai:gpt-5-mini", instructions=SYSTEM, name="shop")


@armed.tool_plain
def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


async def read(question: str, most: int) -> None:
    async with plain.run_stream(question) as result:
        number = 0
        async for _ in result.stream_text(delta=True, debounce_by=None):
            number += 1
            if number == most:
                break


async def talk() -> None:
    with begin_by_root_span("plain"):
        await plain.run(QUESTION)
    with begin_by_root_span("tool"):
        await armed.run(QUESTION)
    with begin_by_root_span("stream"):
        await read(QUESTION, 1_000)
    with begin_by_root_span("abandoned"):
        await read("Tell me a story.", 8)
    with begin_by_root_span("error"), contextlib.suppress(ModelHTTPError):
        await plain.run(QUESTION, model="openai:broken")


asyncio.run(talk())
