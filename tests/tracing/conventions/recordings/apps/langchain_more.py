"""What else is done with LangChain: pictures, settings, the server's histories, an agent that asks another agent."""

from collections.abc import Callable
from functools import partial
from typing import Any

from histories import HISTORIES, History
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from media import PIXEL

MODEL = "gpt-5-mini"

Dialogue = Callable[[Any], None]


def make_model(**settings: Any) -> ChatOpenAI:
    return ChatOpenAI(model=MODEL, max_retries=0, **settings)


def show_pictures(config: Any) -> None:
    content: list[Any] = [
        {"type": "text", "text": "What is on these pictures?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "image_url", "image_url": {"url": "https://shop.example/sole.jpg"}},
    ]
    make_model().invoke([HumanMessage(content)], config)


def set_everything(config: Any) -> None:
    model = make_model(
        temperature=0.2,
        top_p=0.9,
        max_tokens=300,
        seed=7,
        stop_sequences=["END"],
        frequency_penalty=0.1,
        presence_penalty=0.3,
        logprobs=True,
        top_logprobs=2,
    )
    model.invoke("Which colours are there?", config)


def resume(config: Any) -> None:
    """The server holds the history."""
    model = make_model(use_responses_api=True)
    first = model.invoke("Do you have a shop in town?", config)
    model.invoke("When is it open?", config, previous_response_id=first.response_metadata["id"])


def use_prompt(config: Any) -> None:
    """A template with a variable, with a name and a version as LangSmith's hub gives them."""
    template = ChatPromptTemplate.from_template("Where is my order {order}?")
    template.metadata = {"lc_hub_owner": "shop", "lc_hub_repo": "find_order", "lc_hub_commit_hash": "3f2a"}
    (template | make_model()).invoke({"order": 4711}, config)


def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


def find_carrier(order: int) -> str:
    """Who brings an order, and when."""
    return f"Blue Parcel brings order {order} on Tuesday."


def ask_delivery(task: str) -> str:
    """Asks the agent that knows about delivery."""
    inner = create_agent(make_model(), tools=[find_carrier], system_prompt="You know about delivery.", name="delivery")
    return str(inner.invoke({"messages": [{"role": "user", "content": task}]})["messages"][-1].content)


def ask_agents(config: Any) -> None:
    agent = create_agent(
        make_model(), tools=[find_order, ask_delivery], system_prompt="You help the customers of a shop.", name="shop"
    )
    question = "Find my order 4711 and tell me who brings it."
    agent.invoke({"messages": [{"role": "user", "content": question}]}, config)


def ask(question: str, history: History) -> str:
    before = [message for asked, answered in history for message in (("human", asked), ("ai", answered))]
    return str(make_model().invoke([*before, ("human", question)]).content)


def hold(history: str, config: Any) -> None:
    HISTORIES[history](ask)


DIALOGUES: dict[str, Dialogue] = {name: partial(hold, name) for name in HISTORIES} | {
    "picture": show_pictures,
    "settings": set_everything,
    "resumed": resume,
    "agent": ask_agents,
    "prompt": use_prompt,
}
