import os
import sys

os.environ |= {
    "LANGFUSE_HOST": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_BASE_URL": os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    "LANGFUSE_PUBLIC_KEY": "pk-lf-none",
    "LANGFUSE_SECRET_KEY": "sk-lf-none",
}

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import langfuse
from langfuse.openai import OpenAI
from openai_more import PROMPT
from openai_talk import talk

client: Any = langfuse.get_client()
WHOSE = {"user_id": "anna", "tags": ["shop"], "metadata": {"plan": "free"}}


@contextmanager
def begin(name: str) -> Iterator[None]:
    """By the way that this version has."""
    if hasattr(langfuse, "propagate_attributes"):
        span = client.start_as_current_observation(name="answer", input={"dialogue": name})
        with span, langfuse.propagate_attributes(session_id=name, **WHOSE):
            yield
    else:
        with client.start_as_current_span(name="answer", input={"dialogue": name}) as span:
            span.update_trace(session_id=name, **WHOSE)
            yield


if len(sys.argv) > 1:
    PROMPT["langfuse_prompt"] = client.get_prompt("find_order")
talk(OpenAI(max_retries=0), begin)
client.flush()
