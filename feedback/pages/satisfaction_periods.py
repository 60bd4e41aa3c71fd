"""How likely the users of many conversations were dissatisfied, by log odds, comes in; how many were satisfied over a
period goes out, with an interval, and how that changed.

The mean of such probabilities leans to what is usual in the project, for each rests on it. So what is usual is taken
out of each, and the share is the likeliest one by what is left (Saerens, Latinne and Decaestecker 2002). Its error is
that of the sample and of how little each conversation tells; how sure the level itself is says the project's fit.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from feedback.pages.shares import Change, Share, compare_shares
from feedback.satisfaction.intervals import Interval

PER_LOG_ODD = 5
"""Log odds are counted by fifths."""
Z_90 = 1.644854
FEWEST = 20
"""Under so many conversations no share is told."""
LEANING = 1.0
"""So many conversations as usual are added, so that few are no certainty."""
ROUNDS = 30
LIKELY = 0.7
"""From here on a conversation is said to look dissatisfied."""


@dataclass(frozen=True, slots=True)
class Satisfied:
    """A share of satisfied users, and its standard error in log odds."""

    share: float
    error: float
    conversations: int

    def widen(self, level_error: float = 0.0) -> Interval:
        """Its interval at 90 %, with the error of the level beside its own."""
        centre, reach = find_log_odds(self.share), Z_90 * math.hypot(self.error, level_error)
        return Interval(self.share, find_share(centre - reach), find_share(centre + reach))


def find_log_odds(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))


def find_share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def add_counts(counts: Iterable[Mapping[int, int]]) -> Counter[int]:
    """Counts of several slices as one."""
    total: Counter[int] = Counter()
    for each in counts:
        total.update(each)
    return total


def estimate_satisfied(counts: Mapping[int, int], usual: float) -> Satisfied | None:
    """The share of satisfied users, of conversations by fifths of the log odds that they were not; None of none.

    `usual` is the share of dissatisfied ones that each probability rests on.

    >>> estimate_satisfied({-10: 30, 10: 10}, 0.5).share > 0.7
    True
    """
    total = sum(counts.values())
    if not total:
        return None
    level = find_log_odds(usual)
    pulls = [(math.exp(fifths / PER_LOG_ODD - level) - 1, count) for fifths, count in counts.items()]
    share, information = find_likeliest(pulls, usual)
    return Satisfied(1 - share, 1 / (math.sqrt(information) * share * (1 - share)), total)


def find_likeliest(pulls: Sequence[tuple[float, int]], usual: float) -> tuple[float, float]:
    """The share of dissatisfied ones by Newton's steps, and the information on it, from likelihood ratios less one with
    their counts."""
    share = usual
    for _ in range(ROUNDS):
        towards = [(count, pull / (1 + share * pull)) for pull, count in pulls]
        slope = sum(count * each for count, each in towards) + LEANING * (usual / share - (1 - usual) / (1 - share))
        information = sum(count * each * each for count, each in towards)
        information += LEANING * (usual / share**2 + (1 - usual) / (1 - share) ** 2)
        step = slope / information
        if abs(step) < 1e-4:
            break
        share = min(max(share + step, share / 4), 1 - (1 - share) / 4)
    return share, information


def compare_satisfied(now: Satisfied | None, before: Satisfied | None) -> Change | None:
    """How much more are satisfied than before, at 90 %: the level, wrong for both alike, says nothing of it."""
    if now is None or before is None or min(now.conversations, before.conversations) < FEWEST:
        return None
    difference = now.share - before.share
    reach = Z_90 * math.hypot(*(each.error * each.share * (1 - each.share) for each in (now, before)))
    return Change(difference, difference - reach, difference + reach)


def compare_around(counts: "Rows", usual: float, moments_ns: Sequence[int]) -> list[Change | None]:
    """How much more are satisfied after each moment of the period than before; None where either side has too few."""
    bounds = sorted(set(moments_ns))
    between: list[Counter[int]] = [Counter() for _ in range(len(bounds) + 1)]
    for row in counts:
        if row["is_current"]:
            between[bisect_right(bounds, row["slice_ns"])].update(row["corrected"])
    before = list(accumulate(between))
    estimates = [[estimate_satisfied(side, usual) for side in (before[-1] - each, each)] for each in before[:-1]]
    found = {bound: compare_satisfied(*sides) for bound, sides in zip(bounds, estimates, strict=True)}
    return [found[moment] for moment in moments_ns]


def find_level_error(interval: Mapping[str, float] | None) -> float:
    """The standard error in log odds that a fit's interval at 90 % tells; 0 where there is none."""
    if not interval:
        return 0.0
    return (find_log_odds(interval["high"]) - find_log_odds(interval["low"])) / (2 * Z_90)


