"""What was measured comes in, what a stage takes for a batch goes out: so much for the batch, so much for each call.

From two steady runs of the same traffic at different rates: both make a batch a second, so what grows with the rate is
the calls', and the rest the batch's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).parent / "measured.json"
RECEIVING = "receiving"
NOT_OURS = "making the load"

Run = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """Processor seconds of a batch, and of each model call in it."""

    batch_seconds: float
    call_seconds: float

    def load(self, calls_a_second: float, batches_a_second: float = 1.0) -> float:
        """Cores that it takes at this rate."""
        return self.batch_seconds * batches_a_second + self.call_seconds * calls_a_second


def load_runs(path: Path = MEASURED) -> list[Run]:
    runs: list[Run] = json.loads(path.read_text(encoding="utf-8"))
    return runs


def fit_services(runs: Sequence[Run], kind: str = "chat") -> dict[str, Service]:
    """By what took it; from the slowest and the quickest steady run of this kind of traffic."""
    steady = sorted((run for run in runs if run["kind"] == kind and "rate" in run), key=lambda run: float(run["rate"]))
    if len(steady) < 2:
        raise ValueError(f"Two steady runs of {kind} at different rates are needed (costs.py --rates 2 20).")
    slow, quick = steady[0], steady[-1]
    names = sorted({*slow["stages"], *quick["stages"]} - {NOT_OURS})
    return {name: fit_one(name, slow, quick) for name in names}


def fit_one(name: str, slow: Run, quick: Run) -> Service:
    """A line through two points, neither part of which is below nothing."""
    at_slow, at_quick = (read_load(name, run) for run in (slow, quick))
    growth = (at_quick - at_slow) / (quick["rate"] - slow["rate"])
    call_seconds = min(max(0.0, growth), at_quick / quick["rate"])
    return Service(max(0.0, at_quick - call_seconds * quick["rate"]), call_seconds)


def read_load(name: str, run: Run) -> float:
    """Cores that it took."""
    return float(run["stages"].get(name, {"seconds": 0.0})["seconds"]) / float(run["seconds"])


def measure_span_bytes(runs: Sequence[Run], kind: str = "chat") -> float:
    """On disk, everything: of the run with the most spans, in which the engine merged the most."""
    run = max((run for run in runs if run["kind"] == kind), key=lambda run: int(run["spans"]))
    return sum(sum(size.values()) for size in run["disk"].values()) / float(run["spans"])
