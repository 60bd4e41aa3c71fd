import os

os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
import openai
from openai_talk import talk

mlflow.openai.autolog()


@contextmanager
def begin(name: str) -> Iterator[None]:
    with mlflow.start_span("answer") as span:
        span.set_inputs({"dialogue": name})
        mlflow.update_current_trace(metadata={"mlflow.trace.session": name, "mlflow.trace.user": "anna"})
        yield


talk(openai.OpenAI(max_retries=0), begin)
mlflow.flush_trace_async_logging()
