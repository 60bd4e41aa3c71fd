"""An agent of LangChain, which LangGraph runs, that looks into the handbook by a tool; streamed as a page would."""

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry_export import export
from retrieval import MODEL, History, retrieve, talk

LangChainInstrumentor().instrument(tracer_provider=export())


def search(query: str) -> str:
    """What the handbook says about the query."""
    return "\n\n".join(retrieve(query))


agent = create_agent(ChatOpenAI(model=MODEL, max_retries=0), tools=[search], system_prompt="You help travellers.")


def answer(question: str, history: History) -> str:
    before = [message for asked, answered in history for message in (("user", asked), ("assistant", answered))]
    text = ""
    for message, _ in agent.stream({"messages": [*before, ("user", question)]}, stream_mode="messages"):
        text += message.text if message.type == "AIMessageChunk" else ""
    return text


talk(answer)
