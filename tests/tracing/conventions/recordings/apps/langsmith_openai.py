import os

os.environ |= {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_OTEL_ENABLED": "true",
    "LANGSMITH_OTEL_ONLY": "true",
    "LANGSMITH_API_KEY": "none",
    "LANGSMITH_ENDPOINT": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
}

from collections.abc import Iterator
from contextlib import contextmanager

import langsmith
import openai
from langsmith.wrappers import wrap_openai
from openai_talk import talk

client = langsmith.Client()


@contextmanager
def begin(name: str) -> Iterator[None]:
    with langsmith.trace(
        "answer",
        inputs={"dialogue": name},
        metadata={"session_id": name, "user_id": "anna"},
        tags=["shop"],
        client=client,
    ):
        yield


talk(wrap_openai(openai.OpenAI(max_retries=0), tracing_extra={"client": client}), begin)
client.flush()
