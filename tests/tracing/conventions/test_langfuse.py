from typing import Any

import pytest

from tests.tracing.conventions.dialogues import (
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
    told = [(each.conversation_id, describe(each, expected)) for each, (_, expected) in zip(generations, DIALOGUES)]
    assert len(generations) == len(DIALOGUES)
    assert told == DIALOGUES
    assert {each.convention for each in generations} == {"langfuse"}
    assert [each.cost_usd for each in generations] == [None] * len(DIALOGUES)
