import os

os.environ |= {
    "LANGFUSE_HOST": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_BASE_URL": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_PUBLIC_KEY": "pk-lf-none",
    "LANGFUSE_SECRET_KEY": "sk-lf-none",
}

import langfuse
from langchain_core.runnables import RunnableConfig
from langfuse.langchain import CallbackHandler
from retrieval import History, talk
from retrieval_langchain import chain, write_input

config: RunnableConfig = {"callbacks": [CallbackHandler()]}


def answer(question: str, history: History) -> str:
    told = chain.invoke(write_input(question, history), config)
    return str(told["answer"] if isinstance(told, dict) else told)


talk(answer)
langfuse.get_client().flush()
