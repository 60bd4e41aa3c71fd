import os
from urllib.parse import urlsplit

from lmnr import Laminar, observe

address = urlsplit(os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"])
Laminar.initialize(
    project_api_key="none",
    base_url=f"{address.scheme}://{address.hostname}",
    http_port=address.port,
    force_http=True,
    disable_batch=True,
)

import openai  # noqa: E402 - what was imported before is not patched
from retrieval import History, talk  # noqa: E402
from retrieval_openai import answer  # noqa: E402

client = openai.OpenAI(max_retries=0)


@observe()
def ask_shop(question: str, history: History) -> str:
    return answer(client, question, history)


talk(ask_shop)
Laminar.flush()
