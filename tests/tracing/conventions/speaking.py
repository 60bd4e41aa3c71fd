"""The same call as each convention writes it: "Why?" is asked, "Because." answered; 31 tokens go in and 9 come out."""

import json
from collections.abc import Mapping
from typing import Any

from tests.tracing.otlp import make_span_id
from tests.tracing.reading import call_model, make_read_span, observe
from tracing.conventions import anthropic_client
from tracing.spans import Span

QUESTION, ANSWER = "Why?", "Because."
ASKED = [{"role": "user", "content": QUESTION}]
ANSWERED = {"role": "assistant", "content": ANSWER}
USED = {"prompt_tokens": 31, "completion_tokens": 9}
COUNTED = {"gen_ai.usage.input_tokens": 31, "gen_ai.usage.output_tokens": 9}
GENAI = call_model(QUESTION, ANSWER) | COUNTED
CHOICES = [{"message": ANSWERED, "finish_reason": "stop"}]

Spoken = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Attributes of a span, and its other fields."""

SPOKEN: Mapping[str, Spoken] = {
    "tacit": (observe("llm", ANSWER, message=QUESTION) | COUNTED, {}),
    "openinference": (
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-5",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": QUESTION,
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": ANSWER,
            "llm.token_count.prompt": 31,
            "llm.token_count.completion": 9,
            "input.value": json.dumps({"messages": ASKED}),
            "output.value": json.dumps({"choices": CHOICES}),
            "llm.invocation_parameters": '{"temperature": 0.2}',
        },
        {},
    ),
    "langfuse": (
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "gpt-5",
            "langfuse.observation.input": json.dumps(ASKED),
            "langfuse.observation.output": json.dumps(ANSWERED),
            "langfuse.observation.usage_details": '{"input": 31, "output": 9}',
            "langfuse.observation.model.parameters": '{"temperature": 0.2}',
        },
        {},
    ),
    "mlflow": (
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.spanInputs": json.dumps({"model": "gpt-5", "messages": ASKED}),
            "mlflow.spanOutputs": json.dumps({"choices": CHOICES, "usage": USED}),
            "mlflow.chat.tokenUsage": '{"input_tokens": 31, "output_tokens": 9}',
        },
        {},
    ),
    "vercel": (
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.model.id": "gpt-5",
            "ai.prompt.messages": json.dumps(ASKED),
            "ai.response.text": ANSWER,
            "ai.usage.inputTokens": 31,
            "ai.usage.outputTokens": 9,
            "ai.response.providerMetadata": '{"openai": {}}',
        },
        {},
    ),
    "langsmith": (
        COUNTED
        | {
            "langsmith.span.kind": "llm",
            "gen_ai.operation.name": "chat",
            "gen_ai.prompt": json.dumps({"messages": ASKED}),
            "gen_ai.completion": json.dumps({"choices": CHOICES}),
            "langsmith.metadata.usage_metadata": '{"input_tokens": 31, "output_tokens": 9}',
        },
        {},
    ),
    "laminar": (
        COUNTED
        | {
            "lmnr.span.type": "LLM",
            "gen_ai.request.model": "gpt-5",
            "gen_ai.input.messages": json.dumps(ASKED),
            "gen_ai.output.messages": json.dumps(CHOICES),
        },
        {},
    ),
    "pydantic-ai": (GENAI, {"scope_name": "pydantic-ai"}),
    "logfire": (GENAI | {"logfire.span_type": "span", "request_data": '{"model": "gpt-5", "stream": false}'}, {}),
    "traceloop": (GENAI | {"traceloop.workflow.name": "answer"}, {}),
    "anthropic-client": (
        {name: value for name, value in GENAI.items() if not name.endswith("messages")},
        {"scope_name": anthropic_client.SCOPE},
    ),
    "genai": (GENAI, {}),
}


def speak(convention: str, number: int = 1, parent: int = 0, **changes: Any) -> Span:
    """The call as a span of this number; `changes` of its attributes."""
    attributes, fields = SPOKEN[convention]
    return make_read_span(number, {**attributes, **changes}, parent=parent, **fields)


def nest(conventions: list[str]) -> list[Span]:
    """The call as told by one span inside the other, the outermost first."""
    return [speak(convention, number, number - 1) for number, convention in enumerate(conventions, 1)]


def list_ids(count: int) -> list[str]:
    return [make_span_id(number) for number in range(1, count + 1)]
