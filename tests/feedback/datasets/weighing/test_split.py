"""No user, no conversation and nothing nearly the same is on both sides of the split, and the newest validates."""

import json
from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.split import MIN_GROUPS, Group, choose_validation, group_rows
from tests.examples import count_examples
from tests.feedback.datasets.dialogue import Dialogue, Files, build
from tests.feedback.datasets.outlining import make_rows, write_chat


def like(conversation_id: str, user_id: str, hour: int = 0) -> Dialogue:
    asked, answered = write_chat(hash_of(conversation_id))
    return (
        Dialogue(conversation_id, user_id, start_seconds=1_700_000_000 + hour * 3600)
        .ask(asked, answered)
        .thumb(0, "up")
    )


def hash_of(name: str) -> int:
    return Random(name).randrange(2**30)  # noqa: S311 -- no secret


def read_sides(dataset: Files) -> dict[str, set[str]]:
    """Return the splits in which each conversation is."""
    sides: dict[str, set[str]] = defaultdict(set)
    for line in dataset.files["provenance.jsonl"].splitlines():
        row = json.loads(line)
        sides[row["conversation_id"]].add(row["split"])
    return sides


def split(rows: list[Outline], share: float = 0.1, alike: Iterable[tuple[Outline, Outline]] = ()) -> set[int]:
    """Places of the rows that validate."""
    return {row.place for group in choose_validation(group_rows(rows, alike), share) for row in group.rows}


def test_the_newest_tenth_of_the_groups_is_held_out() -> None:
    dataset = build("trl-kto", *(like(f"c{number}", f"u{number}", hour=number) for number in range(40)))
    assert dataset.manifest["split"]["validation"]["rows"] == 4
    newest = {name for name, sides in read_sides(dataset).items() if sides == {"validation"}}
    assert newest == {"c36", "c37", "c38", "c39"}


def test_all_conversations_of_one_user_are_on_one_side() -> None:
    users = {f"c{number}": f"u{number % 20}" for number in range(60)}
    dialogues = (like(name, user, hour) for hour, (name, user) in enumerate(users.items()))
    by_user: dict[str, set[str]] = defaultdict(set)
    for name, sides in read_sides(build("trl-kto", *dialogues)).items():
        by_user[users[name]] |= sides
    assert set.union(*by_user.values()) == {"train", "validation"}
    assert all(len(sides) == 1 for sides in by_user.values())


def test_anonymous_users_are_not_one_group() -> None:
    assert len(group_rows(make_rows(*([{"user_id": ""}] * 30)), ())) == 30


def test_people_who_share_a_conversation_are_one_group() -> None:
    told = [{"user_id": f"u{number}"} for number in range(30)]
    shared = [{"user_id": f"u{number}", "conversation_id": "shared"} for number in range(30)]
    assert len(group_rows(make_rows(*told, *shared), ())) == 1


def test_what_is_alike_is_one_group() -> None:
    rows = make_rows(*({"user_id": f"u{number % 15}"} for number in range(30)))
    assert len(group_rows(rows, [(rows[0], rows[1]), (rows[16], rows[2])])) == 13


def test_a_group_is_as_old_as_its_first_row() -> None:
    told = [{"user_id": "old"}, *({"user_id": f"u{number}"} for number in range(38)), {"user_id": "old"}]
    assert split(make_rows(*told)) == {35, 36, 37, 38}


def test_one_busy_user_never_is_the_validation() -> None:
    rows = make_rows(*({"user_id": f"u{number}"} for number in range(40)), *([{"user_id": "busy"}] * 40))
    assert split(rows) == {32, 33, 34, 35, 36, 37, 38, 39}


def test_a_group_much_larger_than_the_share_asked_for_trains() -> None:
    rows = make_rows(*({"user_id": f"u{number}"} for number in range(90)), *([{"user_id": "busy"}] * 10))
    assert split(rows, 0.1) == set(range(90, 100))
    assert split(rows, 0.02) == {88, 89}


@pytest.mark.parametrize(("share", "count"), [(0, 0), (0.01, 1), (0.25, 10), (0.5, 20)])
def test_as_much_validates_as_was_asked_for(share: float, count: int) -> None:
    assert len(split(make_rows(*([{}] * 40)), share)) == count


def test_few_groups_all_train_and_the_manifest_says_so() -> None:
    few = MIN_GROUPS - 1
    dataset = build("trl-kto", *(like(f"c{number}", f"u{number}") for number in range(few)))
    assert dataset.files["validation.jsonl"] == b""
    assert dataset.manifest["split"]["train"]["rows"] == few
    assert "No row validates" in dataset.manifest["split"]["note"]


TOLD = st.fixed_dictionaries(
    {
        "user_id": st.sampled_from(["", "", *(f"u{number}" for number in range(12))]),
        "conversation_id": st.sampled_from([f"c{number}" for number in range(25)]),
        "time_ns": st.integers(0, 50),
    }
)


@settings(max_examples=count_examples(25), deadline=None)
@given(st.lists(TOLD, min_size=1, max_size=40), st.sampled_from([0.0, 0.05, 0.1, 0.3]), st.data())
def test_sides_share_nothing_and_validation_began_last(told: list[dict[str, Any]], share: float, data: Any) -> None:
    rows = make_rows(*told)
    alike = data.draw(st.lists(st.tuples(st.sampled_from(rows), st.sampled_from(rows)), max_size=3))
    groups = group_rows(data.draw(st.permutations(rows)), alike)
    chosen = choose_validation(groups, share)
    held_out = {row.place for group in chosen for row in group.rows}
    assert held_out == split(rows, share, alike)
    sides = [
        {name for row in rows if (row.place in held_out) == side for name in list_names(row)} for side in (True, False)
    ]
    assert not sides[0] & sides[1]
    assert all((one.place in held_out) == (other.place in held_out) for one, other in alike)
    most = max(1, min(0.2, 2 * share) * len(rows))
    small = [group for group in groups if group not in chosen and len(group.rows) <= most]
    assert all(late.beginning > early.beginning for late in chosen for early in small)
    if chosen and len(groups) >= MIN_GROUPS:
        assert len(held_out) - len(last_of(chosen).rows) < share * len(rows)


def list_names(row: Outline) -> set[tuple[str, str]]:
    return {("conversation", row.conversation_id), *([("user", row.user_id)] if row.user_id else [])}


def last_of(chosen: list[Group]) -> Group:
    return min(chosen, key=lambda group: group.beginning)
