import os

os.environ |= {
    "LANGFUSE_HOST": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_BASE_URL": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_PUBLIC_KEY": "pk-lf-none",
    "LANGFUSE_SECRET_KEY": "sk-lf-none",
}

import langfuse
from langfuse.openai import OpenAI
from retrieval import History, talk
from retrieval_openai import answer

client = OpenAI(max_retries=0)


@langfuse.observe()
def ask_shop(question: str, history: History) -> str:
    return answer(client, question, history)


talk(ask_shop)
langfuse.get_client().flush()
