"""An agent of Strands that looks into the handbook by a tool."""

from opentelemetry_export import export
from retrieval import MODEL, History, retrieve, talk
from strands import Agent, tool
from strands.models.openai import OpenAIModel

export()


@tool
def search(query: str) -> str:
    """What the handbook says about the query."""
    return "\n\n".join(retrieve(query))


def answer(question: str, history: History) -> str:
    before = [
        {"role": role, "content": [{"text": text}]}
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    model = OpenAIModel(model_id=MODEL, client_args={"max_retries": 0})
    system = "You work at the information desk of a railway."
    agent = Agent(model=model, system_prompt=system, tools=[search], messages=before, callback_handler=None)
    return str(agent(question)).strip()


talk(answer)
