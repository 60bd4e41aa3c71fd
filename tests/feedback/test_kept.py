"""What takes long is worked out once in ten minutes, by one of those who ask at the same time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from feedback.kept import KEPT_NS, MOST_KEPT, Kept


@pytest.fixture
def numbers() -> Iterator[int]:
    return count()


def test_it_is_worked_out_again_after_ten_minutes(numbers: Iterator[int], monkeypatch: pytest.MonkeyPatch) -> None:
    kept, now_ns = Kept[int](), time.time_ns()
    assert kept.find("a") is None
    monkeypatch.setattr("feedback.kept.time.time_ns", lambda: now_ns)
    first = kept.work_out("a", lambda: next(numbers))
    assert (first.result, first.time_ns) == (0, now_ns)
    monkeypatch.setattr("feedback.kept.time.time_ns", lambda: now_ns + KEPT_NS - 1)
    assert kept.work_out("a", lambda: next(numbers)) is first is kept.find("a")
    monkeypatch.setattr("feedback.kept.time.time_ns", lambda: now_ns + KEPT_NS)
    assert kept.find("a") is None
    assert kept.work_out("a", lambda: next(numbers)).result == 1


def test_who_asks_meanwhile_gets_the_same(numbers: Iterator[int]) -> None:
    kept = Kept[int]()

    def make() -> int:
        time.sleep(0.05)
        return next(numbers)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kept.work_out("a", make).result, range(4)))
    assert found == [0] * 4


def test_what_fails_is_not_kept() -> None:
    kept = Kept[float]()
    with pytest.raises(ZeroDivisionError):
        kept.work_out("a", lambda: 1 / 0)
    assert kept.work_out("a", lambda: 1.0).result == 1.0


def test_the_oldest_makes_room() -> None:
    kept = Kept[int]()
    for key in range(MOST_KEPT + 1):
        kept.work_out(key, lambda key=key: key)  # type: ignore[misc]
    assert kept.find(0) is None
    assert kept.find(1) is not None
    kept.forget()
    assert kept.find(1) is None
