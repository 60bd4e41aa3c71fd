"""Conversations of known users come in, with what was heard in them and when the user was there next; what such
conversations go with goes out: how many fewer come back, are still there, or reach the app's goal.

Users who come often differ from those who do not, and meet other trouble. So those who had such a conversation are
compared with others who had been as active before it. That is still an association: only chance can rule out the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from feedback.odds import expit
from feedback.regression import LEVEL, Array, Estimate, fit_logistic

Outcome = Literal["return", "drop_off", "goal"]
Flags = npt.NDArray[np.bool_]

DAY_NS = 86_400 * 10**9
WEEK_NS = 7 * DAY_NS
DROP_OFF_TIMES = 4
"""Who is not seen for so many times the days in which others come back has dropped off."""
LEAST_USERS = 20
"""On either side; fewer say nothing."""
DISSATISFIED = 0.5
MOST_ODDS = 20.0
"""No conversation stands for more than so many of those that it is alike to."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One conversation of a known user; times in nanoseconds since the epoch."""

    user_id: str
    began_ns: int
    ended_ns: int
    kinds: frozenset[str] = frozenset()
    """Of the signals that stand; with a label, as in `thumbs/down`, where that tells good from bad."""
    dissatisfied: float | None = None
    """P(dissatisfied), where it was estimated."""
    next_ns: int | None = None
    """When they next began a conversation, at least six hours after this one ended."""
    goal_ns: int | None = None
    """When they next reached the goal, from the beginning of this one on."""
    earlier: int = 0
    """Conversations of theirs before this one."""
    recent: int = 0
    """The same, within 28 days."""
    previous_ns: int | None = None
    """When the one before it began."""

    @property
    def is_dissatisfied(self) -> bool:
        return self.dissatisfied is not None and self.dissatisfied >= DISSATISFIED


