"""Pydantic AI: every field of every dialogue that was recorded."""

import pytest

from tests.tracing.conventions.dialogues import (
    CALLED_ONE,
    OF_FRAMEWORKS,
    PLAINLY,
    RAN_THE_TOOL,
    SYSTEM,
    read_dialogue,
    read_recording,
    say,
)
from tests.tracing.reading import call_model, make_read_span, read_only
from tracing.store import Store

# The run that failed says nothing of its user.
SAID = say(
    OF_FRAMEWORKS,
    {"metadata": {"user_id": "anna"}},
    plain=[PLAINLY],
    tool=[CALLED_ONE, RAN_THE_TOOL],
    abandoned=[{"system": SYSTEM}],
    error=[{"error_type": "pydantic_ai.exceptions.ModelNotFoundError", "user_id": "", "metadata": {}}],
)


@pytest.mark.parametrize("dialogue", SAID)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, dialogue: str) -> None:
    assert read_dialogue(migrated_store, "pydantic-ai", dialogue) == SAID[dialogue]


def test_agents_that_sum_up_their_calls_are_not_counted(migrated_store: Store) -> None:
    calls = read_recording(migrated_store, "pydantic-ai")
    assert len(calls) == sum(map(len, SAID.values()))
    assert {call.convention for call in calls} == {"pydantic-ai"}


def test_a_run_that_went_on_after_a_failed_call_does_not_tell_what_that_was_asked() -> None:
    later = '[{"role": "user", "parts": [{"type": "text", "content": "Why?"}]}]'
    agent = make_read_span(1, {"pydantic_ai.all_messages": later}, scope_name="pydantic-ai")
    attributes = {name: value for name, value in call_model().items() if name != "gen_ai.input.messages"}
    failed = make_read_span(2, attributes, parent=1, scope_name="pydantic-ai", status_code="Error")
    assert read_only(agent, failed).input_messages == ()
