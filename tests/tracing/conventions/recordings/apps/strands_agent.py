"""Agents of Strands, which tells of itself by OpenTelemetry."""

import asyncio
import contextlib
from typing import Any

from opentelemetry_export import begin_by_root_span, export
from strands import Agent, tool
from strands.models.openai import OpenAIModel

export()
SYSTEM = "You help the customers of a shop."
QUESTION = "Where is my order 4711?"


@tool
def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


def make_agent(name: str, model: str = "gpt-5-mini", tools: list[Any] | None = None, system: str = SYSTEM) -> Agent:
    whose = {"session.id": name, "user.id": "anna"}
    return Agent(
        model=OpenAIModel(model_id=model, client_args={"max_retries": 0}),
        system_prompt=system,
        tools=tools,
        trace_attributes=whose,
        callback_handler=None,
        name="shop",
    )


async def abandon() -> None:
    chunks: Any = make_agent("abandoned", system="").stream_async("Tell me a story.")
    number = 0
    async for event in chunks:
        number += "data" in event
        if number == 8:
            break
    await chunks.aclose()


with begin_by_root_span("plain"):
    make_agent("plain")(QUESTION)
with begin_by_root_span("tool"):
    make_agent("tool", tools=[find_order])(QUESTION)
with begin_by_root_span("abandoned"):
    asyncio.run(abandon())
with begin_by_root_span("error"), contextlib.suppress(Exception):
    make_agent("error", model="broken")(QUESTION)