@dataclass(frozen=True, slots=True)
class Effect:
    """What conversations of one sort go with. Rates are shares of users' weeks, intervals are of 90 %."""

    exposure: str
    conversations: int
    users: int
    users_a_week: float
    """Users who have at least one such conversation in a week, in the mean."""
    rate: float
    """Of the outcome, after such conversations."""
    alike: float
    """Of the outcome, after other conversations of users who had been as active."""
    difference: Estimate
    """`rate` less `alike`."""
    plain: float
    """The same difference without regard to how active users had been."""
    cost: Estimate
    """Users a week who would have come back, stayed or reached the goal; negative where there are more of them."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """The same visits as columns, in the order of time."""

    users: npt.NDArray[np.int64]
    weeks: npt.NDArray[np.int64]
    outcomes: Array
    covariates: Array
    """With a column of ones."""

    def take(self, flags: Flags) -> "Arrays":
        return Arrays(self.users[flags], self.weeks[flags], self.outcomes[flags], self.covariates[flags])


def find_horizon(outcome: Outcome, days: int) -> int:
    """How long a visit is followed, in nanoseconds."""
    return days * DAY_NS * (DROP_OFF_TIMES if outcome == "drop_off" else 1)


def keep_complete(visits: Iterable[Visit], outcome: Outcome, days: int, end_ns: int) -> list[Visit]:
    """Those whose time was over when the data ended: of others nobody knows what comes, and those that came back early
    would stand for all."""
    horizon = find_horizon(outcome, days)
    return [each for each in visits if max(each.ended_ns, each.began_ns) + horizon <= end_ns]


def has_outcome(visit: Visit, outcome: Outcome, days: int) -> bool:
    since = visit.goal_ns if outcome == "goal" else visit.next_ns
    is_there = since is not None and since <= visit.ended_ns + find_horizon(outcome, days)
    return not is_there if outcome == "drop_off" else is_there


def measure_effects(
    visits: Sequence[Visit], outcome: Outcome = "return", days: int = 7, end_ns: int = 2**63 - 1, one_in: int = 1
) -> list[Effect]:
    """For each kind of signal, and for P(dissatisfied), what such conversations cost a week, the dearest first.

    Those of which too few users have any are left out. `one_in`: the visits are those of one user in so many, chosen
    by chance; users a week are then told of all.
    """
    complete = sorted(keep_complete(visits, outcome, days, end_ns), key=lambda visit: visit.began_ns)
    if not complete:
        return []
    arrays = arrange(complete, outcome, days)
    found = [measure_effect(name, flags, arrays, outcome, one_in) for name, flags in list_exposures(complete)]
    return sorted((each for each in found if each), key=lambda effect: (-effect.cost.value, effect.exposure))


def list_exposures(visits: Sequence[Visit]) -> list[tuple[str, Flags]]:
    kinds = sorted(frozenset().union(*(each.kinds for each in visits)))
    exposures = [(kind, np.array([kind in each.kinds for each in visits])) for kind in kinds]
    if all(each.dissatisfied is None for each in visits):
        return exposures
    return [("dissatisfied", np.array([each.is_dissatisfied for each in visits])), *exposures]


def arrange(visits: Sequence[Visit], outcome: Outcome, days: int) -> Arrays:
    ids = {user: number for number, user in enumerate(sorted({each.user_id for each in visits}))}
    return Arrays(
        users=np.array([ids[each.user_id] for each in visits]),
        weeks=np.array([each.began_ns // WEEK_NS for each in visits]),
        outcomes=np.array([has_outcome(each, outcome, days) for each in visits], dtype=float),
        covariates=list_covariates(visits),
    )


def list_covariates(visits: Sequence[Visit]) -> Array:
    """What had been before each conversation (n, 8), each with mean 0 and deviation 1, and a column of ones."""
    recent = np.log1p([each.recent for each in visits])
    earlier = np.log1p([each.earlier for each in visits])
    is_new = np.array([each.previous_ns is None for each in visits], dtype=float)
    gaps = [(each.began_ns - each.previous_ns) / DAY_NS if each.previous_ns is not None else 0.0 for each in visits]
    pause = np.log1p(np.maximum(gaps, 0))
    time = np.array([each.began_ns / WEEK_NS for each in visits])
    columns = np.column_stack([recent, recent**2, earlier, earlier**2, is_new, pause, pause**2, time])
    deviations = columns.std(axis=0)
    scaled = (columns - columns.mean(axis=0)) / np.where(deviations > 1e-9, deviations, 1.0)
    return np.column_stack([np.ones(len(visits)), scaled])


def measure_effect(name: str, exposed: Flags, arrays: Arrays, outcome: Outcome, one_in: int = 1) -> Effect | None:
    """None where fewer than 20 users had such a conversation, or another one."""
    from scipy.special import stdtrit

    users = len(np.unique(arrays.users[exposed]))
    if min(users, len(np.unique(arrays.users[~exposed]))) < LEAST_USERS:
        return None
    first = choose_first(exposed, arrays)
    own, taken = exposed[first], arrays.take(first)
    rate, other = float(taken.outcomes[own].mean()), float(taken.outcomes[~own].mean())
    value, error = compare_alike(own, taken)
    reach = float(stdtrit(users - 1, (1 + LEVEL) / 2)) * error
    difference = Estimate(value, value - reach, value + reach)
    users_a_week = one_in * float(own.sum()) / count_weeks(arrays.weeks)
    return Effect(
        exposure=name,
        conversations=int(exposed.sum()),
        users=users,
        users_a_week=users_a_week,
        rate=rate,
        alike=rate - value,
        difference=difference,
        plain=rate - other,
        cost=difference.scale(users_a_week if outcome == "drop_off" else -users_a_week),
    )


def count_weeks(weeks: npt.NDArray[np.int64]) -> int:
    return int(weeks.max() - weeks.min()) + 1


def choose_first(exposed: Flags, arrays: Arrays) -> Flags:
    """A user's week counts once on each side, by its first conversation there.

    By the first, as all that decides on it had been before: how many follow is itself a part of the outcome.
    """
    weeks = arrays.weeks - arrays.weeks.min()
    _, places = np.unique((arrays.users * (weeks.max() + 1) + weeks) * 2 + exposed, return_index=True)
    flags = np.zeros(len(exposed), dtype=bool)
    flags[places] = True
    return flags


def compare_alike(exposed: Flags, arrays: Arrays) -> tuple[float, float]:
    """The mean difference of outcomes that exposure goes with, among the exposed, and its standard error by users.

    Doubly robust (Robins, Rotnitzky and Zhao 1994; for the exposed: Sant'Anna and Zhao 2020): right where either the
    outcome of the others or the chance of being exposed is a logistic regression on what had been before. The error is
    of sums of the influence by user, as conversations of one user hang together (Liang and Zeger 1986).
    """
    design, outcomes, others = arrays.covariates, arrays.outcomes, ~exposed
    ones = np.ones(len(outcomes))
    expected_fit = fit_logistic(design[others], outcomes[others], ones[others])
    chance_fit = fit_logistic(design, exposed.astype(float), ones)
    rest = outcomes - expit(design @ expected_fit.coefficients)
    odds = np.minimum(np.exp(np.minimum(design @ chance_fit.coefficients, 50.0)), MOST_ODDS)
    own, alike = exposed / exposed.sum(), others * odds / (others * odds).sum()
    here, there = float(own @ rest), float(alike @ rest)
    sums = np.bincount(arrays.users, own * (rest - here) - alike * (rest - there))
    users = len(np.unique(arrays.users))
    return here - there, float(np.sqrt(users / (users - 1) * (sums**2).sum()))


@dataclass(frozen=True, slots=True)
class Waits:
    """How long after each conversation its user came back, or was seen not to, in days, in rising order."""

    lasts: Array
    has_come: Flags

    def take(self, flags: Flags) -> "Waits":
        return Waits(self.lasts[flags], self.has_come[flags])


def follow_effects(
    visits: Sequence[Visit], exposures: Iterable[str], days: int, end_ns: int
) -> dict[str, tuple[list[float], list[float]]]:
    """By exposure: which share came back by each day, after conversations of that sort and after others."""
    waits, order = measure_waits(visits, end_ns)
    flags_of = dict(list_exposures(visits))
    flags = {name: flags_of[name][order] for name in exposures}
    return {
        name: (follow_waits(waits.take(each), days), follow_waits(waits.take(~each), days))
        for name, each in flags.items()
    }


def measure_waits(visits: Sequence[Visit], end_ns: int) -> tuple[Waits, npt.NDArray[np.int64]]:
    """The waits, and which place of `visits` each has."""
    seen = np.array([(end_ns - each.ended_ns) / DAY_NS for each in visits])
    waits = np.array([(each.next_ns - each.ended_ns) / DAY_NS if each.next_ns else np.inf for each in visits])
    has_come = waits <= np.maximum(seen, 0)
    lasts = np.where(has_come, waits, seen)
    order = np.argsort(lasts)
    return Waits(lasts[order], has_come[order]), order


def follow_waits(waits: Waits, days: int) -> list[float]:
    """The share that has come back by the end of each day, from day 0 to `days` (days + 1), as Kaplan and Meier (1958).

    A conversation whose time was not over when the data ended counts as long as it could be seen.
    """
    comings = waits.lasts[waits.has_come]
    moments = np.unique(comings[comings <= days])
    at_risk = len(waits.lasts) - np.searchsorted(waits.lasts, moments, side="left")
    came = np.searchsorted(comings, moments, side="right") - np.searchsorted(comings, moments, side="left")
    staying = np.concatenate([[1.0], np.cumprod(1 - came / at_risk)])
    return [float(1 - staying[np.searchsorted(moments, day, side="right")]) for day in range(days + 1)]
