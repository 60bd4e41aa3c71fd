"""What people read of failure modes: from rows in the store to titles, lines, slices and examples."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from feedback.failure_modes.clustering import Floats, normalise
from feedback.failures import describing, well_turns
from feedback.failures.describing import LONGEST_WAIT, SMALL_WAIT, describe_modes_of
from feedback.failures.records import VECTOR_WIDTH, FailingRow, move_members, write_failing
from feedback.failures.turns import FailingTurn
from feedback.failures.well_turns import WellTurn
from feedback.models import FailureCatalogue, FailureMode
from tests.feedback.failures.test_well_turns import estimate
from tests.pages.conftest import HOUR_NS, Teller, make_answer
from tracing.conversations import Conversation, Turn
from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINKS = ("that link is dead", "the link gives 404", "dead link again")
TABLES = ("the table is broken", "broken table", "the table is unreadable")
CENTRES = np.random.default_rng(4).normal(size=(3, VECTOR_WIDTH)).astype(np.float32)


@pytest.fixture
def teller(project: Project, store: Store, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """Texts that went well are not embedded: their vectors are drawn."""

    def read_new(_store: Store, project_id: int, keys: list[well_turns.Key]) -> None:
        texts = well_turns.load_texts(store, project_id, [(key[1], key[2]) for key in keys], 100)
        for key, vector in zip(keys, draw(2, len(keys)), strict=True):
            told = texts[key[1], key[2]]
            case = describing.Case(key[1], told["request"], told["answer"])
            well_turns._kept[key] = WellTurn(case, key[2], vector[: 2 * well_turns.WIDTH])

    well_turns._kept.clear()
    monkeypatch.setattr(well_turns, "read_new", read_new)
    return Teller(project, store)


def draw(direction: int, count: int) -> Floats:
    noise = np.random.default_rng(direction + count).normal(size=(count, VECTOR_WIDTH)).astype(np.float32)
    return normalise(CENTRES[direction] + 0.3 * noise)


def tell(teller: Teller, names: list[str], reactions: tuple[str, ...], model: str) -> None:
    with teller.together():
        for at, name in enumerate(names):
            first, second = (
                make_answer("See here.", teller.now_ns - HOUR_NS + turn, f"{name}-{turn}", model=model)
                for turn in range(2)
            )
            turns = Turn(0, "Can you help me?", first), Turn(1, reactions[at % len(reactions)], second)
            teller.write(Conversation(teller.project.pk, name, turns))


def tell_failing(
    teller: Teller,
    number: int,
    count: int,
    reactions: tuple[str, ...] = LINKS,
    model: str = "small",
    signals: tuple[str, ...] = ("complaint/factual", "thumbs/down"),
) -> None:
    """Members of a mode, which is made where there is none."""
    names = [f"m{number}-{at}" for at in range(count)]
    tell(teller, names, reactions, model)
    rows = [
        FailingRow(name, FailingTurn(0, "answer", signals), "", "", "", 10**18 + at, None, number, vector)
        for at, (name, vector) in enumerate(zip(names, draw(number % 3, count), strict=True))
    ]
    write_failing(teller.store, teller.project.pk, rows, [], 5)
    if number:
        times = dict.fromkeys(("found_at", "first_time", "last_time", "state_since"), NOW)
        FailureMode.objects.get_or_create(project=teller.project, number=number, defaults={"family": "answer", **times})


def tell_well(teller: Teller, count: int) -> None:
    names = [f"well-{at}" for at in range(count)]
    tell(teller, names, ("and how do I print it?",), "large")
    estimate(teller, 0.1, *names)


def describe(teller: Teller, after: timedelta = timedelta()) -> list[FailureMode]:
    describe_modes_of(teller.store, teller.project.pk, NOW + after)
    return list(FailureMode.objects.filter(project=teller.project).order_by("number"))


def test_a_mode_has_a_title_a_line_and_all_that_pages_show(teller: Teller) -> None:
    tell_failing(teller, 1, 30)
    tell_failing(teller, 2, 20, TABLES, "large", ("tool_failure",))
    tell_failing(teller, 0, 5, TABLES, "large")
    tell_well(teller, 60)
    first, second = describe(teller)
    assert first.found_title.startswith("Complaint (factual) · ")
    assert "link" in first.found_title
    assert first.found_line.startswith("30 of 55 failing conversations, most by complaint (factual). “")
    assert second.found_title.startswith("Tool failure · ")
    found = first.description
    assert (found["count"], found["signals"]) == (30, [["complaint", 30], ["thumbs", 30]])
    assert {"text", "within", "elsewhere"} == set(found["terms"][0])
    assert {"ratio", "low", "high", "p", "is_claimed"} == set(found["lift"])
    assert [(each["name"], each["value"]) for each in found["slices"]] == [("model", "small")]
    assert found["slices"][0]["within"] == 1
    places = found["examples"]["central"] + found["examples"]["edge"]
    assert len({each["conversation_id"] for each in places}) == 6
    assert all(each["conversation_id"].startswith("m1-") and each["turn_index"] == 0 for each in places)
    assert json.loads(json.dumps(found)) == found


def test_what_a_person_named_stays_named(teller: Teller) -> None:
    tell_failing(teller, 1, 6)
    FailureMode.objects.update(name="Our dead links")
    [mode] = describe(teller)
    assert mode.name == "Our dead links"
    assert mode.found_title


def test_a_mode_is_described_at_once_then_as_it_grows(teller: Teller) -> None:
    tell_failing(teller, 1, 10)
    assert describe(teller)[0].description["count"] == 10
    tell_failing(teller, 1, 11)
    assert describe(teller, SMALL_WAIT)[0].description["count"] == 10
    assert describe(teller, LONGEST_WAIT)[0].description["count"] == 11
    tell_failing(teller, 1, 14)
    assert describe(teller, LONGEST_WAIT)[0].description["count"] == 11
    assert describe(teller, LONGEST_WAIT + SMALL_WAIT)[0].description["count"] == 14
    tell_failing(teller, 2, 6, TABLES)
    assert [each.description["count"] for each in describe(teller, LONGEST_WAIT + SMALL_WAIT)] == [14, 6]


def test_nothing_is_read_where_nothing_changed(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    tell_failing(teller, 1, 6)
    describe(teller)
    monkeypatch.setattr(describing, "load_members_of", None)
    describe(teller, LONGEST_WAIT * 5)
    assert FailureCatalogue.objects.get().described_at == NOW


def test_a_project_without_modes_or_members_is_left_alone(teller: Teller) -> None:
    assert describe(teller) == []
    assert not FailureCatalogue.objects.exists()


def test_merged_modes_and_those_that_lost_their_members_keep_their_titles(teller: Teller) -> None:
    tell_failing(teller, 1, 6)
    tell_failing(teller, 2, 6, TABLES)
    second = describe(teller)[1]
    move_members(teller.store, teller.project.pk, [2], 1)
    first, emptied = describe(teller, LONGEST_WAIT)
    assert first.description["count"] == 12
    assert (emptied.found_title, emptied.description["count"]) == (second.found_title, 0)


def test_of_a_large_mode_and_of_what_is_in_none_a_part_is_looked_at(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "MOST_OF_MODE", 10)
    monkeypatch.setattr(describing, "MOST_REST", 4)
    tell_failing(teller, 1, 25)
    tell_failing(teller, 0, 9, TABLES)
    modes = {1: FailureMode(number=1)}
    members = describing.load_members_of(teller.store, teller.project.pk, modes, {})
    assert sorted(members.numbers) == [0] * 4 + [1] * 10
    assert {place for place, number in zip(members.places, members.numbers, strict=True) if number} == {
        (f"m1-{at}", 0) for at in range(15, 25)
    }
    [mode] = describe(teller)
    assert (mode.description["count"], mode.description["looked_at"]) == (25, 10)
    assert mode.found_line.startswith("25 of 34 ")


def test_members_whose_texts_are_gone_are_described_all_the_same(teller: Teller) -> None:
    tell_failing(teller, 1, 6)
    teller.store.execute("TRUNCATE TABLE turns")
    [mode] = describe(teller)
    assert mode.found_title == "Complaint (factual)"


def test_hostile_texts_make_a_short_plain_title(teller: Teller) -> None:
    tell_failing(teller, 1, 6, ("\u202e<script>alert('x')</script>\x00 " + "A" * 5_000,), signals=("comment",))
    [mode] = describe(teller)
    assert mode.found_title.startswith("Comment · ")
    assert len(mode.found_title) < 100
    assert not {"\u202e", "\x00", "<", "A" * 100} & set(mode.found_title)


def test_only_the_project_is_described(teller: Teller) -> None:
    tell_failing(teller, 1, 6)
    other = Project.objects.create(slug="other", name="Other")
    tell_failing(replace(teller, project=other), 1, 8, TABLES)
    [mode] = describe(teller)
    assert mode.found_line.startswith("6 of 6 ")
    assert FailureMode.objects.get(project=other).description == {}
