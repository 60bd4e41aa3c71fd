from typing import Any

from tests.tracing.conventions.dialogues import (
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

LOST: dict[str, Any] = {"user_id": "", "conversation_id_derived": True, "tags": (), "metadata": {}}
"""MLflow's session, user and tags do not leave by OTLP; an abandoned stream leaves no span of its call."""
DIALOGUES: list[dict[str, Any]] = [
    PLAIN | LOST,
    CALLS_TOOL | LOST,
    answer_with_result() | LOST,
    STREAM | LOST,
    ERROR | LOST | {"error_type": "NotFoundError"},
    RESPONSES | LOST,
]


def test_every_dialogue_is_read_as_it_was_held(store: Store) -> None:
    generations = read_recording(store, "mlflow-openai-3.17.2")
    assert len(generations) == len(DIALOGUES)
    told = [describe(each, expected) for each, expected in zip(generations, DIALOGUES, strict=True)]
    assert told == DIALOGUES
    assert {each.convention for each in generations} == {"mlflow"}
