"""Catalogues are kept as they are, and what failing turns are to become is done however often it is begun."""

import io

import numpy as np

from feedback.failure_modes.catalogue import Catalogue, Examples, Mode
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failures.catalogues import (
    carry_out,
    load_catalogue,
    load_progress,
    read_catalogue,
    save_catalogue,
    tell_catalogue,
)
from feedback.failures.records import VECTOR_WIDTH, FailingRow, load_failing, write_failing
from feedback.failures.turns import FailingTurn
from tracing.models import Project
from tracing.store import Store

TURN = FailingTurn(0, "answer", ("complaint",))


def draw(count: int) -> Floats:
    return normalise(np.random.default_rng(2).normal(size=(count, VECTOR_WIDTH)).astype(np.float32))


def make_catalogue() -> Catalogue:
    means = draw(3)
    modes = (
        Mode(2, (Examples("answer", 7, means[0]), Examples("form", 1, means[1]))),
        Mode(5, (Examples("answer", 9, means[2]),), frozenset({2, 4}), 0.625),
    )
    return Catalogue(modes, 6, means.sum(axis=0), 17)


def describe(catalogue: Catalogue) -> list[object]:
    return [
        (catalogue.next_number, catalogue.seen, None if catalogue.sum is None else catalogue.sum.tolist()),
        *(
            (
                mode.number,
                mode.split_from,
                mode.border,
                [(each.kind, each.count, each.mean.tolist()) for each in mode.examples],
            )
            for mode in catalogue.modes
        ),
    ]


def fill(store: Store, project: Project, count: int) -> None:
    vectors = draw(count)
    ids = [f"c{at}" for at in range(count)]
    rows = [FailingRow(each, TURN, "u", "t", "s", 10**18, None, 0, vectors[at]) for at, each in enumerate(ids)]
    write_failing(store, project.pk, rows, [], version=5)


def load_numbers(store: Store, project: Project) -> dict[str, int]:
    return {row.conversation_id: row.mode for row in load_failing(store, project.pk)}


def test_what_is_kept_is_read_again_to_the_last_digit() -> None:
    for catalogue in (make_catalogue(), Catalogue()):
        assert describe(read_catalogue(tell_catalogue(catalogue))) == describe(catalogue)


def test_an_archive_holds_no_objects_of_python() -> None:
    with np.load(io.BytesIO(tell_catalogue(make_catalogue())), allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "iufU" for name in archive.files)


def test_a_project_without_a_catalogue_has_an_empty_one(project: Project) -> None:
    assert describe(load_catalogue(project.pk)) == describe(Catalogue())
    save_catalogue(project.pk, make_catalogue())
    assert describe(load_catalogue(project.pk)) == describe(make_catalogue())


def test_places_are_kept_until_they_are_carried_out(store: Store, project: Project) -> None:
    fill(store, project, 4)
    save_catalogue(project.pk, make_catalogue(), {"c0": 2, "c1": 5}, sought_version=9)
    save_catalogue(project.pk, make_catalogue(), {"c1": 2, "c2": 5, "gone": 5})
    assert load_progress(project.pk).is_cut_off
    assert load_progress(project.pk).sought_version == 9
    assert load_numbers(store, project) == {"c0": 0, "c1": 0, "c2": 0, "c3": 0}
    for _ in range(2):
        carry_out(store, project.pk)
        assert load_numbers(store, project) == {"c0": 2, "c1": 2, "c2": 5, "c3": 0}
        assert not load_progress(project.pk).is_cut_off


def test_nothing_is_carried_out_where_nothing_is_to_be(store: Store, project: Project) -> None:
    fill(store, project, 1)
    carry_out(store, project.pk)
    save_catalogue(project.pk, make_catalogue())
    carry_out(store, project.pk)
    assert load_numbers(store, project) == {"c0": 0}
