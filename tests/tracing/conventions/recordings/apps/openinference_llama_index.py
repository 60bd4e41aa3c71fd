import asyncio
import contextlib

import openai
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
from openinference_ids import begin
from opentelemetry_export import export

LlamaIndexInstrumentor().instrument(tracer_provider=export())

TEXTS = ["Orders leave our warehouse within a day.", "Returns are free for thirty days."]
index = VectorStoreIndex.from_documents([Document(text=text) for text in TEXTS], embed_model=OpenAIEmbedding())
model = OpenAI("gpt-5-mini", max_retries=0)


def find_order(order: int) -> str:
    """Where an order is."""
    return f"Order {order} left the warehouse on Monday."


async def call_tool() -> None:
    agent = FunctionAgent(tools=[find_order], llm=model, system_prompt="You help the customers of a shop.")
    await agent.run("Where is my order 4711?")


with begin("plain"):
    index.as_query_engine(llm=model).query("Where is my order 4711?")
with begin("tool"):
    asyncio.run(call_tool())
with begin("stream"):
    for _ in index.as_query_engine(llm=model, streaming=True).query("Where is my order 4711?").response_gen:
        pass
with begin("abandoned"):
    texts = index.as_query_engine(llm=model, streaming=True).query("Tell me a story.").response_gen
    for number, _ in enumerate(texts):
        if number == 8:
            break
    texts.close()
with begin("error"), contextlib.suppress(openai.NotFoundError):
    model.complete("broken")
