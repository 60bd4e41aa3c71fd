"""How seldom the drift detector cries wolf, and how soon and rightly it tells what was planted in made-up days.

    python -m benchmarks.drift_detection [--seeds 20] [--part planted] [--only topic] [--processes 1]

Figures told are of other seeds than those that the detector was tuned on (`--tuning` takes those). Everything planted
is sought with the bound of a project of twenty segments.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.drift_worlds import Change, Kindness, make_segment
from drift.detection.causes import Cause, Hypothesis, Seen, find_causes
from drift.detection.watch import find_bound, watch

TUNING, TELLING = 0, 1000
SEGMENTS, YEAR = 20, 365
BASELINE = 84
"""Days before something is planted, and up to three weeks more."""
AFTER = 30
"""A change is found within so many days."""

QUIET = {
    "as in the notes": Kindness(),
    "heavy tails of lengths and costs": Kindness(tails=True),
    "traffic grows fivefold": Kindness(growth=5.0),
    "nineteen holidays": Kindness(holidays=True),
    "weekends with a tenth of the traffic": Kindness(weekend=0.1),
    "60 conversations a day": Kindness(traffic=60.0),
    "20 conversations a day": Kindness(traffic=20.0),
    "5,000 conversations a day": Kindness(traffic=5_000.0),
    "moods that last (0.3 of the day before)": Kindness(memory=0.3),
    "moods that last (0.6 of the day before)": Kindness(memory=0.6),
}
MODEL = {"output_length": 0.2, "refusals": 0.02}
PLANTED = {
    "model changed silently": Change(Cause.MODEL, MODEL),
    "10 % of traffic to a rare topic": Change(Cause.USERS, topic=0.1),
    "model, gradually": Change(Cause.MODEL, MODEL, ramp=14),
    "topic, gradually": Change(Cause.USERS, topic=0.1, ramp=14),
    "retrieval gone bad": Change(
        Cause.RETRIEVAL, {"retrieval_score": -0.3, "empty_retrievals": 0.02, "refusals": 0.01}
    ),
    "feedback widget moved": Change(Cause.FEEDBACK_WIDGET, {"feedback_given": -0.05}),
    "deploy in one segment": Change(
        Cause.INFRASTRUCTURE,
        {"output_length": 0.2, "retrieval_score": -0.2, "time_per_token": 0.6, "cost": 0.2},
        event=True,
        alone=True,
    ),
}
GOALS = {
    "model changed silently": (20, 2, 19), "10 % of traffic to a rare topic": (20, 2, 19),
    "model, gradually": (18, None, 16), "topic, gradually": (18, None, 16),
    "retrieval gone bad": (18, None, 16), "feedback widget moved": (18, None, 16),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """`delay` counts days with the change, the one of the alarm among them; None where none came in time."""

    delay: int | None
    away: int
    causes: tuple[Hypothesis, ...]
    early: int


def count_false(kindness: Kindness, days: int, seed: int) -> int:
    """False alarms of a project: each is accepted, and its segment goes on."""
    bound = find_bound(SEGMENTS)
    segments = (make_segment(seed * 1_000 + number, days, kindness) for number in range(SEGMENTS))
    return sum(len(watch(segment, bound, goes_on=True).alarms) for segment in segments)


def seek(change: Change, kindness: Kindness, seed: int) -> Found:
    start = BASELINE + int(np.random.default_rng(seed).integers(21))
    segment = make_segment(seed * 1_000 + 999, start + AFTER, kindness, change, start)
    alarms = watch(segment, find_bound(SEGMENTS), goes_on=True).alarms
    early = sum(alarm.day < start for alarm in alarms)
    hit = next((alarm for alarm in alarms if alarm.day >= start), None)
    if hit is None:
        return Found(None, 0, (), early)
    seen = [Seen(Cause.INFRASTRUCTURE, start, "a new release")] if change.event else []
    return Found(hit.day - start + 1, hit.started - start, find_causes(hit, seen, is_alone=change.alone), early)


def tell_quiet(name: str, kindness: Kindness, seeds: Sequence[int], run: "Run") -> str:
    counts = run(partial(count_false, kindness, YEAR), seeds)
    return f"| {name} | {sum(counts) / len(counts):.2f} | {max(counts)} | {sum(count > 1 for count in counts)} |"


def tell_planted(name: str, change: Change, kindness: Kindness, seeds: Sequence[int], run: "Run") -> str:
    found = run(partial(seek, change, kindness), seeds)
    hits = [one for one in found if one.delay is not None]
    delays = sorted(one.delay for one in hits if one.delay is not None)
    right = sum(one.causes[0].cause == change.cause for one in hits)
    among = sum(change.cause in {cause.cause for cause in one.causes} for one in hits)
    median, late = (np.median(delays), np.quantile(delays, 0.9)) if delays else (np.nan, np.nan)
    away = np.median([abs(one.away) for one in hits]) if hits else np.nan
    goal = GOALS.get(name)
    wanted = f"{goal[0]}, {goal[1] or '–'}, {goal[2]}" if goal else "–"
    return (
        f"| {name} | {len(hits)} of {len(found)} | {median:.1f} | {late:.1f} | {away:.1f} | {right} | {among} "
        f"| {sum(one.early for one in found)} | {wanted} |"
    )


Run = Callable[[Callable[[int], Any], Sequence[int]], list[Any]]


def run_in(processes: int, function: Callable[[int], Any], seeds: Sequence[int]) -> list[Any]:
    if processes == 1:
        return [function(seed) for seed in seeds]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(function, seeds))


def list_quiet(seeds: Sequence[int], run: Run, only: str) -> Iterable[str]:
    yield "| 20 segments, 365 days, nothing planted | false alarms a project | most | projects with two or more |"
    yield "| --- | --- | --- | --- |"
    for name, kindness in QUIET.items():
        if only in name:
            yield tell_quiet(name, kindness, seeds, run)


def list_planted(seeds: Sequence[int], run: Run, only: str) -> Iterable[str]:
    yield (
        "| planted | found | median days | 9 of 10 within | start off by (median) | cause right | among two | early "
        "| goal: found, median, right |"
    )
    yield "| --- " * 9 + "|"
    for name, change in PLANTED.items():
        if only in name:
            yield tell_planted(name, change, Kindness(), seeds, run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--part", choices=("quiet", "planted", "both"), default="both")
    parser.add_argument("--only", default="")
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    first = TUNING if asked.tuning else TELLING
    seeds, run = range(first, first + asked.seeds), partial(run_in, asked.processes)
    began = time.monotonic()
    for name, table in (("planted", list_planted), ("quiet", list_quiet)):
        if asked.part in (name, "both"):
            for line in table(seeds, run, asked.only):
                print(line, flush=True)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