def count_likely(counts: Mapping[int, int]) -> int:
    """How many conversations look dissatisfied by themselves.

    >>> count_likely({-3: 5, 4: 2, 5: 3})
    3
    """
    return sum(count for fifths, count in counts.items() if find_share(fifths / PER_LOG_ODD) > LIKELY)


@dataclass(frozen=True, slots=True)
class Way:
    """How many were satisfied, seen in one way: now, how that changed, and by slice (seconds at which it begins)."""

    interval: Interval | None
    change: Change | None
    observed: int
    """Conversations, or thumbs and ratings."""
    slices: Mapping[int, Interval]


@dataclass(frozen=True, slots=True)
class Ways:
    """Three answers to one question, never added to each other."""

    thumbs: Way
    implicit: Way
    corrected: Way
    likely: int
    """Conversations that look dissatisfied by themselves."""
    verdicts_needed: bool
    """Whether too few said anything on purpose to correct with."""
    reason: str
    """One sentence: what the corrected rate rests on, or why there is none; empty where nothing was fitted yet."""
    usual: float
    """The share of dissatisfied ones that estimates rest on."""


FEWEST_IN_SLICE = 5
FEWEST_THUMBS_IN_SLICE = 3
SECOND_NS = 10**9
Rows = Sequence[Mapping[str, Any]]


def read_ways(counts: Rows, signals: Rows, rates: Mapping[str, Any] | None, step_s: int) -> Ways:
    """From rows of `page_counts.sql` and `page_signal_counts.sql`, and the rates of the project's latest fit."""
    told = rates or {}
    corrected = told.get("corrected")
    level = corrected or told.get("implicit")
    both = add_counts(row["corrected"] for row in counts)
    usual = level["value"] if level else find_usual(both)
    return Ways(
        thumbs=read_thumbs(signals, step_s),
        implicit=read_way("implicit", counts, usual, find_level_error(told.get("implicit")), step_s),
        corrected=read_way("corrected", counts, usual, find_level_error(corrected or told.get("implicit")), step_s),
        likely=count_likely(add_counts(row["corrected"] for row in counts if row["is_current"])),
        verdicts_needed=corrected is None,
        reason=told.get("reason", ""),
        usual=usual,
    )


def find_usual(counts: Mapping[int, int]) -> float:
    """The mean of probabilities that are counted by fifths of their log odds."""
    total = sum(counts.values())
    return sum(count * find_share(fifths / PER_LOG_ODD) for fifths, count in counts.items()) / total if total else 0.5


def read_way(name: str, counts: Rows, usual: float, level_error: float, step_s: int) -> Way:
    now, before = (
        estimate_satisfied(add_counts(row[name] for row in counts if bool(row["is_current"]) is current), usual)
        for current in (True, False)
    )
    sliced: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in counts:
        if row["is_current"]:
            sliced[row["slice_ns"] // SECOND_NS // step_s * step_s].update(row[name])
    found = {second: estimate_satisfied(each, usual) for second, each in sliced.items()}
    is_enough = now is not None and now.conversations >= FEWEST
    return Way(
        interval=now.widen(level_error) if now and is_enough else None,
        change=compare_satisfied(now, before),
        observed=now.conversations if now else 0,
        slices={
            second: each.widen() for second, each in found.items() if each and each.conversations >= FEWEST_IN_SLICE
        },
    )


def read_thumbs(signals: Rows, step_s: int) -> Way:
    """What was said on purpose, as it came."""
    now, before = (add_said(row for row in signals if bool(row["is_current"]) is current) for current in (True, False))
    sliced: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in signals:
        if row["is_current"]:
            sliced[row["slice_ns"] // SECOND_NS // step_s * step_s].append(row)
    shares = {second: add_said(rows) for second, rows in sliced.items()}
    return Way(
        interval=to_interval(now) if now.whole else None,
        change=compare_shares(now, before),
        observed=now.whole,
        slices={second: to_interval(each) for second, each in shares.items() if each.whole >= FEWEST_THUMBS_IN_SLICE},
    )


def add_said(rows: Iterable[Mapping[str, Any]]) -> Share:
    said: Counter[str] = Counter()
    for row in rows:
        said[row["kind"]] += row["turns"]
    return Share(said["said_well"], said["said_well"] + said["said_badly"])


def to_interval(share: Share) -> Interval:
    return Interval(share.value, share.low, share.high)
