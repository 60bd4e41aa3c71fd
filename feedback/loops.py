"""Weeks of traffic come in; models, prompts and forms of answers whose exposure grows with its own praise go out.

What is praised is shown more, and what is shown more is praised more: such a loop feeds on itself, and data that is
learnt from it makes it stronger (Jiang et al. 2019, "Degenerate feedback loops in recommender systems"; Chaney et al.
2018, "How algorithmic confounding in recommendation systems increases homogeneity and decreases utility"). It is told
from an answer that simply is better by people who take no part in it: the holdout, where praise then does not grow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from feedback.regression import Array, Estimate, Fit, fit_logistic

Control = Literal["holdout", "before", ""]

SURE = 0.05
"""Share of projects without any loop that may be warned, whatever the number of items."""
LEAST_WEEKS = 6
LEAST_WEEKS_WITHOUT = 12
"""Without a holdout: the first half is what the second is compared with."""
LEAST_PRAISED = 20
LEAST_CONTROL = 60
"""Exposed conversations in the holdout, or in the weeks before."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """An item in one week and group: so many conversations met it, and so many of these were praised."""

    item: str
    week: int
    is_held_out: bool
    exposed: int
    praised: int


@dataclass(frozen=True, slots=True)
class Loop:
    """What was found of one item. Trends are in log odds a week, with intervals of 90 %."""

    item: str
    control: Control
    """What its praise is compared with; empty where there is too little of anything."""
    weeks: int = 0
    exposed: int = 0
    praised: int = 0
    exposure: Estimate | None = None
    """Trend of its share of the traffic."""
    praise: Estimate | None = None
    """Trend of the share of praise among those exposed."""
    difference: Estimate | None = None
    """By how much that trend is over the one of the control."""
    p: float = 1.0
    """That not all three are over 0, corrected for the number of items."""

    @property
    def is_warning(self) -> bool:
        return self.p <= SURE


def find_loops(totals: Mapping[tuple[int, bool], int], exposures: Iterable[Exposure]) -> list[Loop]:
    """Each item with its trends, the surest loop first.

    `totals`: all conversations by (week, whether held out). A warning needs that exposure grows, that praise among
    those exposed grows, and that it grows more than in the control: each at 5 %, so that all three together are wrong
    in at most 5 % (intersection-union test, Berger 1982), with Holm's correction for the items.
    """
    by_item: dict[str, list[Exposure]] = {}
    for each in exposures:
        by_item.setdefault(each.item, []).append(each)
    found = [measure_item(name, totals, rows) for name, rows in by_item.items()]
    return sorted(correct_for_many(found), key=lambda loop: (loop.p, -loop.exposed, loop.item))


def correct_for_many(loops: Sequence[Loop]) -> list[Loop]:
    """With p as Holm (1979) raises it for the number of those that were tested."""
    tested = sorted((loop for loop in loops if loop.control), key=lambda loop: loop.p)
    corrected, least = [loop for loop in loops if not loop.control], 0.0
    for place, loop in enumerate(tested):
        least = min(1.0, max(least, loop.p * (len(tested) - place)))
        corrected.append(replace(loop, p=least))
    return corrected


def measure_item(name: str, totals: Mapping[tuple[int, bool], int], rows: Sequence[Exposure]) -> Loop:
    known = {(row.week, row.is_held_out): row for row in rows}
    weeks = sorted({week for week, is_held_out in totals if not is_held_out})
    empty = Exposure(name, 0, False, 0, 0)
    shown = [known.get((week, False), empty) for week in weeks]
    held = [known.get((week, True), empty) for week in weeks]
    all_shown = np.array([totals[week, False] for week in weeks], dtype=float)
    counts = tuple(
        np.array(each, dtype=float) for each in zip(*((row.exposed, row.praised) for row in shown), strict=True)
    )
    plain = Loop(name, "", len(weeks), int(counts[0].sum()), int(counts[1].sum())) if weeks else Loop(name, "")
    control = choose_control(plain, shown, held, all_shown)
    if not control:
        return plain
    times = np.array(weeks, dtype=float) - weeks[len(weeks) // 2]
    if control == "holdout":
        others = tuple(
            np.array(each, dtype=float) for each in zip(*((row.exposed, row.praised) for row in held), strict=True)
        )
        return compare_with_holdout(plain, times, all_shown, counts, others)
    return compare_with_before(plain, times, all_shown, counts)


def choose_control(plain: Loop, shown: Sequence[Exposure], held: Sequence[Exposure], totals: Array) -> Control:
    met = sum(row.exposed > 0 for row in shown)
    if plain.praised < LEAST_PRAISED or met < LEAST_WEEKS or plain.exposed >= totals.sum():
        return ""
    if sum(row.exposed for row in held) >= LEAST_CONTROL and sum(row.exposed > 0 for row in held) >= LEAST_WEEKS:
        return "holdout"
    before = sum(row.exposed for row in shown[: len(shown) // 2])
    return "before" if met >= LEAST_WEEKS_WITHOUT and before >= LEAST_CONTROL else ""


def compare_with_holdout(
    plain: Loop, times: Array, totals: Array, shown: Sequence[Array], held: Sequence[Array]
) -> Loop:
    ones, none = np.ones_like(times), np.zeros_like(times)
    exposure = fit_shares(np.column_stack([ones, times]), shown[0], totals)
    design = np.vstack([np.column_stack([ones, none, times, none]), np.column_stack([none, ones, none, times])])
    praise = fit_shares(design, np.concatenate([shown[1], held[1]]), np.concatenate([shown[0], held[0]]))
    return tell(plain, "holdout", (exposure, [0, 1]), (praise, [0, 0, 1, 0]), [0, 0, 1, -1])


def compare_with_before(plain: Loop, times: Array, totals: Array, shown: Sequence[Array]) -> Loop:
    """The second half of the weeks against the first, by trends that meet in the middle."""
    design = np.column_stack([np.ones_like(times), np.minimum(times, 0), np.maximum(times, 0)])
    exposure, praise = fit_shares(design, shown[0], totals), fit_shares(design, shown[1], shown[0])
    return tell(plain, "before", (exposure, [0, 0, 1]), (praise, [0, 0, 1]), [0, -1, 1])


def fit_shares(design: Array, successes: Array, trials: Array) -> Fit:
    """Weeks without trials say nothing; each other one has one trial more, at the share of all, so none is 0 or 1."""
    there = trials > 0
    rows, part, whole = design[there], successes[there], trials[there]
    return fit_logistic(rows, part + (part.sum() + 0.5) / (whole.sum() + 1), whole + 1)


def tell(
    plain: Loop, control: Control, exposure: tuple[Fit, list[int]], praise: tuple[Fit, list[int]], contrast: list[int]
) -> Loop:
    fit, trend = praise
    tests = (exposure[0].test_positive(exposure[1]), fit.test_positive(trend), fit.test_positive(contrast))
    return replace(
        plain,
        control=control,
        exposure=exposure[0].estimate(exposure[1]),
        praise=fit.estimate(trend),
        difference=fit.estimate(contrast),
        p=max(tests),
    )
