"""What failure modes are held against: the same turns that went well, each read once."""

from datetime import UTC, datetime

import numpy as np
import pytest

from feedback.failures import well_turns
from feedback.failures.records import FailingRow, write_failing
from feedback.failures.turns import FailingTurn
from feedback.failures.well_turns import LAST_HASH, find_most_hash, load_texts, load_well_turns
from feedback.satisfaction import Interval
from feedback.satisfaction_records import Estimate, write_estimates
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

HOURS_OF_YEAR = 24 * 365
TALK = (("How do I reset it?", "Hold the button."), ("That is perfect, thank you so much!", "You are welcome."))


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    well_turns._kept.clear()
    return Teller(project, store)


def estimate(teller: Teller, probability: float, *names: str, project_id: int | None = None) -> None:
    found = dict.fromkeys(names, Estimate(Interval(probability, 0.0, 1.0), (), False, "test"))
    write_estimates(teller.store, project_id or teller.project.pk, found, {}, [], 1)


def tell_well(teller: Teller, *names: str) -> None:
    with teller.together():
        for name in names:
            teller.tell(name, TALK)
    estimate(teller, 0.1, *names)


def load(teller: Teller) -> well_turns.WellTurns:
    return load_well_turns(teller.store, teller.project.pk, datetime.now(UTC))


def test_a_turn_is_taken_of_what_went_well_and_not_the_one_that_praises(teller: Teller) -> None:
    tell_well(teller, "good")
    teller.tell("bad", TALK)
    estimate(teller, 0.7, "bad")
    teller.tell("by machine", TALK)
    teller.tell("failed", TALK)
    estimate(teller, 0.1, "failed")
    failing = FailingRow("failed", FailingTurn(0, "error", ("error",)), "", "", "", 1, None, vector=np.ones(1152))
    write_failing(teller.store, teller.project.pk, [failing], [], 1)
    teller.tell("old", TALK, age_hours=HOURS_OF_YEAR)
    estimate(teller, 0.1, "old")
    found = load(teller)
    assert [each.place for each in found.turns] == [("good", 0)]
    assert found.reach == LAST_HASH


def test_which_turn_is_taken_is_chance_and_stays_the_same(teller: Teller) -> None:
    names = [f"c{at}" for at in range(30)]
    with teller.together():
        for name in names:
            teller.tell(name, [(f"How do I reset part {at}?", "Hold the button.") for at in range(3)])
    estimate(teller, 0.1, *names)
    taken = {each.place for each in load(teller).turns}
    assert {index for _, index in taken} == {0, 1, 2}
    assert len(taken) == 30
    assert {each.place for each in load(teller).turns} == taken


def test_vectors_are_those_of_the_texts_without_a_reaction(teller: Teller) -> None:
    from feedback.embedding import load_encoder
    from feedback.failure_modes.cases import Case, embed_cases

    tell_well(teller, "good")
    [vector] = load(teller).stack_vectors()
    [expected] = embed_cases([Case("good", *TALK[0])], load_encoder().embed)
    assert vector == pytest.approx(expected)
    assert load_well_turns(teller.store, 99, datetime.now(UTC)).stack_vectors().shape == (0, 1152)


def test_the_next_time_only_what_is_new_is_read(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[list[tuple[str, int]]] = []

    def count(store: Store, project_id: int, places: list[tuple[str, int]], characters: int) -> object:
        read.append(sorted(places))
        return load_texts(store, project_id, places, characters)

    monkeypatch.setattr(well_turns, "load_texts", count)
    tell_well(teller, "one", "two")
    load(teller)
    tell_well(teller, "three")
    assert {each.place[0] for each in load(teller).turns} == {"one", "two", "three"}
    assert read == [[("one", 0), ("two", 0)], [("three", 0)]]


def test_a_sample_stays_the_same_as_conversations_come(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(well_turns, "MOST_TURNS", 4)
    tell_well(teller, *(f"c{at}" for at in range(8)))
    before = load(teller)
    assert len(before.turns) == 4
    assert before.reach < LAST_HASH
    tell_well(teller, *(f"d{at}" for at in range(4)))
    after = load(teller)
    assert after.reach <= before.reach
    assert {each.place for each in after.turns if each.place[0].startswith("c")} <= {e.place for e in before.turns}


def test_of_very_many_few_are_looked_at(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(well_turns, "MOST_TURNS", 1)
    estimate(teller, 0.1, *(f"c{at}" for at in range(40)))
    assert find_most_hash(teller.store, teller.project.pk) == pytest.approx(LAST_HASH / 4, rel=1e-9)


def test_what_is_kept_is_bounded(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(well_turns, "MOST_KEPT", 3)
    tell_well(teller, *(f"c{at}" for at in range(5)))
    load(teller)
    assert len(well_turns._kept) == 3


def test_long_texts_are_read_at_both_ends_with_the_reaction(teller: Teller) -> None:
    teller.tell("long", (("x" * 90 + "end", "answer"), ("that is wrong", "sorry")))
    [row] = load_texts(teller.store, teller.project.pk, [("long", 0)], 10).values()
    assert (row["request"], row["answer"]) == ("x" * 10 + " … " + "x" * 7 + "end", "answer")
    assert row["reaction"] == "that is wrong"
    assert load_texts(teller.store, teller.project.pk + 1, [("long", 0)], 10) == {}
