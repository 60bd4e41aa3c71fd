"""Conversations of which only a part is loaded are built as if they were built whole."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracing.otlp import PROJECT
from tests.tracing.talking import Call, arrive, load_all, say
from tracing.conversations import Conversation
from tracing.records import summaries, windows
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("project")
PROJECTS = count(8_000)


@pytest.fixture
def short_beginnings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything past the second turn is loaded only where it may change."""
    monkeypatch.setattr(windows, "WHOLE_TURNS", 2)
    monkeypatch.setattr(summaries, "WHOLE_TURNS", 2)


def load_rows(store: Store, project_id: int) -> list[dict[str, Any]]:
    rows = store.query("feedback/sql/conversation_ids.sql", project_id=project_id)
    found = [windows.load_rows(store, project_id, [row["conversation_id"]]) for row in rows]
    return [dict(row) for each in found for row in each.values()]


def tell_all(store: Store, project_id: int) -> tuple[dict[str, Conversation], list[dict[str, Any]]]:
    found = {key: replace(each, project_id=0) for key, each in load_all(store, project_id).items()}
    return found, load_rows(store, project_id)


@st.composite
def calls(draw: st.DrawFn) -> list[Call]:
    """A conversation in which people go on, ask again, and go back."""
    histories: list[list[str]] = [[]]
    found: list[Call] = []
    for number in range(1, draw(st.integers(4, 12)) + 1):
        said = draw(st.sampled_from([histories[-1], histories[-1], histories[-1], *histories]))
        question = draw(st.sampled_from(["How is that?", "And that other one?", f"What is number {number}?"]))
        answer = f"Number {number}."
        user, model = draw(st.sampled_from(["", "anna"])), draw(st.sampled_from(["a", "b"]))
        told = draw(st.booleans())
        conversation = draw(st.sampled_from(["c", "c", "c", "c", "d"]))
        attributes = {"gen_ai.usage.output_tokens": number, "gen_ai.response.model": model, "tag.tags": [model]}
        messages = say(*said, question) if told else say(question)
        found.append(Call(number, messages, answer, user, conversation=conversation, attributes=attributes))
        histories.append([*said, question, answer])
    return found


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls(), st.data())
@pytest.mark.usefixtures("short_beginnings")
def test_what_comes_in_parts_is_built_like_what_comes_at_once(
    store: Store, said: Sequence[Call], data: st.DataObject
) -> None:
    together, apart = next(PROJECTS), next(PROJECTS)
    arrive(store, said, together)
    order = data.draw(st.permutations(said)) if data.draw(st.booleans()) else said
    moved = [replace(each, conversation="d") for each in data.draw(st.lists(st.sampled_from(said), max_size=2))]
    for call in (*order, *moved, *{each.number: each for each in said}.values()):
        arrive(store, [call], apart)
    assert tell_all(store, apart) == tell_all(store, together)


@pytest.mark.usefixtures("short_beginnings")
def test_a_turn_of_a_long_conversation_is_written_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(store, [Call(number, say(f"Question {number}?"), "Yes.", conversation="c") for number in range(1, 31)])
    written: list[int] = []
    insert = Store.insert

    def count_turns(self: Store, table: str, columns: Any) -> None:
        if table == "turns" and columns:
            written.extend(columns["turn_index"])
        insert(self, table, columns)

    monkeypatch.setattr(Store, "insert", count_turns)
    arrive(store, [Call(31, say("Question 31?"), "Yes.", conversation="c")])
    assert written == [30]
    assert len(load_all(store)["c"].turns) == 31


@pytest.mark.usefixtures("short_beginnings")
def test_a_long_conversation_of_which_every_turn_may_change_keeps_its_facts(store: Store) -> None:
    for number in range(1, 6):
        arrive(store, [Call(number, say(f"Question {number}?"), "Yes.", conversation="c")])
    said = [text for number in range(1, 6) for text in (f"Question {number}?", "Yes.")]
    for number in (3, 4, 5):
        arrive(store, [Call(number, say(*said[: 2 * number - 1]), "Yes.", conversation="c")])
    [row] = load_rows(store, PROJECT)
    assert (row["turn_count"], row["first_message"], row["service_name"]) == (5, "Question 1?", "shop")


@pytest.mark.usefixtures("short_beginnings")
def test_an_early_turn_of_a_long_conversation_is_answered_again(store: Store) -> None:
    said: list[str] = []
    for number in range(1, 12):
        arrive(store, [Call(number, say(*said, f"Q{number}"), f"A{number}", conversation="c")])
        said += [f"Q{number}", f"A{number}"]
    arrive(store, [Call(20, say(*said[:6], "Q4"), "again", conversation="c")])
    turns = load_all(store)["c"].turns
    assert (len(turns), [each.text for each in turns[3].answers]) == (11, ["A4", "again"])
