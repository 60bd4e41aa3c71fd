import json
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import describe, read_recording, say
from tests.tracing.reading import make_read_span, read_all, read_only
from tracing.generations import Message, ToolCall
from tracing.store import Store

LOST: dict[str, Any] = {"user_id": "", "derived": True}
"""MLflow's session, user and tags do not leave by OTLP; an abandoned stream leaves no span of its call."""
SAID = say(
    "plain tool stream error responses",
    LOST,
    error=[{"error_type": "NotFoundError"}],
    responses=[{"finish_reasons": ()}],
)


def test_every_field_of_every_dialogue_is_as_it_was_said_and_sent_twice_is_read_once(migrated_store: Store) -> None:
    calls = read_recording(migrated_store, "mlflow-openai")
    assert list(map(describe, calls)) == [call for dialogue in SAID.values() for call in dialogue]
    assert {call.convention for call in calls} == {"mlflow"}


USED = {"input_tokens": 15, "cache_read_input_tokens": 16, "cache_creation_input_tokens": 2, "output_tokens": 9}
WEATHER = {"type": "tool_use", "id": "t1", "name": "weather", "input": {"in": "Rome"}}


def call_claude(**fields: Any) -> dict[str, Any]:
    """Attributes of a call of Anthropic's client, every value as JSON."""
    asked = {
        "model": "claude-sonnet-4-5",
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t1", "name": "weather", "input": {"in": "Rome"}}],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "21 degrees"}]},
        ],
        "tools": [{"name": "weather", "input_schema": {"type": "object"}}],
    }
    answered = {
        "id": "msg_1",
        "model": "claude-sonnet-4-5-2026-01-01",
        "role": "assistant",
        "content": [{"type": "text", "text": "Warm."}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 15,
            "cache_read_input_tokens": 16,
            "cache_creation_input_tokens": 2,
            "output_tokens": 9,
        },
    }
    told = {"spanType": "CHAT_MODEL", "spanInputs": asked, "spanOutputs": answered, "message.format": "anthropic"}
    return {f"mlflow.{name}": json.dumps(value) for name, value in (told | fields).items()}


def test_anthropics_bodies_are_understood() -> None:
    generation = read_only(make_read_span(1, call_claude()))
    assert (generation.provider, generation.message_id) == ("anthropic", "msg_1")
    assert (generation.system_instructions, generation.user_text) == ("Be brief.", "Weather?")
    assert generation.input_messages == (
        Message("user", "Weather?"),
        Message("assistant", "", tool_calls=(ToolCall("t1", "weather", {"in": "Rome"}),)),
        Message("tool", "21 degrees", tool_call_id="t1"),
    )
    assert generation.tool_definitions == ({"type": "function", "name": "weather", "parameters": {"type": "object"}},)
    assert (generation.answer, generation.finish_reasons) == ("Warm.", ("end_turn",))
    assert (generation.input_tokens, generation.cache_read_tokens, generation.cache_write_tokens) == (33, 16, 2)


@pytest.mark.parametrize("kind", ["UNKNOWN", "CHAIN", "AGENT", "TOOL", "EMBEDDING", "RETRIEVER", 3, None])
def test_other_kinds_are_no_calls(kind: object) -> None:
    assert read_all(make_read_span(1, call_claude(spanType=kind))) == ()


@pytest.mark.parametrize("hostile", [None, 3, [], [3, None], {"messages": 3}, {"choices": [3]}, {"usage": []}, "text"])
def test_bodies_of_no_known_shape_are_no_error(hostile: object) -> None:
    generation = read_only(make_read_span(1, call_claude(spanInputs=hostile, spanOutputs=hostile)))
    assert generation.input_tokens is None
