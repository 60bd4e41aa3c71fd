"""What this process is at and has done comes in, from tasks and stages; it is given out once, to be written down.

In memory alone, and quick: stages tell it of every batch. `tracing.pulses` writes it to Django's database.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

RUNS_OTHERS = "config."


@dataclass(frozen=True, slots=True)
class Done:
    """What a stage did: how many things, and how long that took."""

    count: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Done") -> "Done":
        return Done(self.count + other.count, self.seconds + other.seconds)


@dataclass(frozen=True, slots=True)
class Seen:
    """When this process was last at work, and the task that it is at, if any, since when."""

    at: datetime | None
    task: str = ""
    since: datetime | None = None


class Activity:
    """Of one process. Where several tasks run beside each other, the one that began first is told; what only runs
    others is none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, tuple[str, datetime]] = {}
        self._done: dict[tuple[str, datetime], Done] = {}
        self._at: datetime | None = None

    def begin(self, key: str, task: str) -> None:
        with self._lock:
            self._at = datetime.now(UTC)
            self._running[key] = (task, self._at)

    def end(self, key: str) -> None:
        with self._lock:
            self._at = datetime.now(UTC)
            self._running.pop(key, None)

    def add(self, stage: str, count: int, seconds: float) -> None:
        """A batch of a stage is done."""
        key = (stage, floor_minute(datetime.now(UTC)))
        with self._lock:
            self._done[key] = self._done.get(key, Done()) + Done(count, seconds)

    def look(self) -> Seen:
        with self._lock:
            if not self._running:
                return Seen(self._at)
            own = [each for each in self._running.values() if not each[0].startswith(RUNS_OTHERS)]
            task, since = min(own, key=lambda each: each[1], default=("", None))
            return Seen(datetime.now(UTC), task, since)

    def take(self) -> Mapping[tuple[str, datetime], Done]:
        """What was done since the last time, by stage and minute; who takes it has it."""
        with self._lock:
            done, self._done = self._done, {}
        return done

    def give_back(self, done: Mapping[tuple[str, datetime], Done]) -> None:
        """What was taken could not be written."""
        with self._lock:
            for key, each in done.items():
                self._done[key] = self._done.get(key, Done()) + each


def floor_minute(moment: datetime) -> datetime:
    """
    >>> floor_minute(datetime(2026, 11, 20, 8, 15, 30, 5))
    datetime.datetime(2026, 11, 20, 8, 15)
    """
    return moment.replace(second=0, microsecond=0)


ACTIVITY = Activity()
