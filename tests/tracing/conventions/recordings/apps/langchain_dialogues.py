"""Five dialogues by an agent of LangChain, whoever looks on; each is told apart by its conversation id."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import openai
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

SYSTEM = "You help the customers of a shop."
MESSAGES = [SystemMessage(SYSTEM), HumanMessage("Where is my order 4711?")]


def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


def make_model(name: str = "gpt-5-mini") -> ChatOpenAI:
    return ChatOpenAI(model=name, stream_usage=True, max_retries=0)


def ask(config: Any) -> None:
    make_model().invoke(MESSAGES, config)


def call_tool(config: Any) -> None:
    agent = create_agent(make_model(), tools=[find_order], system_prompt=SYSTEM)
    agent.invoke({"messages": [{"role": "user", "content": "Where is my order 4711?"}]}, config)


def stream(config: Any) -> None:
    for _ in make_model().stream(MESSAGES, config):
        pass


def abandon(config: Any) -> None:
    chunks: Iterator[Any] = make_model().stream("Tell me a story.", config)
    with closing(chunks):
        for number, _ in enumerate(chunks):
            if number == 8:
                break


def fail(config: Any) -> None:
    with contextlib.suppress(openai.NotFoundError):
        make_model("broken").invoke(MESSAGES, config)


DIALOGUES: dict[str, Callable[[Any], None]] = {
    "plain": ask,
    "tool": call_tool,
    "stream": stream,
    "abandoned": abandon,
    "error": fail,
}
