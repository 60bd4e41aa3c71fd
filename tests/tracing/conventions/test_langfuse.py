from typing import Any

import pytest

from tests.tracing.conventions.calls import (
    ABANDONED,
    CALLS_TOOL,
    ERROR,
    PLAIN,
    RESPONSES,
    STREAM,
    answer_with_result,
    describe,
    read_recording,
)
from tests.tracing.reading import make_read_span, read_all, read_only
from tracing.store import Store

ANSWERED = {"request_model": ""}
"""Langfuse names the model that answered only."""
SILENT = ANSWERED | {"finish_reasons": ()}
"""It tells finish reasons of streams only."""
DIALOGUES: list[tuple[str, dict[str, Any]]] = [
    ("plain", PLAIN | SILENT),
    ("tool", CALLS_TOOL | SILENT),
    ("tool", answer_with_result() | SILENT),
    ("stream", STREAM | ANSWERED),
    ("abandoned", ABANDONED | ANSWERED),
    ("error", ERROR | {"error_type": "error"}),
    ("responses", RESPONSES | ANSWERED),
]


@pytest.mark.parametrize("version", ["3.15.0", "4.18.0", "5.0.4"])
def test_every_dialogue_is_read_as_it_was_held(store: Store, version: str) -> None:
    generations = read_recording(store, f"langfuse-openai-{version}")
    dialogues = list(DIALOGUES)
    if version == "3.15.0":
        dialogues[-1] = ("responses", DIALOGUES[-1][1] | {"system_instructions": ""})
    told = [(each.conversation_id, describe(each, of)) for each, (_, of) in zip(generations, dialogues, strict=True)]
    assert told == dialogues
    assert {each.convention for each in generations} == {"langfuse"}
    assert {each.cost_usd for each in generations} == {None}


def observe_call(**fields: Any) -> dict[str, Any]:
    """Attributes of a call that an app tells of by itself; `__` in a name stands for a dot."""
    return {"langfuse.observation.type": "generation", "langfuse.observation.input": "Why?"} | {
        f"langfuse.{name.replace('__', '.')}": value for name, value in fields.items()
    }


def test_an_apps_own_observation_names_the_model_asked_and_its_cost() -> None:
    attributes = observe_call(
        observation__model__name="gpt-5",
        observation__output="Because.",
        observation__cost_details='{"input": 0.25, "total": 0.5}',
        observation__usage_details='{"input": 15, "output": 9, "input_cache_read": 16, "output_reasoning": 4}',
        environment="prod",
        release="v2",
        trace__tags=["a"],
        observation__metadata__topic='"orders"',
    )
    generation = read_only(make_read_span(1, attributes))
    assert (generation.request_model, generation.response_model, generation.provider) == ("gpt-5", "", "")
    assert (generation.user_text, generation.answer, generation.cost_usd) == ("Why?", "Because.", 0.5)
    assert (generation.input_tokens, generation.cache_read_tokens) == (31, 16)
    assert (generation.output_tokens, generation.reasoning_tokens) == (13, 4)
    assert (generation.environment, generation.tags) == ("prod", ("a",))
    assert generation.metadata == {"service.version": "v2", "topic": "orders"}


@pytest.mark.parametrize("kind", ["span", "embedding", "agent", "tool", "retriever", "event"])
def test_other_observations_are_no_calls(kind: str) -> None:
    assert read_all(make_read_span(1, observe_call(observation__type=kind))) == ()


def test_an_error_by_level_alone_is_one() -> None:
    failed = observe_call(observation__level="ERROR", observation__status_message="boom")
    generation = read_only(make_read_span(1, failed))
    assert (generation.outcome, generation.error_type, generation.error_message) == ("error", "error", "boom")


@pytest.mark.parametrize("time", ["soon", "3", '"2026-11-21"', "null"])
def test_a_first_chunk_at_no_time_is_unknown(time: str) -> None:
    generation = read_only(make_read_span(1, observe_call(observation__completion_start_time=time)))
    assert (generation.streamed, generation.time_to_first_chunk_ns) == (True, None)


def test_a_stream_that_an_app_observes_by_itself_need_not_tell_its_end() -> None:
    streamed = observe_call(
        observation__completion_start_time='"1970-01-01T00:00:01.5+00:00"', observation__output="Because."
    )
    generation = read_only(make_read_span(1, streamed))
    assert (generation.outcome, generation.time_to_first_chunk_ns) == ("completed", 500_000_000)
    assert read_only(make_read_span(1, streamed, name="OpenAI-generation")).outcome == "stopped"
