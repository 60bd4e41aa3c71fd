"""Agents of Microsoft's Agent Framework, which are given excerpts with each question."""

import asyncio

from agent_framework import Agent, Message
from agent_framework.observability import configure_otel_providers
from agent_framework_openai import OpenAIChatCompletionClient
from retrieval import MODEL, History, retrieve, talk

configure_otel_providers(enable_sensitive_data=True)
agent = Agent(OpenAIChatCompletionClient(model=MODEL), "You work at the information desk of a railway.", name="desk")


def answer(question: str, history: History) -> str:
    before = [Message(role, [text]) for turn in history for role, text in zip(("user", "assistant"), turn, strict=True)]
    excerpts = "\n".join(f"* {text}" for text in retrieve(question))
    text = f"{question}\n\n[Excerpts from the handbook, found by a program]\n{excerpts}"
    return str(asyncio.run(agent.run([*before, Message("user", [text])])).text)


talk(answer)
