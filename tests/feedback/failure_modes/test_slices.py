"""A slice is named where a mode stands in it more than others do, and chance is not taken for it."""

import numpy as np

from feedback.failure_modes.slices import find_slices


def draw(count: int, share: float, seed: int) -> list[dict[str, str]]:
    random = np.random.default_rng(seed)
    return [
        {"model": "small" if small else "large", "release": f"1.{release}"}
        for small, release in zip(random.random(count) < share, random.integers(5, size=count), strict=True)
    ]


def test_the_slice_that_a_mode_stands_in_is_named_with_its_shares() -> None:
    [[found]] = find_slices([draw(60, 0.7, 1)], draw(1_000, 0.2, 2))
    assert (found.name, found.value) == ("model", "small")
    assert 0.55 < found.within < 0.85
    assert 0.15 < found.elsewhere < 0.25
    assert found.ratio.low > 4
    assert found.p < 1e-6


def test_a_mode_like_all_others_has_no_slice() -> None:
    modes = [draw(40, 0.2, seed) for seed in range(30)]
    assert find_slices(modes, draw(1_000, 0.2, 99)) == [[]] * 30


def test_a_slice_that_is_not_told_everywhere_is_counted_where_it_is() -> None:
    others: list[dict[str, str]] = [{"tool": "search"}] * 40 + [{"tool": "maps"}] * 40 + [{}] * 1_000
    [[found]] = find_slices([[{"tool": "search"}] * 30 + [{}] * 5], others)
    assert (found.within, found.elsewhere) == (1.0, 0.5)


def test_without_others_or_modes_nothing_is_found() -> None:
    assert find_slices([], draw(10, 0.5, 1)) == []
    assert find_slices([draw(20, 0.9, 1)], []) == [[]]


def test_a_large_mode_in_one_slice_makes_no_other_mode_stand_out() -> None:
    small, even = [{"model": "small"}] * 1_000, [{"model": "small"}, {"model": "large"}] * 60
    others = [{"model": "small"}, {"model": "large"}] * 500
    sampled = [[row < 20 for row in range(len(mode))] for mode in (small, even)]
    first, second = find_slices([small, even], others, sampled)
    assert [(each.value, round(each.elsewhere, 1)) for each in first] == [("small", 0.5)]
    assert second == []
    assert find_slices([small, even], others)[1] != []


def test_a_model_that_only_one_service_has_is_compared_within_that_service() -> None:
    shop, chat = {"service": "shop", "model": "small"}, {"service": "chat", "model": "large"}
    [found] = find_slices([[shop] * 30 + [chat]], [*[shop] * 100, *[chat] * 300])
    assert [(each.name, each.value) for each in found] == [("service", "shop")]


def test_a_release_of_the_service_that_a_mode_comes_up_in_is_told() -> None:
    old, new = {"service": "shop", "release": "1"}, {"service": "shop", "release": "2"}
    [found] = find_slices([[new] * 30], [*[old] * 100, *[new] * 80, *[{"service": "chat"}] * 20])
    assert [(each.name, each.value, round(each.elsewhere, 2)) for each in found] == [("release", "2", 0.44)]
