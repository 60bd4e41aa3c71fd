"""`query` (a query engine, its own template) or a mode of chat engines is the app's second argument."""

import sys
from typing import Any

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.llms.types import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
from opentelemetry_export import export
from retrieval import DOCUMENTS, MODEL, History, talk

MODE = sys.argv[2]
model = OpenAI(MODEL, max_retries=0)
index = VectorStoreIndex.from_documents([Document(text=text) for text in DOCUMENTS], embed_model=OpenAIEmbedding())
LlamaIndexInstrumentor().instrument(tracer_provider=export())
engine: Any = index.as_query_engine(llm=model) if MODE == "query" else index.as_chat_engine(MODE, llm=model)


def answer(question: str, history: History) -> str:
    if MODE == "query":
        return str(engine.query(question))
    before = [
        ChatMessage(role=role, content=text)
        for turn in history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    return str(engine.chat(question, chat_history=before))


talk(answer)
