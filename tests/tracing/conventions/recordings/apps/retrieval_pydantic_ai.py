"""The agent finds its documents by a tool, or is given them with the question: `tool` or `prompt`, second argument."""

import sys
from typing import Any

from opentelemetry_export import export
from pydantic_ai import Agent
from retrieval import MODEL, History, retrieve, talk

export()
Agent.instrument_all()
agent = Agent(f"openai-chat:{MODEL}", instructions="You help the employees of a company.", name="hr")
said: dict[str, Any] = {}


def search(query: str) -> list[str]:
    """Documents about the query."""
    return retrieve(query)


if sys.argv[2] == "tool":
    agent.tool_plain(search)


def answer(question: str, history: History) -> str:
    text = question
    if sys.argv[2] == "prompt":
        text = "Documents:\n" + "\n".join(retrieve(question)) + f"\n\nEmployee's question:\n{question}"
    result = agent.run_sync(text, message_history=said["messages"] if history else None)
    said["messages"] = result.all_messages()
    return str(result.output)


talk(answer)
