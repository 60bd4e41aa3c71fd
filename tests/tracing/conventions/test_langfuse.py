from typing import Any

import pytest

from tests.tracing.conventions.dialogues import EVERY, UNNAMED, read_dialogue, read_recording, say
from tests.tracing.reading import make_read_span, read_all, read_only
from tracing.store import Store

OF_THE_APP = {"tags": ("shop",), "metadata": {"plan": "free"}}
WHOLE = UNNAMED | {"request_model": ""}
"""Langfuse names the model that answered only, and no answer."""
SILENT = {"finish_reasons": ()}
"""It tells finish reasons of streams only."""
SAID = say(
    EVERY,
    OF_THE_APP | WHOLE,
    plain=[SILENT],
    tool=[SILENT, SILENT],
    error=[{"request_model": "broken", "error_type": "error"}],
    responses=[SILENT | {"response_id": "msg_1"}],
)
VERSIONS = ("3.15.0", "4.18.0", "5.0.4")


@pytest.mark.parametrize("dialogue", SAID)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, version: str, dialogue: str) -> None:
    said = SAID[dialogue]
    if (version, dialogue) == ("3.15.0", "responses"):
        said = [call | {"system": ""} for call in said]  # version 3 leaves the instructions out
    assert read_dialogue(migrated_store, f"langfuse-openai-{version}", dialogue) == said


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_sent_twice_is_read_once(migrated_store: Store, version: str) -> None:
    calls = read_recording(migrated_store, f"langfuse-openai-{version}")
    assert len(calls) == sum(map(len, SAID.values()))
    assert {call.convention for call in calls} == {"langfuse"}


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
