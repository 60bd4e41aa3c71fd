"""Bodies of calls in any shape at all: a reader never fails on what an app or a provider wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.reading import make_read_span, read_all

WORDS = [
    "messages",
    "input",
    "prompt",
    "prompts",
    "system",
    "instructions",
    "tools",
    "choices",
    "output",
    "message",
    "generations",
    "role",
    "content",
    "parts",
    "type",
    "text",
    "kwargs",
    "lc",
    "tool_calls",
    "finish_reason",
    "logprobs",
    "logprob",
    "top_logprobs",
    "token_logprobs",
    "usage",
    "prompt_tokens_details",
    "cache_creation",
    "candidates",
    "incomplete_details",
    "llm_output",
    "stop",
    "reasoning",
    "generationConfig",
    "function",
    "arguments",
    "args",
    "id",
    "toolCallId",
    "value",
    "model",
    "response_metadata",
    "generation_info",
    "call_id",
    "tool-call",
    "tool-result",
    "function_call",
    "function_call_output",
    "tool_use",
    "user",
    "ai",
    "human",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5)
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=20,
)
OF_READERS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "vercel": (
        {"ai.operationId": "ai.generateText.doGenerate"},
        ("ai.prompt.messages", "ai.prompt", "ai.response.toolCalls", "ai.prompt.tools"),
    ),
    "langsmith": (
        {"langsmith.span.kind": "llm"},
        ("gen_ai.prompt", "gen_ai.completion", "langsmith.metadata.usage_metadata"),
    ),
    "langfuse": (
        {"langfuse.observation.type": "generation"},
        (
            "langfuse.observation.input",
            "langfuse.observation.output",
            "langfuse.observation.usage_details",
            "langfuse.observation.model.parameters",
        ),
    ),
    "mlflow": (
        {"mlflow.spanType": '"LLM"'},
        ("mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.chat.tokenUsage", "mlflow.chat.tools"),
    ),
    "openinference": (
        {"openinference.span.kind": "LLM"},
        ("input.value", "output.value", "llm.invocation_parameters", "llm.tools.0.tool.json_schema"),
    ),
    "tacit": (
        {"tacit.kind": "llm"},
        ("tacit.arguments", "gen_ai.output.messages", "tacit.output", "llm.prompt_template.variables"),
    ),
    "genai": (
        {"gen_ai.operation.name": "chat"},
        ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.usage.raw", "gen_ai.tool.definitions"),
    ),
    "logfire": (
        {"gen_ai.operation.name": "chat", "logfire.span_type": "span"},
        ("request_data", "logfire.tags", "gen_ai.usage.raw", "gen_ai.output.messages"),
    ),
    "traceloop": (
        {"gen_ai.operation.name": "chat", "traceloop.workflow.name": "w"},
        ("gen_ai.prompt.0.content", "gen_ai.completion.0.tool_calls", "gen_ai.input.messages", "metadata"),
    ),
    "laminar": ({"lmnr.span.type": "LLM"}, ("gen_ai.input.messages", "gen_ai.output.messages")),
}


@pytest.mark.parametrize("reader", OF_READERS)
@given(st.lists(BODIES, min_size=4, max_size=4), st.booleans())
def test_a_body_of_any_shape_is_one_call(reader: str, bodies: list[Any], as_json: bool) -> None:
    attributes, names = OF_READERS[reader]
    told = {name: json.dumps(body) if as_json else body for name, body in zip(names, bodies, strict=False)}
    [call] = read_all(make_read_span(1, attributes | told))
    assert call.convention == reader
    assert all(isinstance(message.content, str) for message in (*call.input_messages, *call.output_messages))
