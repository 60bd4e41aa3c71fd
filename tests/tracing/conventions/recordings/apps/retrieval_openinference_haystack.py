"""A pipeline of Haystack: retriever, prompt, model."""

from haystack import Document, Pipeline
from haystack.components.builders import ChatPromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore
from openinference.instrumentation.haystack import HaystackInstrumentor
from opentelemetry_export import export
from retrieval import DOCUMENTS, MODEL, History, talk

HaystackInstrumentor().instrument(tracer_provider=export())
TEMPLATE = """Given these documents, answer the question.
Documents:
{% for document in documents %}{{ document.content }}
{% endfor %}
Question: {{ question }}
Answer:"""
store = InMemoryDocumentStore()
store.write_documents([Document(content=text) for text in DOCUMENTS])
pipeline = Pipeline()
pipeline.add_component("retriever", InMemoryBM25Retriever(store, top_k=3))
pipeline.add_component("prompt", ChatPromptBuilder([ChatMessage.from_user(TEMPLATE)], required_variables="*"))
pipeline.add_component("model", OpenAIChatGenerator(model=MODEL, max_retries=0))
pipeline.connect("retriever.documents", "prompt.documents")
pipeline.connect("prompt.prompt", "model.messages")


def answer(question: str, history: History) -> str:
    told = pipeline.run({"retriever": {"query": question}, "prompt": {"question": question}})
    return str(told["model"]["replies"][0].text)


talk(answer)
