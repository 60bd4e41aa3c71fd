"""More dialogues by agents of Pydantic AI; histories without ids are told by their messages."""

import base64
from typing import Any

from histories import HISTORIES, History
from media import PIXEL
from opentelemetry_export import export
from pydantic_ai import Agent, BinaryContent, ImageUrl
from pydantic_ai.models.openai import OpenAIResponsesModelSettings

MODEL = "gpt-5-mini"
export()
Agent.instrument_all()
plain = Agent(f"openai-chat:{MODEL}", name="plain")
shop = Agent(f"openai-chat:{MODEL}", instructions="You help the customers of a shop.", name="shop")
delivery = Agent(f"openai-chat:{MODEL}", instructions="You know about delivery.", name="delivery")
resuming = Agent(f"openai-responses:{MODEL}", name="resuming")
said: dict[str, Any] = {}


@delivery.tool_plain
def find_carrier(order: int) -> str:
    """Who brings an order, and when."""
    return f"Blue Parcel brings order {order} on Tuesday."


@shop.tool_plain
def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


@shop.tool_plain
async def ask_delivery(task: str) -> str:
    """Asks the agent that knows about delivery."""
    return str((await delivery.run(task)).output)


def ask(question: str, history: History) -> str:
    """The messages of the last turn are resent, which for an edit are those of the first."""
    before = said[history[-1][1]] if history else None
    result = plain.run_sync(question, message_history=before)
    said[str(result.output)] = result.all_messages()
    return str(result.output)


for hold in HISTORIES.values():
    hold(ask)
picture = BinaryContent(base64.b64decode(PIXEL), media_type="image/png")
address = ImageUrl("https://shop.example/sole.jpg")
plain.run_sync(["What is on these pictures?", picture, address], conversation_id="picture")
settings: Any = {
    "temperature": 0.2,
    "top_p": 0.9,
    "max_tokens": 300,
    "seed": 7,
    "stop_sequences": ["END"],
    "frequency_penalty": 0.1,
    "presence_penalty": 0.3,
    "openai_logprobs": True,
    "openai_top_logprobs": 2,
}
plain.run_sync("Which colours are there?", model_settings=settings, conversation_id="settings")
first = resuming.run_sync("Do you have a shop in town?", conversation_id="resumed")
resumed = OpenAIResponsesModelSettings(openai_previous_response_id="auto")
history = first.all_messages()
resuming.run_sync("When is it open?", message_history=history, model_settings=resumed, conversation_id="resumed")
shop.run_sync("Find my order 4711 and tell me who brings it.", conversation_id="agent")
