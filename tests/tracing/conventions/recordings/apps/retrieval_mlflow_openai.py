import os

os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"

import mlflow
import openai
from retrieval import History, talk
from retrieval_openai import answer

mlflow.openai.autolog()
client = openai.OpenAI(max_retries=0)


@mlflow.trace
def ask_shop(question: str, history: History) -> str:
    return answer(client, question, history)


talk(ask_shop)
mlflow.flush_trace_async_logging()
