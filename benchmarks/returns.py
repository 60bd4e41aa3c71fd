"""How right the figures of returning users are: runs in which the truth is known.

`python -m benchmarks.returns --write` simulates 200 runs of each world and writes the table of docs/returns.md.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit

from feedback.returns import DAY_NS, WEEK_NS, Effect, Outcome, Visit, keep_complete, measure_effects

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/returns.md"
TABLE = re.compile(r"(?<=<!-- simulation -->\n).*?(?=<!-- end -->)", re.DOTALL)
START_NS = 3000 * WEEK_NS
KIND = "complaint"


@dataclass(frozen=True)
class World:
    """What is true in a simulation; effects are in log odds."""

    title: str
    effect: float = -0.8
    """Of a bad conversation on coming back within seven days."""
    habit: float = 0.8
    """Of the logarithm of recent conversations on coming back."""
    exposure: float = 0.7
    """Of the same on a bad conversation: who comes often meets more trouble."""
    unseen: float = 0.0
    """Of what nothing tells about a user, on both."""
    users: int = 300
    weeks: int = 14


WORLDS = (
    World("bad conversations cost, the active meet more of them"),
    World("the same, 80 users", users=80),
    World("they cost nothing", effect=0.0),
    World("they cost, the active meet fewer of them", exposure=-0.7),
    World("chance alone chooses who meets them", exposure=0.0),
    World("what nothing tells of users decides both", effect=0.0, exposure=0.0, unseen=1.0),
)
"""In the last one nothing of what is known before tells users apart; there no method that reads the past is right."""


@dataclass(frozen=True)
class Run:
    found: float
    plain: float
    truth: float
    is_held: bool
    is_told: bool


@dataclass(frozen=True)
class Told:
    """A visit, and what its being bad changed of the chance to come back."""

    visit: Visit
    effect: float


def simulate(world: World, seed: int) -> tuple[list[Told], int]:
    """The visits of all users, and when the data ends."""
    chance = np.random.default_rng(seed)
    end_ns = START_NS + world.weeks * WEEK_NS
    return [each for user in range(world.users) for each in follow_user(world, user, end_ns, chance)], end_ns


def follow_user(world: World, user: int, end_ns: int, chance: np.random.Generator) -> list[Told]:
    unseen = world.unseen * chance.normal()
    began, told = START_NS + int(chance.uniform(0, 0.7 * world.weeks) * WEEK_NS), []
    past: list[int] = []
    while began < end_ns:
        recent = sum(began - each <= 28 * DAY_NS for each in past)
        is_bad = chance.random() < expit(-1.6 + world.exposure * (np.log1p(recent) - 1) + unseen)
        base = -0.6 + world.habit * (np.log1p(recent) - 1) - unseen
        comes = chance.random() < expit(base + world.effect * is_bad)
        wait = chance.uniform(0.5, 6.9) if comes else 7.1 + chance.exponential(14)
        ended, following = began + DAY_NS // 100, began + DAY_NS // 100 + int(wait * DAY_NS)
        visit = Visit(
            user_id=f"user {user}",
            began_ns=began,
            ended_ns=ended,
            kinds=frozenset({KIND} if is_bad else ()),
            next_ns=following if following < end_ns else None,
            earlier=len(past),
            recent=recent,
            previous_ns=past[-1] if past else None,
        )
        told.append(Told(visit, float(expit(base + world.effect) - expit(base))))
        past.append(began)
        began = following
    return told


def find_truth(told: Sequence[Told], end_ns: int, outcome: Outcome, days: int) -> float:
    """The mean effect over users' weeks with a bad conversation, of the first in each."""
    complete = keep_complete([each.visit for each in told], outcome, days, end_ns)
    kept = {id(visit) for visit in complete}
    bad: dict[tuple[str, int], float] = {}
    for each in told:
        if id(each.visit) in kept and KIND in each.visit.kinds:
            bad.setdefault((each.visit.user_id, each.visit.began_ns // WEEK_NS), each.effect)
    return float(np.mean(list(bad.values())))


def run(world: World, seed: int) -> Run:
    told, end_ns = simulate(world, seed)
    effect = find_effect(measure_effects([each.visit for each in told], "return", 7, end_ns))
    truth = find_truth(told, end_ns, "return", 7)
    difference = effect.difference
    return Run(
        found=difference.value,
        plain=effect.plain,
        truth=truth,
        is_held=difference.low <= truth <= difference.high,
        is_told=difference.is_told,
    )


def find_effect(effects: Sequence[Effect]) -> Effect:
    return next(each for each in effects if each.exposure == KIND)


def run_world(world: World, runs: int) -> list[Run]:
    """Seeds 0, 1, … of a world."""
    return [run(world, seed) for seed in range(runs)]


def describe_runs(title: str, runs: Sequence[Run]) -> str:
    truth, found, plain = (
        100 * np.mean([getattr(each, name) for each in runs]) for name in ("truth", "found", "plain")
    )
    held, told = (np.mean([getattr(each, name) for each in runs]) for name in ("is_held", "is_told"))
    return f"| {title} | {truth:.1f} | {found:.1f} | {plain:.1f} | {held:.1%} | {told:.0%} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of each world")
    parser.add_argument("--write", action="store_true", help=f"write the table of {DOCUMENT.name}")
    given = parser.parse_args()
    columns = ("world", "truth, points", "found", "plain difference", "truth inside 90 %", "told apart from nothing")
    head = f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n"
    table = head + "\n".join(describe_runs(world.title, run_world(world, given.runs)) for world in WORLDS) + "\n"
    print(table)
    if given.write:
        DOCUMENT.write_text(TABLE.sub(lambda _: table, DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
