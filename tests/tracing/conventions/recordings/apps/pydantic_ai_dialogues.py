"""Five dialogues by agents of Pydantic AI, whoever looks on; each is told apart by its conversation id."""

import asyncio
from contextlib import suppress

from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelHTTPError

SYSTEM = "You help the customers of a shop."
MODEL = "openai-chat:gpt-5-mini"
plain = Agent(MODEL, instructions=SYSTEM, name="shop")
armed = Agent(MODEL, instructions=SYSTEM, name="shop")


@armed.tool_plain
def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


async def read(name: str, question: str, most: int) -> None:
    async with plain.run_stream(question, conversation_id=name, metadata={"user_id": "anna"}) as result:
        number = 0
        async for _ in result.stream_text(delta=True, debounce_by=None):
            number += 1
            if number == most:
                break


async def hold_dialogues() -> None:
    question = "Where is my order 4711?"
    await plain.run(question, conversation_id="plain", metadata={"user_id": "anna"})
    await armed.run(question, conversation_id="tool", metadata={"user_id": "anna"})
    await read("stream", question, 1_000)
    await read("abandoned", "Tell me a story.", 8)
    with suppress(ModelHTTPError):
        await plain.run(question, model="openai-chat:broken", conversation_id="error")


def talk() -> None:
    asyncio.run(hold_dialogues())
