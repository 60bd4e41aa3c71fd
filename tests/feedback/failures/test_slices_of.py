"""Of each turn the slices are known that a failure mode may stand in."""

from typing import Any

import pytest

from feedback.agent_task_records import write_agent_tasks
from feedback.agent_tasks import AgentTask, ToolCount
from feedback.failures.slices_of import load_slices
from tests.pages.conftest import HOUR_NS, Teller, make_answer
from tests.tracing.test_rollups import make_generation
from tracing.conversations import Conversation, Turn
from tracing.models import Project
from tracing.records import write_generations
from tracing.store import Store

GERMAN = "Wie setze ich das Gerät zurück, wenn der Knopf nicht mehr reagiert?"


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


def tell(teller: Teller, name: str, age_hours: int = 1, text: str = GERMAN, sent_text: str = "", **fields: Any) -> None:
    start_ns = teller.now_ns - age_hours * HOUR_NS
    told = {"service_name": "shop", "environment": "live", "model": "large", "user_id": "anna"} | fields
    answer = make_answer("Hold it.", start_ns, name, **told)
    turn = Turn(0, text, answer, sent_text=sent_text)
    teller.write(Conversation(teller.project.pk, name, (turn,), user_id=told["user_id"]))


def tell_call(teller: Teller, name: str, **fields: Any) -> None:
    call = make_generation(0, trace_id=f"{name}-trace", span_id=f"{name}-span", conversation_id=name, **fields)
    write_generations(teller.store, [call], {}, version=1)


def load(teller: Teller, *names: str) -> dict[str, dict[str, str]]:
    found = load_slices(teller.store, teller.project.pk, [(name, 0) for name in names])
    return {name: dict(slices) for name, slices in found.items()}


def test_model_place_prompt_release_and_language_are_told(teller: Teller) -> None:
    tell(teller, "a")
    tell_call(teller, "a", prompt_name="support", prompt_version="3", metadata={"service.version": "1.4.2"})
    assert load(teller, "a", "unknown") == {
        "a": {
            "model": "large",
            "service": "shop",
            "environment": "live",
            "prompt": "support:3",
            "release": "1.4.2",
            "language": "German",
            "retrieval": "none",
            "user": "new",
        }
    }


def test_a_user_who_was_there_before_is_returning_and_an_unknown_one_is_neither(teller: Teller) -> None:
    tell(teller, "first", 5)
    tell(teller, "second", 1)
    tell(teller, "nobody", 1, user_id="")
    found = load(teller, "second", "first", "nobody")
    assert {name: each.get("user") for name, each in found.items()} == {
        "first": "new",
        "second": "returning",
        "nobody": None,
    }


def test_each_tool_and_tag_is_a_slice_of_its_own(teller: Teller) -> None:
    tell(teller, "a", tags=("beta",))
    tell(teller, "b")
    tools = (ToolCount("book", 1, 0),)
    told = ("a", 0, "a-trace", "a-span", GERMAN, "anna", "shop", "live", (), (), 1, tools, False, "completed")
    task = AgentTask(*told, None, None, None, 1, 1)  # type: ignore[arg-type]
    write_agent_tasks(teller.store, teller.project.pk, [task], ["a"], 1)
    found = load(teller, "a", "b")
    assert [found[name]["tool: book"] for name in ("a", "b")] == ["yes", "no"]
    assert [found[name]["tag: beta"] for name in ("a", "b")] == ["yes", "no"]


@pytest.mark.parametrize(
    ("results", "sent_text", "expected"),
    [
        (["[]"], "", "found nothing"),
        (["[]", "a long page"], "", "found something"),
        ([], "Documents: " + "word " * 100 + GERMAN, "text given"),
        ([], "", "none"),
    ],
)
def test_what_was_looked_up_is_told(teller: Teller, results: list[str], sent_text: str, expected: str) -> None:
    tell(teller, "a", sent_text=sent_text)
    columns = {
        "project_id": [teller.project.pk] * len(results),
        "trace_id": ["a-trace"] * len(results),
        "span_id": [str(at) for at in range(len(results))],
        "name": ["search_docs"] * len(results),
        "result": results,
        "version": [1] * len(results),
    }
    teller.store.insert("tool_runs", columns)
    assert load(teller, "a")["a"]["retrieval"] == expected


def test_keys_of_metadata_with_few_values_are_segments(teller: Teller) -> None:
    for at in range(12):
        name = f"c{at}"
        tell(teller, name)
        tell_call(teller, name, metadata={"tier": "gold" if at % 2 else "free", "order": str(at), "only": "same"})
    found = load(teller, *(f"c{at}" for at in range(12)))
    assert [found[name]["metadata: tier"] for name in ("c0", "c1")] == ["free", "gold"]
    assert not any("order" in key or "only" in key for each in found.values() for key in each)


def test_turns_of_other_projects_and_other_turns_are_not_told(teller: Teller) -> None:
    tell(teller, "a")
    assert load_slices(teller.store, teller.project.pk + 1, [("a", 0)]) == {}
    assert load_slices(teller.store, teller.project.pk, [("a", 1)]) == {}
    assert load_slices(teller.store, teller.project.pk, []) == {}
