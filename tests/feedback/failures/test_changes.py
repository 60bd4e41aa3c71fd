"""What people do to failure modes is done, stays, and stands in the history."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from feedback.failure_modes.catalogue import assign_turns
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failures import changes
from feedback.failures.catalogues import load_catalogue, save_catalogue
from feedback.failures.deriving import FAILURES
from feedback.failures.finding import find_modes
from feedback.failures.history import list_alerts, list_changes
from feedback.failures.listing import find_mode
from feedback.failures.records import VECTOR_WIDTH, load_members, pack_vectors
from feedback.models import FailureCatalogue, FailureMode
from tests.feedback.failures.filling import DAY, HOUR, NOW, Told, fill, make_mode
from tests.feedback.failures.test_finding import tell
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = "anna@example.org"


def draw_vectors(count: int, topic: int, noise: float = 0.5) -> Floats:
    """Rows of length one around a direction of their own."""
    random = np.random.default_rng(topic)
    middle = random.normal(size=VECTOR_WIDTH)
    return normalise((middle + noise * random.normal(size=(count, VECTOR_WIDTH))).astype(np.float32))


def plant(store: Store, project: Project, *topics: int, count: int = 12) -> list[int]:
    """A mode for each topic, in the catalogue, as a row and with members; their numbers."""
    vectors = np.vstack([draw_vectors(count, topic) for topic in topics])
    found = assign_turns(load_catalogue(project.pk), vectors, ["answer"] * len(vectors))
    save_catalogue(project.pk, found.catalogue)
    told = [Told(f"c-{place}", NOW - place * HOUR, number) for place, number in enumerate(found.numbers)]
    fill(store, project, told, vectors=pack_vectors(vectors))
    numbers = [found.numbers[place * count] for place in range(len(topics))]
    for number in numbers:
        make_mode(project, number)
    assert len(set(numbers)) == len(topics)
    return numbers


def list_ids(store: Store, project: Project, number: int) -> set[str]:
    return {row.conversation_id for row in load_members(store, project.pk, number, 1_000, with_vectors=False)}


def tell_history(project: Project, number: int) -> list[tuple[str, str, str]]:
    return [(each.what, each.who, each.text) for each in list_changes(project, number=number)]


def test_what_people_change_stands_in_the_history(project: Project) -> None:
    make_mode(project, 3)
    changes.rename_mode(project, 3, "  Orders\u202e are\x00 lost ", ANNA)
    changes.own_mode(project, 3, "ben@example.org", ANNA)
    changes.link_ticket(project, 3, "https://example.org/T-1", ANNA)
    changes.note(project, 3, "Seen in the log.", ANNA)
    changes.resolve_mode(project, 3, "release", "1.4", ANNA)
    changes.reopen_mode(project, 3, ANNA)
    row = FailureMode.objects.get(number=3)
    assert (row.name, row.owner, row.ticket) == ("Orders are lost", "ben@example.org", "https://example.org/T-1")
    assert tell_history(project, 3) == [
        ("reopened", ANNA, ""),
        ("resolved", ANNA, "release 1.4"),
        ("note", ANNA, "Seen in the log."),
        ("ticket", ANNA, "https://example.org/T-1"),
        ("owned", ANNA, "ben@example.org"),
        ("named", ANNA, "Orders are lost"),
    ]
    assert list_alerts(project, NOW - DAY) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda project: changes.rename_mode(project, 9, "x", ANNA), "no failure mode 9"),
        (lambda project: changes.rename_mode(project, 3, "x" * 201, ANNA), "at most 200"),
        (lambda project: changes.link_ticket(project, 3, "javascript:alert(1)", ANNA), "https://"),
        (lambda project: changes.note(project, 3, " ", ANNA), "empty"),
        (lambda project: changes.resolve_mode(project, 3, "release", "", ANNA), "which release"),
        (lambda project: changes.resolve_mode(project, 3, "", "1.4", ANNA), "which release"),
        (lambda project: changes.resolve_mode(project, 3, "day", "1.4", ANNA), "by hand"),
        (lambda project: changes.ignore_mode(project, 3, 0, ANNA), "from 1 on"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(store: Store, project: Project, change: Any, says: str) -> None:
    make_mode(project, 3)
    with pytest.raises(ValueError, match=says):
        change(project)
    assert tell_history(project, 3) == []


def test_ignored_until_it_has_so_many_more(store: Store, project: Project) -> None:
    make_mode(project, 3)
    fill(store, project, [Told(name, NOW, 3) for name in "abc"])
    changes.ignore_mode(project, 3, 10, ANNA)
    row = FailureMode.objects.get(number=3)
    assert (row.state, row.ignored_until_count) == ("ignored", 13)
    changes.ignore_mode(project, 3, None, ANNA)
    assert FailureMode.objects.get(number=3).ignored_until_count is None


def test_merged_modes_are_one_with_all_members(store: Store, project: Project) -> None:
    first, second, third = plant(store, project, 1, 2, 3)
    assert changes.merge_modes(store, project, [third, first], ANNA) == first
    assert len(list_ids(store, project, first)) == 24
    assert len(list_ids(store, project, second)) == 12
    found = find_mode(store, project, third, NOW)
    assert found is not None
    assert (found.number, found.all_conversations) == (first, 24)
    assert tell_history(project, first) == [("merged", ANNA, f"{third}")]
    again = assign_turns(load_catalogue(project.pk), draw_vectors(12, 3)[:4], ["answer"] * 4)
    assert set(again.numbers) == {first}


def test_who_names_a_merged_mode_means_the_one_it_went_into(store: Store, project: Project) -> None:
    first, second, third = plant(store, project, 1, 2, 3)
    changes.merge_modes(store, project, [first, second], ANNA)
    assert changes.merge_modes(store, project, [second, third], ANNA) == first
    changes.rename_mode(project, third, "All", ANNA)
    assert FailureMode.objects.get(number=first).name == "All"
    with pytest.raises(ValueError, match="two"):
        changes.merge_modes(store, project, [second, third], ANNA)


def test_split_conversations_are_a_mode_of_their_own(store: Store, project: Project) -> None:
    first, second = plant(store, project, 1, 2)
    merged = changes.merge_modes(store, project, [first, second], ANNA)
    moved = sorted(list_ids(store, project, merged))[:12]
    new = changes.split_mode(store, project, merged, moved, ANNA)
    assert new == 3
    assert list_ids(store, project, new) == set(moved)
    assert len(list_ids(store, project, merged)) == 12
    assert tell_history(project, new) == [("split", ANNA, f"{merged}")]
    assert tell_history(project, merged)[0] == ("split", ANNA, f"{new}")
    assert load_catalogue(project.pk).modes[-1].split_from == frozenset({merged})
    assert FailureCatalogue.objects.get(project=project).places == {}


def test_what_cannot_be_split_is_told(store: Store, project: Project) -> None:
    first, second = plant(store, project, 1, 2)
    every = list_ids(store, project, first)
    with pytest.raises(ValueError, match="at least one"):
        changes.split_mode(store, project, first, every, ANNA)
    with pytest.raises(ValueError, match="not in this failure mode"):
        changes.split_mode(store, project, second, every, ANNA)
    with pytest.raises(ValueError, match="from one"):
        changes.split_mode(store, project, first, [], ANNA)
    assert list_ids(store, project, first) == every


def test_others_at_work_are_waited_for(store: Store, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = plant(store, project, 1, 2)
    monkeypatch.setattr(changes, "PATIENCE_SECONDS", 0.2)
    with FAILURES.hold() as held:
        assert held
        with pytest.raises(ValueError, match="try again"):
            changes.merge_modes(store, project, [first, second], ANNA)
    assert changes.merge_modes(store, project, [first, second], ANNA) == first


def test_two_halves_are_proposed_where_there_are_two(store: Store, project: Project) -> None:
    first, second = plant(store, project, 1, 2)
    assert changes.propose_split(store, project, first) is None
    changes.merge_modes(store, project, [first, second], ANNA)
    found = changes.propose_split(store, project, first)
    assert found is not None
    halves = {frozenset(half.conversation_ids) for half in (found.stays, found.moves)}
    assert halves == {frozenset(f"c-{place}" for place in range(at, at + 12)) for at in (0, 12)}


def test_what_people_split_stays_apart_as_more_comes(store: Store, project: Project) -> None:
    teller = Teller(project, store)
    tell(teller, vat=range(12), route=range(12), glad=20)
    find_modes(store, project.pk, datetime.now(UTC))
    first, second = FailureMode.objects.order_by("number").values_list("number", flat=True)
    halves = {frozenset(list_ids(store, project, number)) for number in (first, second)}
    changes.merge_modes(store, project, [first, second], ANNA)
    proposed = changes.propose_split(store, project, first)
    assert proposed is not None
    assert {frozenset(half.conversation_ids) for half in (proposed.stays, proposed.moves)} == halves
    assert {"train" in half.title.lower() for half in (proposed.stays, proposed.moves)} == {True, False}
    new = changes.split_mode(store, project, first, proposed.moves.conversation_ids, ANNA)
    tell(teller, vat=range(12, 16), route=range(12, 16))
    find_modes(store, project.pk, datetime.now(UTC))
    names = [{each.partition("-")[0] for each in list_ids(store, project, number)} for number in (first, new)]
    assert sorted(map(sorted, names)) == [["route"], ["vat"]]
    assert [len(list_ids(store, project, number)) for number in (first, new)] == [16, 16]
    described = FailureMode.objects.get(number=new)
    assert described.description["count"] == 16
    assert not described.found_title.startswith("Part of")
