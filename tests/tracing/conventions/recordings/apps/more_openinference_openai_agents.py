"""More dialogues by OpenAI Agents: an agent that asks another, one that hands over, and histories without ids."""

from typing import Any

from agents import Agent, ModelSettings, Runner, function_tool
from histories import HISTORIES, History
from media import PIXEL
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

OpenAIAgentsInstrumentor().instrument(tracer_provider=export())
MODEL = "gpt-5-mini"


@function_tool
def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


@function_tool
def find_carrier(order: int) -> str:
    """Who brings an order, and when."""
    return f"Blue Parcel brings order {order} on Tuesday."


@function_tool
async def ask_delivery(task: str) -> str:
    """Asks the agent that knows about delivery."""
    return str((await Runner.run(delivery, task)).final_output)


plain = Agent(name="plain", model=MODEL)
delivery = Agent(name="delivery", instructions="You know about delivery.", model=MODEL, tools=[find_carrier])
shop = Agent(
    name="shop", instructions="You help the customers of a shop.", model=MODEL, tools=[find_order, ask_delivery]
)
settings = ModelSettings(temperature=0.2, top_p=0.9, max_tokens=300, top_logprobs=2)
set_up = Agent(name="plain", model=MODEL, model_settings=settings)


def ask(question: str, history: History) -> str:
    before: list[Any] = [
        {"role": role, "content": text}
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    return str(Runner.run_sync(plain, [*before, {"role": "user", "content": question}]).final_output)


for hold in HISTORIES.values():
    hold(ask)
with begin("picture"):
    content = [
        {"type": "input_text", "text": "What is on these pictures?"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"},
        {"type": "input_image", "image_url": "https://shop.example/sole.jpg"},
    ]
    pictures: Any = [{"role": "user", "content": content}]
    Runner.run_sync(plain, pictures)
with begin("settings"):
    Runner.run_sync(set_up, "Which colours are there?")
with begin("resumed"):
    first = Runner.run_sync(plain, "Do you have a shop in town?")
    Runner.run_sync(plain, "When is it open?", previous_response_id=first.last_response_id)
with begin("agent"):
    Runner.run_sync(shop, "Find my order 4711 and tell me who brings it.")
