"""Results that take long come in and are kept for a while, so that a page that is opened again answers at once and says
as of when. Only in this process, and only the latest; what is erased meanwhile stays counted until then.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")

KEPT_NS = 600 * 10**9
MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class AsOf(Generic[Result]):
    """A result, and when it was worked out (nanoseconds since the epoch)."""

    result: Result
    time_ns: int = 0
    """0 where it is not kept: as of now."""


class Kept(Generic[Result]):
    """At most 64 results by their keys, each for ten minutes. One is worked out at a time: they are large, and who asks
    for the same meanwhile gets that."""

    def __init__(self) -> None:
        self._results: dict[Hashable, AsOf[Result]] = {}
        self._working = threading.Lock()

    def find(self, key: Hashable) -> AsOf[Result] | None:
        """What was worked out in the last ten minutes."""
        kept = self._results.get(key)
        return kept if kept and time.time_ns() - kept.time_ns < KEPT_NS else None

    def work_out(self, key: Hashable, make: Callable[[], Result]) -> AsOf[Result]:
        """What is kept, else what `make` returns, which then is."""
        with self._working:
            if kept := self.find(key):
                return kept
            made = AsOf(make(), time.time_ns())
            self._results.pop(key, None)
            self._results[key] = made
            if len(self._results) > MOST_KEPT:
                del self._results[next(iter(self._results))]
        return made

    def forget(self) -> None:
        """Keep nothing, as a new process does."""
        with self._working:
            self._results.clear()
