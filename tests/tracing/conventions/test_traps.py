"""The traps that running the libraries showed, one test or more each; trap 1 stands in `test_nesting.py`."""

import json
from typing import Any

import pytest

from tests.tracing.conventions.speaking import SPOKEN
from tests.tracing.reading import call_model, make_read_span, read_only
from tracing.generations import Generation

CACHED = {"input_tokens": 15, "cache_read_input_tokens": 16, "cache_creation_input_tokens": 2, "output_tokens": 9}
KEPT_AN_HOUR = CACHED | {"cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 1}}
TELL_NO_STREAM = ("mlflow", "vercel", "openinference", "langfuse", "tacit")
"""Conventions with a way of their own to tell a stream, or its end."""


def generate(**attributes: Any) -> dict[str, Any]:
    """A call of the Vercel AI SDK 5; `__` in a name stands for a dot."""
    named = {f"ai.{name.replace('__', '.')}": value for name, value in attributes.items()}
    return {"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "anthropic.messages"} | named


def count(call: Generation) -> tuple[int | None, ...]:
    return call.input_tokens, call.cache_read_tokens, call.cache_write_tokens, call.output_tokens


def test_trap_2_content_stands_in_an_attribute_of_events() -> None:
    events = [
        {"event.name": "gen_ai.system.message", "content": "Be brief.", "role": "system"},
        {"event.name": "gen_ai.user.message", "content": "Why?", "role": "user"},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "Because."}},
    ]
    bare = {name: value for name, value in call_model().items() if not name.endswith("messages")}
    call = read_only(make_read_span(1, bare | {"events": json.dumps(events)}))
    assert (call.system_instructions, call.user_text, call.answer) == ("Be brief.", "Why?", "Because.")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("mlflow", {"mlflow.spanOutputs": json.dumps({"content": "Because.", "usage": KEPT_AN_HOUR})}),
        ("logfire", {"gen_ai.usage.raw": json.dumps(KEPT_AN_HOUR)}),
        (
            "langfuse",
            {
                "langfuse.observation.usage_details": json.dumps(
                    {"input": 15, "input_cache_read": 16, "input_cache_creation": 2, "output": 9}
                )
            },
        ),
        ("langfuse", {"langfuse.observation.usage_details": json.dumps(CACHED)}),
        (
            "langsmith",
            {
                "langsmith.metadata.usage_metadata": json.dumps(
                    {
                        "input_tokens": 33,
                        "output_tokens": 9,
                        "input_token_details": {"cache_read": 16, "cache_creation": 2},
                    }
                )
            },
        ),
    ],
)
def test_trap_3_input_has_the_cached_tokens_in_it_whatever_the_source_counts(
    name: str, changes: dict[str, Any]
) -> None:
    attributes, fields = SPOKEN[name]
    without = {key: value for key, value in attributes.items() if not key.startswith("gen_ai.usage.")}
    assert count(read_only(make_read_span(1, without | changes, **fields))) == (33, 16, 2, 9)


def test_trap_3_version_5_of_vercels_sdk_counts_anthropics_cached_tokens_beside_the_input() -> None:
    metadata = json.dumps({"anthropic": {"usage": KEPT_AN_HOUR, "cacheCreationInputTokens": 2}})
    told = generate(
        usage__promptTokens=15, usage__completionTokens=9, response__text="Hi.", response__providerMetadata=metadata
    )
    call = read_only(make_read_span(1, told | {"gen_ai.usage.input_tokens": 15}))
    assert count(call) == (33, 16, 2, 9)
    assert call.cache_write_1h_tokens == 1


def test_trap_3_version_5_of_vercels_sdk_counts_openais_cached_tokens_inside() -> None:
    told = generate(usage__inputTokens=31, usage__cachedInputTokens=16, response__providerMetadata='{"openai": {}}')
    assert count(read_only(make_read_span(1, told))) == (31, 16, None, None)


def test_trap_3_gemini_counts_thoughts_beside_the_answer() -> None:
    usage = {
        "promptTokenCount": 31,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 4,
        "cachedContentTokenCount": 16,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 19}, {"modality": "AUDIO", "tokenCount": 12}],
    }
    call = read_only(make_read_span(1, call_model() | {"gen_ai.usage.raw": json.dumps(usage)}))
    assert (count(call), call.reasoning_tokens, call.audio_input_tokens) == ((31, 16, None, 9), 4, 12)


@pytest.mark.parametrize("name", [name for name in SPOKEN if name not in TELL_NO_STREAM])
def test_trap_4_a_stream_of_which_nothing_but_a_part_came_is_stopped_and_its_usage_unknown(name: str) -> None:
    attributes, fields = SPOKEN[name]
    untold = ("gen_ai.completion", "request_data")
    kept = {key: value for key, value in attributes.items() if "usage" not in key and key not in untold}
    if "lmnr.span.type" in kept:
        kept["gen_ai.output.messages"] = '[{"message": {"role": "assistant", "content": "Beca"}}]'
    call = read_only(make_read_span(1, kept | {"gen_ai.request.stream": True}, **fields))
    assert (call.outcome, call.ended_by, call.error_type) == ("stopped", "unknown", "")
    assert (call.input_tokens, call.output_tokens) == (None, None)


def test_trap_5_values_come_as_texts_as_json_and_as_python_writes_them() -> None:
    told = {
        "gen_ai.usage.output_tokens": "9",
        "gen_ai.request.stream": "false",
        "gen_ai.response.finish_reasons": '["stop"]',
        "metadata.usage_object": "{'prompt_tokens': 31, 'prompt_tokens_details': {'cached_tokens': 16, 'audio': None}}",
    }
    call = read_only(make_read_span(1, call_model() | told))
    assert (count(call), call.streamed, call.finish_reasons) == ((31, 16, None, 9), False, ("stop",))
    assert (
        read_only(make_read_span(1, call_model() | {"metadata.usage_object": "__import__('os')"})).input_tokens is None
    )


def test_trap_5_a_time_in_milliseconds_is_told_by_who_writes_it() -> None:
    timed = call_model() | {"gen_ai.server.time_to_first_token": 44, "gen_ai.request.stream": True}
    strands = read_only(make_read_span(1, timed, scope_name="strands.telemetry.tracer"))
    assert strands.time_to_first_chunk_ns == 44_000_000
    assert read_only(make_read_span(1, timed)).time_to_first_chunk_ns == 44_000_000_000
