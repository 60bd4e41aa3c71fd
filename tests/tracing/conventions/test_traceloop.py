"""OpenLLMetry with Traceloop's SDK: every field of every dialogue that was recorded, and what the app said beside."""

from typing import Any

import pytest

from tests.tracing.conventions.dialogues import (
    CALLED_ONE,
    EVERY,
    OF_FRAMEWORKS,
    PLAINLY,
    RAN_THE_TOOL,
    UNKNOWN_MODEL,
    UNNAMED,
    read_dialogue,
    read_recording,
    say,
)
from tests.tracing.reading import call_model, make_read_span, read_only
from tracing.store import Store

RECORDINGS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "traceloop-openai": say(
        EVERY,
        tool=[CALLED_ONE, {}],
        stream=[{"reasoning_tokens": None}],
        error=[{"error_type": "NotFoundError"}],
    ),
    "traceloop-langchain": say(
        OF_FRAMEWORKS,
        {"reasoning_tokens": None},
        plain=[PLAINLY],
        tool=[CALLED_ONE, RAN_THE_TOOL],
        stream=[UNKNOWN_MODEL | UNNAMED | {"timed": False}],
        abandoned=[UNKNOWN_MODEL | UNNAMED | {"timed": False, "answer": []}],
        error=[{"error_type": "OpenAIModelNotFoundError"}],
    ),
}


@pytest.mark.parametrize(
    ("recording", "dialogue"), [(recording, name) for recording, said in RECORDINGS.items() for name in said]
)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, recording: str, dialogue: str) -> None:
    assert read_dialogue(migrated_store, recording, dialogue) == RECORDINGS[recording][dialogue]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_what_was_sent_twice_is_read_once(migrated_store: Store, recording: str) -> None:
    calls = read_recording(migrated_store, recording)
    assert len(calls) == sum(map(len, RECORDINGS[recording].values()))
    assert {call.convention for call in calls} == {"traceloop"}


def test_the_first_part_of_a_stream_came_when_it_was_noted(migrated_store: Store) -> None:
    [stream] = [call for call in read_recording(migrated_store, "traceloop-openai") if call.conversation_id == "stream"]
    assert stream.time_to_first_chunk_ns is not None
    assert 0 < stream.time_to_first_chunk_ns < stream.duration_ns


def test_association_properties_are_metadata_but_for_ids_and_what_langchain_adds() -> None:
    properties = {
        "traceloop.association.properties.plan": "free",
        "traceloop.association.properties.thread_id": "t-1",
        "traceloop.association.properties.user_id": "anna",
        "traceloop.association.properties.ls_provider": "openai",
        "traceloop.association.properties.langgraph_step": 1,
    }
    generation = read_only(make_read_span(1, call_model() | properties))
    assert generation.metadata == {"plan": "free"}
    assert (generation.conversation_id, generation.user_id) == ("t-1", "anna")
