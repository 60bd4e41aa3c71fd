"""Instrumentations that write GenAI attributes as they are: every field of every dialogue that was recorded."""

from typing import Any

import pytest

from tests.tracing.conventions.dialogues import (
    CALLED_ONE,
    EVERY,
    OF_FRAMEWORKS,
    PLAINLY,
    QUESTION,
    RAN_THE_TOOL,
    RESULT,
    UNCOUNTED,
    UNKNOWN_MODEL,
    UNNAMED,
    read_dialogue,
    read_recording,
    say,
)
from tracing.generations import ToolCall
from tracing.store import Store

ANTHROPIC = {
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5-2026-01-01",
    "response_id": "msg_1",
    "parameters": {"max_tokens": 300},
    "reasoning_tokens": None,
    "cache_write_tokens": 0,
}
USED = ToolCall("toolu_1", "find_order", {"order": 4711})
FAILED = ANTHROPIC | {
    "request_model": "broken",
    "response_model": "",
    "response_id": "",
    "system": "",
    "error_type": "anthropic.NotFoundError",
    "cache_write_tokens": None,
}
BEGUN = {"input_tokens": 31, "output_tokens": 1, "cache_read_tokens": 16}
"""What Anthropic's API counts at the beginning of a stream."""
OPENLIT = {"reasoning_tokens": None, "cache_write_tokens": 0}

RECORDINGS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "genai-openai": say(EVERY, abandoned=[{"finish_reasons": ("error",)}]),
    "genai-anthropic": say(
        OF_FRAMEWORKS,
        ANTHROPIC,
        tool=[CALLED_ONE | {"calls": (USED,)}, {"history": (USED,), "results": [USED.id]}],
        stream=[{"system": ""}],
        abandoned=[BEGUN | {"answer": [("assistant", "Chapter 1 of a story that goes on and ")]}],
        error=[FAILED],
    ),
    "genai-langchain": say(
        OF_FRAMEWORKS,
        plain=[PLAINLY],
        tool=[{}, RAN_THE_TOOL],
        stream=[UNNAMED],
        abandoned=[UNKNOWN_MODEL | UNNAMED | {"answer": []}],
        error=[{"error_type": "langchain_openai.chat_models.base.OpenAIModelNotFoundError"}],
    ),
    # OpenLIT writes no message without text, and of failed calls no messages. The call that was left has no span.
    "openlit-openai": say(
        "plain tool stream error responses embedding",
        OPENLIT,
        tool=[{}, {"messages": [("user", QUESTION), ("tool", RESULT)], "history": ()}],
        error=[
            UNCOUNTED
            | {
                "cache_write_tokens": None,
                "system": "",
                "messages": [],
                "user_text": "",
                "error_type": "NotFoundError",
            }
        ],
        responses=[{"system": "", "finish_reasons": ("completed",), "reasoning_tokens": 4}],
    ),
}


@pytest.mark.parametrize(
    ("recording", "dialogue"), [(recording, name) for recording, said in RECORDINGS.items() for name in said]
)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, recording: str, dialogue: str) -> None:
    assert read_dialogue(migrated_store, recording, dialogue) == RECORDINGS[recording][dialogue]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_what_was_sent_twice_is_read_once(migrated_store: Store, recording: str) -> None:
    assert len(read_recording(migrated_store, recording)) == sum(map(len, RECORDINGS[recording].values()))


def test_a_call_that_its_client_tells_too_is_one_with_what_either_knows(migrated_store: Store) -> None:
    calls = read_recording(migrated_store, "genai-anthropic")
    assert [len(call.other_span_ids) for call in calls] == [1] * len(calls)
    [stream] = [call for call in calls if call.conversation_id == "stream"]
    assert stream.time_to_first_chunk_ns == 23_398_397
