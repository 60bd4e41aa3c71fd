"""Processor time, memory and disk of this process by what it does: who asks says what begins, sums come out.

One thing runs at a time, so what the process takes meanwhile is that thing's, the threads of the engine included; only
its merges, which run whenever it likes, are told apart by the names of their threads.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MERGES = "merges of the engine"
MERGE_THREADS = ("MergeMutate",)
PROCESS = Path("/proc/self")


@dataclass
class Cost:
    """What one thing took: processor seconds, runs, and the most memory that a run needed, in MB."""

    seconds: float = 0.0
    runs: int = 0
    most_mb: float = 0.0


class Meter:
    """Sums up by name; what begins within another thing is not that other's."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = defaultdict(Cost)
        self._names = ["between"]
        self._threads = find_merge_threads()
        self._merged = self._read_merges()
        self._at = time.process_time()

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        self.settle()
        self._names.append(name)
        self.costs[name].runs += 1
        before = reset_peak()
        try:
            yield
        finally:
            self.settle()
            self._names.pop()
            cost = self.costs[name]
            cost.most_mb = max(cost.most_mb, read_mb("VmHWM") - before)

    @property
    def name(self) -> str:
        """What runs now."""
        return self._names[-1]

    def forget(self) -> None:
        """Begin anew."""
        self.settle()
        self.costs.clear()

    def settle(self) -> None:
        """Count what was taken until now."""
        now, merged = time.process_time(), self._read_merges()
        self.costs[MERGES].seconds += merged - self._merged
        self.costs[self._names[-1]].seconds += max(0.0, now - self._at - (merged - self._merged))
        self._at, self._merged = now, merged

    def _read_merges(self) -> float:
        return sum(int(path.read_text().split()[0]) for path in self._threads) / 1e9


def find_merge_threads() -> list[Path]:
    """What tells of the time of each of the engine's threads that merge; they live as long as it does."""
    tasks = (PROCESS / "task").iterdir()
    return [task / "schedstat" for task in tasks if (task / "comm").read_text().strip() in MERGE_THREADS]


def reset_peak() -> float:
    """Have the system note the most memory from now on; what is held now, in MB."""
    (PROCESS / "clear_refs").write_text("5")
    return read_mb("VmRSS")


def read_mb(name: str) -> float:
    return int((PROCESS / "status").read_text().partition(f"{name}:")[2].split()[0]) / 1024
