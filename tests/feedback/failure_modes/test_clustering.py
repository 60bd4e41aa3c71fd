"""Groups are found without being told how many there are; what belongs nowhere is in none."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from feedback.failure_modes import clustering
from feedback.failure_modes.clustering import NOWHERE, Floats, cluster_vectors, measure_distances, normalise

WIDTH = 64


def draw_groups(sizes: list[int], spread: float, seed: int = 0) -> tuple[Floats, list[int]]:
    """Rows of length one around as many directions, and which each is around."""
    random = np.random.default_rng(seed)
    truth = [group for group, size in enumerate(sizes) for _ in range(size)]
    centres = normalise(random.normal(size=(len(sizes), WIDTH)).astype(np.float32))
    noise = random.normal(size=(len(truth), WIDTH)).astype(np.float32) * spread / np.sqrt(WIDTH)
    return normalise(centres[truth] + noise), truth


def pair_up(found: list[int], truth: list[int]) -> set[tuple[int, int]]:
    return set(zip(found, truth, strict=True))


@pytest.mark.parametrize("sizes", [[30] * 12, [200, 40, 20, 8], [6] * 40, [50, 50]])
def test_the_number_of_groups_is_found(sizes: list[int]) -> None:
    vectors, truth = draw_groups(sizes, 0.6)
    found = cluster_vectors(vectors).tolist()
    assert len(pair_up(found, truth)) == len(sizes) == len(set(found))


def test_groups_are_numbered_from_the_largest() -> None:
    vectors, truth = draw_groups([10, 40, 20], 0.5)
    assert pair_up(cluster_vectors(vectors).tolist(), truth) == {(0, 1), (1, 2), (2, 0)}


def test_what_is_like_nothing_else_is_in_no_group() -> None:
    vectors, _ = draw_groups([40, 40, 40], 0.5)
    strangers = normalise(np.random.default_rng(1).normal(size=(4, WIDTH)).astype(np.float32))
    found = cluster_vectors(np.vstack([vectors, strangers]))
    assert set(found[-4:].tolist()) == {NOWHERE}
    assert set(found[:-4].tolist()) == {0, 1, 2}


def test_distances_are_those_of_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "_ROWS", 7)
    vectors, _ = draw_groups([9, 11], 0.5)
    assert np.allclose(measure_distances(vectors), pdist(vectors), atol=1e-3)


def test_fewer_texts_than_a_group_has_are_in_none() -> None:
    vectors, _ = draw_groups([4], 0.1)
    assert cluster_vectors(vectors).tolist() == [NOWHERE] * 4
    assert cluster_vectors(vectors[:0]).tolist() == []
    assert cluster_vectors(vectors[:1], least=1).tolist() == [NOWHERE]


def test_the_same_text_many_times_is_one_group() -> None:
    vectors, _ = draw_groups([1], 0.0)
    assert cluster_vectors(np.repeat(vectors, 20, axis=0)).tolist() == [0] * 20


def test_two_texts_that_come_again_and_again_are_two_groups() -> None:
    vectors, _ = draw_groups([1, 1], 0.0)
    assert cluster_vectors(np.repeat(vectors, 20, axis=0)).tolist() == [0] * 20 + [1] * 20


def test_of_many_texts_a_sample_finds_the_groups_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "SAMPLE", 300)
    vectors, truth = draw_groups([400] * 5, 0.6)
    found = cluster_vectors(vectors).tolist()
    assert len(pair_up(found, truth)) == 5


def test_the_order_of_texts_changes_no_group() -> None:
    vectors, _ = draw_groups([30, 25, 20, 15], 0.7)
    order = np.random.default_rng(3).permutation(len(vectors))
    assert cluster_vectors(vectors[order]).tolist() == cluster_vectors(vectors)[order].tolist()
