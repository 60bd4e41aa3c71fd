"""How often somebody may do something: names come in, how long they have to wait goes out. Each process counts alone.

A bucket is full at first and fills evenly; what does not find a token in it waits for the next one.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from ninja.errors import HttpError

MOST_REMEMBERED = 100_000


class LaterError(HttpError):
    """Who asks is to come again after so many seconds."""

    def __init__(self, status: int, message: str, retry_after_s: int) -> None:
        super().__init__(status, message)
        self.retry_after_s = retry_after_s


class TokenBuckets:
    """A bucket for each name; those that were not asked for longest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_REMEMBERED) -> None:
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: Hashable, per_minute: int) -> float:
        """Take a token of `name`; 0.0, or where there is none the seconds until there is. `per_minute` is above 0."""
        with self._lock:
            now = self._clock()
            held, at = self._buckets.get(name, (float(per_minute), now))
            held = min(float(per_minute), held + (now - at) * per_minute / 60)
            taken = held >= 1
            self._buckets[name] = (held - taken, now)
            self._buckets.move_to_end(name)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - held) * 60 / per_minute

    def forget(self) -> None:
        """Every bucket is full again."""
        with self._lock:
            self._buckets.clear()
