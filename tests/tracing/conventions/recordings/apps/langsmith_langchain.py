import os

os.environ |= {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_OTEL_ENABLED": "true",
    "LANGSMITH_OTEL_ONLY": "true",
    "LANGSMITH_API_KEY": "none",
    "LANGSMITH_ENDPOINT": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
}

from contextlib import AbstractContextManager
from typing import Any

import langsmith
from langchain_core.tracers.langchain import wait_for_all_tracers
from langchain_talk import talk


def begin(name: str) -> AbstractContextManager[Any]:
    return langsmith.tracing_context(tags=["shop"], metadata={"plan": "free"})


talk(begin)
wait_for_all_tracers()
