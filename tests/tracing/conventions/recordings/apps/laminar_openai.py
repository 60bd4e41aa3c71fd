import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from lmnr import Laminar

address = urlsplit(os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"])
Laminar.initialize(
    project_api_key="none",
    base_url=f"{address.scheme}://{address.hostname}",
    http_port=address.port,
    force_http=True,
    disable_batch=True,
)

import openai  # noqa: E402 - what was imported before is not patched
from openai_talk import talk  # noqa: E402


@contextmanager
def begin(name: str) -> Iterator[None]:
    with Laminar.start_as_current_span(
        "answer", input={"dialogue": name}, session_id=name, user_id="anna", tags=["shop"]
    ):
        yield


talk(openai.OpenAI(max_retries=0), begin)
Laminar.flush()
