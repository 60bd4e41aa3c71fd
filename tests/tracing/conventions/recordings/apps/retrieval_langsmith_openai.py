import os

os.environ |= {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_OTEL_ENABLED": "true",
    "LANGSMITH_OTEL_ONLY": "true",
    "LANGSMITH_API_KEY": "none",
    "LANGSMITH_ENDPOINT": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
}

import langsmith
import openai
from langsmith.wrappers import wrap_openai
from retrieval import History, talk
from retrieval_openai import answer

sender = langsmith.Client()
client = wrap_openai(openai.OpenAI(max_retries=0), tracing_extra={"client": sender})


@langsmith.traceable(client=sender)
def ask_hr(question: str, history: History) -> str:
    return answer(client, question, history)


talk(ask_hr)
sender.flush()
