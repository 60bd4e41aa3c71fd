"""A stage that several workers do at once: its things fall to lanes by a hash of their project and id.

Each lane has a watermark and a lease of its own. A thing is always in the same lane, so no two do the same.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property

from tracing.stages import Key, Stage, Wait
from tracing.store import Store


class Lane(Stage):
    """One of so many lanes of a stage."""

    def __init__(self, stage: "SharedStage", number: int, count: int) -> None:
        name = stage.name if count == 1 else f"{stage.name} {number + 1}/{count}"
        super().__init__(name, stage.query, stage.lag_query, stage.batch_size, stage.row_limit, part_of=stage.name)
        self.bound = {"lane": number, "lanes": count}

    def read_watermark(self, store: Store) -> int:
        rows = store.query("tracing/sql/watermarks_of_lanes.sql", stage=self.part_of)
        return find_watermark(self.name, {row["stage"]: int(row["done_until_us"]) for row in rows})


class SharedStage(Stage):
    """`query` and `lag_query` have parameters `lane` and `lanes` besides; `count_lanes` tells how many there are."""

    def __init__(
        self, name: str, query: str, lag_query: str, batch_size: int, *, count_lanes: Callable[[], int]
    ) -> None:
        super().__init__(name, query, lag_query, batch_size)
        self._count_lanes = count_lanes
        self._next = os.getpid()
        """Workers begin with different lanes."""

    @cached_property
    def lanes(self) -> Sequence[Lane]:
        count = self._count_lanes()
        return [Lane(self, number, count) for number in range(count)]

    def run(self, store: Store, work: Callable[[Sequence[Key]], None]) -> int:
        """One batch of the next lane that has any and that no other worker is at."""
        self.more = False
        if not self._lock.acquire(blocking=False):
            return 0
        try:
            done = next(filter(None, (lane.run(store, work) for lane in self._take_turns())), 0)
            self.more = done > 0 and (len(self.lanes) > 1 or self.lanes[0].more)
            return done
        finally:
            self._lock.release()

    def _take_turns(self) -> Iterator[Lane]:
        for _ in self.lanes:
            self._next += 1
            yield self.lanes[self._next % len(self.lanes)]

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Have all lanes to oneself."""
        with ExitStack() as held:
            yield all(held.enter_context(lane.hold()) for lane in self.lanes)

    def has_work(self, store: Store) -> bool:
        return any(lane.has_work(store) for lane in self.lanes)

    def forget(self) -> None:
        for lane in self.lanes:
            lane.forget()

    def read_watermark(self, store: Store) -> int:
        """Up to where every lane is done."""
        return min(lane.read_watermark(store) for lane in self.lanes)

    def measure_wait(self, store: Store) -> Wait:
        waits = [lane.measure_wait(store) for lane in self.lanes]
        return Wait(sum(wait.rows for wait in waits), max(wait.seconds for wait in waits))


def find_watermark(lane: str, done: Mapping[str, int]) -> int:
    """Where a lane is: its own watermark, or where all lanes are that the stage had another time.

    >>> find_watermark("signals 1/2", {"signals": 5, "signals 1/2": 7, "signals 2/2": 6})
    7
    >>> find_watermark("signals 3/4", {"signals": 5, "signals 1/2": 7, "signals 2/2": 6})
    6
    """
    return max([done.get(lane, 0), *(min(each) for each in find_sets(done) if each)])


def find_sets(done: Mapping[str, int]) -> Iterable[list[int]]:
    """The watermarks of each number of lanes that are all there."""
    sets: dict[int, list[int]] = {}
    for name, done_until_us in done.items():
        count = int(name.partition("/")[2] or 1)
        sets.setdefault(count, []).append(done_until_us)
    return [each for count, each in sets.items() if len(each) == count]
