import asyncio
import contextlib

import openai
from agents import Agent, Runner, function_tool
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

OpenAIAgentsInstrumentor().instrument(tracer_provider=export())
SYSTEM = "You help the customers of a shop."


@function_tool
def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


plain = Agent(name="shop", instructions=SYSTEM, model="gpt-5-mini")
armed = Agent(name="shop", instructions=SYSTEM, model="gpt-5-mini", tools=[find_order])
broken = Agent(name="shop", instructions=SYSTEM, model="broken")


async def read(question: str, most: int) -> None:
    run = Runner.run_streamed(plain, question)
    number = 0
    async for _ in run.stream_events():
        number += 1
        if number == most:
            run.cancel()
            break


async def talk() -> None:
    with begin("plain"):
        await Runner.run(plain, "Where is my order 4711?")
    with begin("tool"):
        await Runner.run(armed, "Where is my order 4711?")
    with begin("stream"):
        await read("Where is my order 4711?", 1_000)
    with begin("abandoned"):
        await read("Tell me a story.", 12)
    with begin("error"), contextlib.suppress(openai.NotFoundError):
        await Runner.run(broken, "Where is my order 4711?")


asyncio.run(talk())
