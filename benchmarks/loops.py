"""How often loops are found, and warned of where there are none: runs in which the truth is known.

`python -m benchmarks.loops --write` simulates 200 runs of each world and writes the table of docs/loops.md.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from feedback.loops import Exposure, Loop, find_loops

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/loops.md"
TABLE = re.compile(r"(?<=<!-- simulation -->\n).*?(?=<!-- end -->)", re.DOTALL)
LOOPING = "item 0"


@dataclass(frozen=True)
class World:
    """What is true in a simulation, in log odds a week."""

    title: str
    growth: float = 0.0
    """Of the share of the first item that comes of itself."""
    better: float = 0.0
    """Of the praise of the first item among everybody: it does get better."""
    loop: float = 0.0
    """How far praise of the first item rises with each doubling of its odds of being shown, outside the holdout, and
    how far these odds rise with that praise."""
    wandering: float = 0.05
    """Standard deviation by which shares, and praise of everybody, change from week to week of themselves."""
    scatter: float = 0.15
    """Standard deviation by which praise differs from week to week and group to group."""
    holdout: float = 0.1
    weeks: int = 16
    conversations: int = 3_000
    """A week."""
    items: int = 4


WORLDS = (
    World("a loop", loop=0.7, growth=0.1),
    World("a loop, no holdout", loop=0.7, growth=0.1, holdout=0.0),
    World("a weak loop", loop=0.25, growth=0.1),
    World("nothing changes"),
    World("nothing changes, no holdout", holdout=0.0),
    World("one is shown more and more", growth=0.15),
    World("one is shown more and more, no holdout", growth=0.15, holdout=0.0),
    World("one gets better for everybody, and is shown more", growth=0.15, better=0.08),
    World("one gets better for everybody, and is shown more, no holdout", growth=0.15, better=0.08, holdout=0.0),
    World("one gets better, its share stays", better=0.08),
    World("everything wanders", wandering=0.2, scatter=0.3),
    World("everything wanders, no holdout", wandering=0.2, scatter=0.3, holdout=0.0),
)


def simulate(world: World, seed: int) -> tuple[dict[tuple[int, bool], int], list[Exposure]]:
    """Conversations by week and group, and each item's part of them."""
    chance = np.random.default_rng(seed)
    shares, praise = np.full(world.items, logit(1 / world.items)), np.full(world.items, logit(0.12))
    held = round(world.holdout * world.conversations)
    sizes = {False: world.conversations - held, True: held}
    totals, exposures = {}, []
    for week in range(world.weeks):
        odds = np.exp(shares)
        gain = world.loop * max(0.0, (shares[0] - logit(1 / world.items)) / np.log(2))
        for is_held_out, size in sizes.items():
            if not size:
                continue
            totals[week, is_held_out] = size
            shown = chance.multinomial(size, odds / odds.sum())
            lifts = np.zeros(world.items) if is_held_out else gain * (np.arange(world.items) == 0)
            praised = chance.binomial(shown, expit(praise + lifts + chance.normal(0, world.scatter, world.items)))
            exposures += [
                Exposure(f"item {item}", week, is_held_out, int(shown[item]), int(praised[item]))
                for item in range(world.items)
            ]
        shares = shares + chance.normal(0, world.wandering, world.items)
        praise = praise + chance.normal(0, world.wandering, world.items)
        shares[0] += world.growth + min(0.1, 0.1 * gain)
        praise[0] += world.better
    return totals, exposures


def run_world(world: World, runs: int) -> list[list[Loop]]:
    """What is found in seeds 0, 1, … of a world."""
    return [find_loops(*simulate(world, seed)) for seed in range(runs)]


def is_warned(loops: Sequence[Loop]) -> bool:
    return any(each.is_warning for each in loops)


def describe_runs(world: World, runs: Sequence[Sequence[Loop]]) -> str:
    warned = sum(is_warned(each) for each in runs) / len(runs)
    right = sum(any(loop.is_warning and loop.item == LOOPING for loop in each) for each in runs) / len(runs)
    return f"| {world.title} | {'yes' if world.loop else 'no'} | {warned:.1%} | {right:.1%} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of each world")
    parser.add_argument("--write", action="store_true", help=f"write the table of {DOCUMENT.name}")
    given = parser.parse_args()
    columns = ("world", "a loop", "runs with a warning", "of the first item")
    head = f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n"
    table = head + "\n".join(describe_runs(world, run_world(world, given.runs)) for world in WORLDS) + "\n"
    print(table)
    if given.write:
        DOCUMENT.write_text(TABLE.sub(lambda _: table, DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
