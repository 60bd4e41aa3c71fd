"""Laminar: every field of every dialogue that was recorded, and what no recording holds."""

import json
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import EVERY, UNKNOWN_MODEL, UNNAMED, read_dialogue, read_recording, say
from tests.tracing.otlp import make_span_id
from tests.tracing.reading import make_read_span, read_all, read_only
from tracing.store import Store

RECORDING = "laminar-openai"
SAID = say(
    EVERY,
    # The app of the recording names no service; Laminar takes its script's name.
    {"tags": ("shop",), "service_name": "/shop/tests/tracing/conventions/recordings/apps/laminar_openai.py"},
    abandoned=[UNKNOWN_MODEL | UNNAMED | {"answer": []}],
    error=[{"error_type": "NotFoundError"}],
    responses=[{"finish_reasons": ()}],
)


@pytest.mark.parametrize("dialogue", SAID)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, dialogue: str) -> None:
    assert read_dialogue(migrated_store, RECORDING, dialogue) == SAID[dialogue]


def test_what_was_sent_twice_is_read_once(migrated_store: Store) -> None:
    calls = read_recording(migrated_store, RECORDING)
    assert len(calls) == sum(map(len, SAID.values()))
    assert {call.convention for call in calls} == {"laminar"}


def test_the_first_part_of_a_stream_came_when_it_was_noted(migrated_store: Store) -> None:
    [stream] = [call for call in read_recording(migrated_store, RECORDING) if call.conversation_id == "stream"]
    assert stream.time_to_first_chunk_ns is not None
    assert 0 < stream.time_to_first_chunk_ns < stream.duration_ns


def call_model(**attributes: Any) -> dict[str, Any]:
    """Attributes of a model's call; `__` in a name stands for a dot."""
    asked = json.dumps([{"role": "user", "content": "Where?"}])
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return {"lmnr.span.type": "LLM", "gen_ai.request.model": "gpt-5-mini", "gen_ai.input.messages": asked} | named


def test_metadata_of_the_span_and_of_those_around_it_is_the_apps() -> None:
    outer = make_read_span(1, {"lmnr.span.type": "DEFAULT", "lmnr.association.properties.metadata.plan": "free"})
    inner = make_read_span(2, call_model(lmnr__association__properties__metadata__shop="north"), parent=1)
    assert read_only(outer, inner).metadata == {"plan": "free", "shop": "north"}


def test_a_call_inside_a_call_is_one() -> None:
    outer, inner = make_read_span(1, call_model()), make_read_span(2, call_model(), parent=1)
    generation = read_only(outer, inner)
    assert (generation.span_id, generation.other_span_ids) == (make_span_id(1), (make_span_id(2),))


def test_other_kinds_of_span_are_no_calls() -> None:
    tool = make_read_span(1, call_model(lmnr__span__type="TOOL"))
    embedding = make_read_span(2, call_model(), name="openai.embeddings")
    assert read_all(tool, embedding) == ()
