"""How right rankings of comparisons are: runs in which the truth is known, with and without what bends it.

`python -m benchmarks.comparisons --write` simulates 200 runs of each world and writes the table of docs/comparisons.md.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.comparisons.bradley_terry import Array, Estimate, predict, to_share
from feedback.comparisons.comparison import Comparison, Outcome
from feedback.comparisons.ranking import Ranking, rank_items

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/comparisons.md"
TABLE = re.compile(r"(?<=<!-- simulation -->\n).*?(?=<!-- end -->)", re.DOTALL)
Places = NDArray[np.int64]
SLOT = float(np.log(0.65 / 0.35))
"""Of two equals the one that is shown first wins 65 %: 15 points more than half."""


@dataclass(frozen=True)
class World:
    """What is true in a simulation. Effects are in log odds; `strengths` are of items `0`, `1`, …"""

    title: str
    comparisons: int
    strengths: tuple[float, ...] = (1.0, 0.5, 0.0, -0.5, -1.0)
    slot: float = SLOT
    length: float = 0.5
    """Per doubling of e in the ratio of the lengths."""
    tie: float = -0.7
    neither: float = 0.15
    """The share of verdicts that take none, whatever is compared."""
    repeats: int = 1
    """So often each user gives the same verdict on the same two answers."""


WORLDS = (
    World("1,500 comparisons", 1_500),
    World("300 comparisons", 300),
    World("60 comparisons of three", 60, strengths=(0.5, 0.0, -0.5)),
    World("no slot, no length", 1_500, slot=0.0, length=0.0),
    World("6,000 of items that are close", 6_000, strengths=(0.4, 0.2, 0.0, -0.2, -0.4)),
    World("1,500, each user repeats three times", 1_500, repeats=3),
)
GOAL, CLOSE, REPEATED = WORLDS[0], WORLDS[-2], WORLDS[-1]


@dataclass(frozen=True)
class Run:
    """What one simulation found: whether the order is right, and how many of the intervals hold the truth."""

    is_right: bool
    held: int
    intervals: int
    slot_held: bool | None
    """None where it is not told."""
    bend: float
    """The largest error of a share against the average item."""


def simulate(world: World, seed: int) -> list[Comparison]:
    """Comparisons of a world. The weaker an item, the longer its answers, and the oftener it is shown first."""
    chance, count = np.random.default_rng(seed), len(world.strengths)
    verdicts, strengths = world.comparisons // world.repeats, np.array(world.strengths)
    a, b = draw_pairs(count, verdicts, chance)
    a_first = chance.random(verdicts) < 1 / (1 + np.exp(-2.0 * (a - b)))
    lengths = np.exp(chance.normal(6 + 0.25 * np.stack([a, b]), 0.5))
    eta = strengths[a] - strengths[b] + world.slot * np.where(a_first, 1, -1)
    outcomes = draw_outcomes(world, eta + world.length * np.log(lengths[0] / lengths[1]), chance)
    return [
        Comparison(
            id=f"{number}-{repeat}",
            time_ns=number,
            kind="explicit",
            a=str(a[number]),
            b=str(b[number]),
            outcome=outcomes[number],
            first="a" if a_first[number] else "b",
            characters_a=round(lengths[0, number]),
            characters_b=round(lengths[1, number]),
            user=f"user {number}",
        )
        for number in range(verdicts)
        for repeat in range(world.repeats)
    ]


def draw_pairs(items: int, pairs: int, chance: np.random.Generator) -> tuple[Places, Places]:
    """Two different items each time; each item is compared less often than the one before it."""
    a = chance.choice(items, pairs, p=weigh_exposure(items))
    b = chance.choice(items, pairs, p=weigh_exposure(items))
    while (same := a == b).any():
        b[same] = chance.choice(items, int(same.sum()), p=weigh_exposure(items))
    return a, b


def weigh_exposure(items: int) -> Array:
    """The last a third as often as the first."""
    weights = np.linspace(3, 1, items)
    return weights / weights.sum()


def draw_outcomes(world: World, eta: Array, chance: np.random.Generator) -> list[Outcome]:
    chance_a, chance_b, _ = predict(eta, world.tie)
    drawn, outcomes = chance.random(len(eta)), np.full(len(eta), "tie", dtype=object)
    outcomes[drawn < chance_a + chance_b] = "b"
    outcomes[drawn < chance_a] = "a"
    outcomes[chance.random(len(eta)) < world.neither] = "neither"
    return list(outcomes)


def judge(world: World, ranking: Ranking) -> Run:
    """Compare what was found with the truth."""
    mean = float(np.mean(world.strengths))
    truth = {str(place): to_share(strength - mean) for place, strength in enumerate(world.strengths)}
    order = [item.name for item in ranking.items]
    slot = ranking.first_wins
    return Run(
        is_right=order == sorted(truth, key=lambda name: -truth[name]),
        held=sum(holds(item.beats, truth[item.name]) for item in ranking.items),
        intervals=len(ranking.items),
        slot_held=None if slot is None else holds(slot, to_share(world.slot)),
        bend=max((abs(item.beats.value - truth[item.name]) for item in ranking.items), default=1.0),
    )


def holds(found: Estimate, truth: float) -> bool:
    return found.low <= truth <= found.high


def forget_order(comparison: Comparison) -> Comparison:
    return replace(comparison, first="")


def forget_length(comparison: Comparison) -> Comparison:
    return replace(comparison, characters_a=None, characters_b=None)


def forget_both(comparison: Comparison) -> Comparison:
    return forget_length(forget_order(comparison))


def forget_user(comparison: Comparison) -> Comparison:
    return replace(comparison, user="")


def keep(comparison: Comparison) -> Comparison:
    return comparison


def run_world(world: World, runs: int, forget: Callable[[Comparison], Comparison] = keep) -> list[Run]:
    """Seeds 0, 1, … of a world; `forget` takes from each comparison what a simpler method does not know."""
    return [judge(world, rank_items([forget(each) for each in simulate(world, seed)])) for seed in range(runs)]


def describe_runs(title: str, runs: Sequence[Run]) -> str:
    right = sum(each.is_right for each in runs) / len(runs)
    held = sum(each.held for each in runs) / sum(each.intervals for each in runs)
    slots = [each.slot_held for each in runs if each.slot_held is not None]
    slot = f"{sum(slots) / len(slots):.1%}" if slots else "–"
    bend = sum(each.bend for each in runs) / len(runs)
    return f"| {title} | {right:.0%} | {held:.1%} | {slot} | {100 * bend:.1f} |"


def list_rows(runs: int) -> list[str]:
    rows = [describe_runs(world.title, run_world(world, runs)) for world in WORLDS]
    rows.append(describe_runs("1,500, without the slot", run_world(GOAL, runs, forget_order)))
    rows.append(describe_runs("1,500, without the length", run_world(GOAL, runs, forget_length)))
    rows.append(describe_runs("1,500, without both", run_world(GOAL, runs, forget_both)))
    rows.append(describe_runs("6,000 of close items, without the slot", run_world(CLOSE, runs, forget_order)))
    rows.append(describe_runs("1,500, repeated, each taken for another user's", run_world(REPEATED, runs, forget_user)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of each world")
    parser.add_argument("--write", action="store_true", help=f"write the table of {DOCUMENT.name}")
    given = parser.parse_args()
    columns = ("world", "order right", "truth inside 90 %", "of the slot", "largest error, points")
    head = f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n"
    table = head + "\n".join(list_rows(given.runs)) + "\n"
    print(table)
    if given.write:
        DOCUMENT.write_text(TABLE.sub(lambda _: table, DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
