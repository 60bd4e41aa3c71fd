"""Failing turns are kept and found again, with their vectors nearly as they were, and move between modes."""

from datetime import UTC, datetime

import numpy as np
import pytest

from feedback.failure_modes.clustering import normalise
from feedback.failures.records import (
    VECTOR_WIDTH,
    FailingRow,
    load_failing,
    load_failing_of,
    load_members,
    move_conversations,
    move_members,
    pack_vectors,
    stack_vectors,
    unpack_vectors,
    write_failing,
)
from feedback.failures.turns import FailingTurn
from tracing.models import Project
from tracing.store import Store

TURN = FailingTurn(2, "answer", ("complaint/factual", "thumbs/down"))


def make_rows(count: int, mode: int = 0, prefix: str = "c") -> list[FailingRow]:
    vectors = normalise(np.random.default_rng(1).normal(size=(count, VECTOR_WIDTH)).astype(np.float32))
    return [
        FailingRow(f"{prefix}{at}", TURN, "u", "t", "s", 10**18 + at, 0.5 if at else None, mode, vectors[at], at + 1)
        for at in range(count)
    ]


def count_by_mode(store: Store, project_id: int) -> dict[int, int]:
    modes = [row.mode for row in load_failing(store, project_id)]
    return {mode: modes.count(mode) for mode in sorted(set(modes))}


def test_what_was_written_is_read_again_the_latest_first(store: Store, project: Project) -> None:
    rows = make_rows(3)
    write_failing(store, project.pk, rows, [], version=5)
    found = load_failing(store, project.pk, with_vectors=True)
    assert [row.conversation_id for row in found] == ["c2", "c1", "c0"]
    for row, own in zip(found, reversed(rows), strict=True):
        for name in FailingRow.__slots__:
            if name not in ("vector", "version"):
                assert getattr(row, name) == getattr(own, name)
    assert np.einsum("nw,nw->n", stack_vectors(found), stack_vectors(rows[::-1])) == pytest.approx(1, abs=1e-3)


def test_packing_what_was_unpacked_changes_nothing() -> None:
    packed = pack_vectors(stack_vectors(make_rows(20)))
    assert pack_vectors(unpack_vectors(packed)) == packed
    assert unpack_vectors([]).shape == (0, VECTOR_WIDTH)
    assert not unpack_vectors(pack_vectors(np.zeros((1, VECTOR_WIDTH), np.float32))).any()


def test_vectors_are_read_only_where_they_are_asked_for(store: Store, project: Project) -> None:
    write_failing(store, project.pk, make_rows(2), [], version=5)
    assert [row.vector for row in load_failing(store, project.pk)] == [None, None]


def test_what_is_gone_is_not_found(store: Store, project: Project) -> None:
    write_failing(store, project.pk, make_rows(3), [], version=5)
    write_failing(store, project.pk, [], ["c1"], version=6)
    assert {row.conversation_id for row in load_failing(store, project.pk)} == {"c0", "c2"}
    assert set(load_failing_of(store, project.pk, ["c0", "c1", "other"])) == {"c0"}


def test_members_move_to_another_mode_with_all_that_they_have(store: Store, project: Project) -> None:
    first, second = make_rows(3, mode=1, prefix="a"), make_rows(2, mode=2, prefix="b")
    write_failing(store, project.pk, [*first, *second, *make_rows(1, mode=3)], [], version=5)
    move_members(store, project.pk, [1, 2], 7)
    assert count_by_mode(store, project.pk) == {3: 1, 7: 5}
    members = load_members(store, project.pk, 7, 10)
    assert {row.texts_hash for row in members} == {1, 2, 3}
    assert all(row.vector is not None and row.vector.any() for row in members)
    move_members(store, project.pk, [1, 2], 7)
    assert count_by_mode(store, project.pk) == {3: 1, 7: 5}


def test_conversations_move_and_those_that_do_not_fail_stay_without_a_row(store: Store, project: Project) -> None:
    write_failing(store, project.pk, make_rows(3, mode=1), [], version=5)
    move_conversations(store, project.pk, ["c0", "c2", "unknown"], 4)
    assert count_by_mode(store, project.pk) == {1: 1, 4: 2}


def test_only_rows_of_the_project_are_found_and_moved(store: Store, project: Project) -> None:
    write_failing(store, project.pk, make_rows(2, mode=1), [], version=5)
    write_failing(store, project.pk + 1, make_rows(3, mode=1), [], version=5)
    move_members(store, project.pk, [1], 2)
    move_conversations(store, project.pk, ["c0"], 3)
    assert count_by_mode(store, project.pk) == {2: 1, 3: 1}
    assert count_by_mode(store, project.pk + 1) == {1: 3}
    assert len(load_failing_of(store, project.pk + 1, ["c0"])) == 1


def test_when_a_row_expires_does_not_change_as_it_moves(store: Store, project: Project) -> None:
    write_failing(store.keep_until(datetime(2090, 1, 2, tzinfo=UTC)), project.pk, make_rows(1), [], version=5)
    move_conversations(store, project.pk, ["c0"], 3)
    move_members(store, project.pk, [3], 4)
    with store._lend() as lent:
        rows = lent.client.query("SELECT mode, toYear(expires_at) FROM failing_turns FINAL").result_rows
    assert [tuple(row) for row in rows] == [(4, 2090)]
