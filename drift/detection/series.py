"""Days of counts and sums come in, standard scores of each day against the days before it go out.

The unit is the day, not the conversation: days differ by more than chance alone. A day is compared with the mean of its
weekday in an expanding baseline, by a t-residual that holds the variation of days, the chance within the day and the
baseline's own error; without drift the scores are independent and of variance one. A fixed baseline would not do: its
error would look like drift for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drift.detection.metrics import Kind, Metric

LEARNING = 21
"""Days that must be known before one is judged: three of each weekday."""
LONGEST = 91
"""Days of the baseline, at most: thirteen weeks."""
LEARNING_WEEKS = 8
LEAST_COUNT = 5
"""Fewer make no day of a metric."""
WEEK = 7
TINY = 1e-9
LAGS = 3
"""Days over which moods are looked for."""
PRIOR = 20.0
"""Days without memory that are added to those known."""
CHANCE = 0.1
"""So much likeness is taken for chance, else every series would lose by it."""
OUTLYING = 2.5
"""Standard deviations that count no more: a change is no mood."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A metric by day: of a mean count, sum and sum of squares, of a rate trials and successes (no squares).

    Of a distance: counts, squared distances by the variance of texts (sums), and those expected by chance (squares).
    """

    metric: Metric
    counts: Floats
    sums: Floats
    squares: Floats
    part: str = ""
    """Which topic, where there are several."""

    @property
    def name(self) -> str:
        return f"{self.metric.name} {self.part}" if self.part else self.metric.name


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How the days of a segment are judged: one by one, or by weeks."""

    days: int
    learning: int
    longest: int


DAILY = Step(1, LEARNING, LONGEST)
WEEKLY = Step(WEEK, LEARNING_WEEKS, LONGEST)


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Rows are metrics, columns days: the standard score (0 where unknown), what is known, and the shift in units that
    people know (standard deviations of conversations, shares), with the value and what was expected of it."""

    scores: Floats
    known: Flags
    shifts: Floats
    values: Floats
    expected: Floats


def standardise(
    series: Sequence[Series],
    weekdays: Integers,
    ordinary: Flags,
    step: Step = DAILY,
    begin: int = 0,
    until: int | None = None,
) -> Residuals:
    """Each day from `begin` on against the days from `begin` to it, of which none from `until` on are learnt."""
    values, variances, spreads, known = _read_values(series, ordinary, begin)
    scores, expected = np.zeros_like(values), np.full_like(values, np.nan)
    is_judged = np.zeros_like(known)
    for day in range(begin + step.learning, values.shape[1]):
        learnt = day if until is None else min(day, until)
        window = slice(max(begin, learnt - step.longest), learnt)
        score, mean, is_certain = _judge_day(
            values[:, window], variances[:, window], known[:, window], weekdays[window], values[:, day],
            variances[:, day], weekdays[day], step,
        )  # fmt: skip
        is_judged[:, day] = is_certain & known[:, day]
        scores[:, day] = np.where(is_judged[:, day], score, 0.0)
        expected[:, day] = mean
    return _tell(series, _take_out_memory(scores, is_judged), is_judged, values, expected, spreads)


def _read_values(series: Sequence[Series], ordinary: Flags, begin: int) -> tuple[Floats, Floats, Floats, Flags]:
    """Values whose variance does not hang on their mean, the variance of chance within the day, the standard deviation
    of single conversations, and which days are known."""
    shape = (len(series), len(ordinary))
    values, variances, spreads = np.zeros(shape), np.zeros(shape), np.ones(shape)
    known = np.zeros(shape, dtype=np.bool_)
    for row, one in enumerate(series):
        is_known = ordinary & np.isfinite(one.counts) & np.isfinite(one.sums) & (one.counts >= LEAST_COUNT)
        if one.metric.kind in (Kind.MEAN, Kind.DISTANCE):
            is_known &= np.isfinite(one.squares)
        counts = np.where(is_known, one.counts, 1.0)
        sums, squares = np.where(is_known, one.sums, 0.0), np.where(is_known, one.squares, 0.0)
        if one.metric.kind is Kind.MEAN:
            values[row] = sums / counts
            spreads[row] = _find_spread(counts, sums, squares, is_known, begin)
            variances[row] = spreads[row] ** 2 / counts
        elif one.metric.kind is Kind.DISTANCE:
            is_known &= (one.sums > 0) & (one.squares > 0)
            values[row] = np.log(np.where(is_known, sums, 1.0) / np.where(is_known, squares, 1.0))
        else:
            share = (np.clip(sums, 0, counts) + 0.375) / (counts + 0.75)
            values[row] = np.arcsin(np.sqrt(share))
            variances[row] = 0.25 / (counts + 0.5)
        known[row] = is_known
    known[:, :begin] = False
    return values, variances, spreads, known


def _find_spread(counts: Floats, sums: Floats, squares: Floats, known: Flags, begin: int) -> Floats:
    """The standard deviation of single conversations, as known the day before; before anything is, that of the first
    day."""
    within = np.where(known, np.maximum(squares - sums**2 / counts, 0.0), 0.0)
    free = np.where(known, np.maximum(counts - 1, 0.0), 0.0)
    within[:begin] = free[:begin] = 0.0
    summed, freedom = np.cumsum(within), np.cumsum(free)
    spread = np.sqrt(summed / np.maximum(freedom, 1.0))
    first = int((freedom <= 0).sum()) if freedom.any() else 0
    before = np.concatenate([spread[:1], spread[:-1]])
    before[: first + 1] = spread[first : first + 1]
    return before


def _judge_day(
    past: Floats,
    chance: Floats,
    known: Flags,
    weekdays: Integers,
    today: Floats,
    chance_today: Floats,
    weekday: int,
    step: Step,
) -> tuple[Floats, Floats, Flags]:
    """The score of a day, what was expected, and whether enough is known for it."""
    is_day = (weekdays[:, None] == np.arange(WEEK)).astype(np.float64)
    number = known @ is_day
    free = known.sum(axis=1) - (number > 0).sum(axis=1)
    apart = _find_variance_of_days(past, chance, known, is_day)
    floor = (TINY * np.abs(past * known).max(axis=1, initial=0.0)) ** 2 + 1e-40
    weights = known / (apart[:, None] + chance + floor[:, None])
    sums = weights @ is_day
    means = ((weights * past) @ is_day) / np.maximum(sums, 1e-300)
    left = (weights * (past - means @ is_day.T) ** 2).sum(axis=1) / np.maximum(free, 1)
    usual, doubt = _expect_weekday(means, sums, int(weekday))
    here = apart + chance_today + floor
    scale = np.maximum(left, chance_today / here)
    t = (today - usual) / np.sqrt(scale * (here + doubt) + floor)
    enough = (known.sum(axis=1) >= step.learning * 2 // 3) & (number[:, weekday] > 1) & (free > 3)
    return _make_normal(t, np.maximum(free, 1).astype(np.float64)), usual, enough


def _expect_weekday(means: Floats, sums: Floats, weekday: int) -> tuple[Floats, Floats]:
    """What is expected of a weekday, and its variance: between its own mean and that of all days, the nearer to the
    latter the less weekdays differ beyond chance (`sums` are one by the variance of the means)."""
    has = sums > 0
    whole = np.maximum(sums.sum(axis=1), 1e-300)
    middle = (sums * means).sum(axis=1) / whole
    excess = (sums * (means - middle[:, None]) ** 2).sum(axis=1) - np.maximum(has.sum(axis=1) - 1, 0)
    apart = np.maximum(excess, 0.0) / np.maximum(whole - (sums**2).sum(axis=1) / whole, 1e-9 * whole)
    own = np.where(has, sums / (1 + sums * apart[:, None]), 0.0)
    held = np.maximum(own.sum(axis=1), 1e-300)
    middle = (own * means).sum(axis=1) / held
    trust = apart * sums[:, weekday] / (1 + apart * sums[:, weekday])
    doubt = apart / (1 + apart * sums[:, weekday]) + (1 - trust) ** 2 / held
    return middle + trust * (means[:, weekday] - middle), doubt


def _find_variance_of_days(past: Floats, chance: Floats, known: Flags, is_day: Floats) -> Floats:
    """By how much days of one weekday differ beyond chance: the method of moments, busy days counting more."""
    weights = known / (chance + chance.mean(axis=1, keepdims=True) + 1e-300)
    weights = weights / np.maximum(weights.max(axis=1, keepdims=True), 1e-300)
    sums = weights @ is_day
    means = ((weights * past) @ is_day) / np.maximum(sums, 1e-300)
    held = weights * (1 - weights / np.maximum(sums @ is_day.T, 1e-300))
    squared = (weights * (past - means @ is_day.T) ** 2).sum(axis=1)
    excess = np.maximum(squared - (held * chance).sum(axis=1), 0.0)
    return np.asarray(excess / np.maximum(held.sum(axis=1), 1e-300), dtype=np.float64)


def _make_normal(t: Floats, free: Floats) -> Floats:
    """Student's t to a standard score of the same probability, by Wallace's formula."""
    bent = np.sqrt(free * np.log1p(t**2 / free)) * (8 * free + 1) / (8 * free + 3)
    return np.asarray(np.sign(t) * bent, dtype=np.float64)


def _tell_share(angles: Floats, counts: Floats) -> Floats:
    """The share behind an angle of a day with so many trials."""
    many = np.maximum(np.nan_to_num(counts), 1.0)
    return np.asarray(np.clip((np.sin(angles) ** 2 * (many + 0.75) - 0.375) / many, 0.0, 1.0), dtype=np.float64)


def _take_out_memory(scores: Floats, known: Flags) -> Floats:
    """Moods may last for days: what is left of yesterday's score, as known so far, is no news today."""
    number, length = scores.shape
    bounded = np.clip(scores, -OUTLYING, OUTLYING)
    whole = _sum_before(bounded**2) + PRIOR
    alike = np.zeros((LAGS, number, length))
    for lag in range(1, min(LAGS + 1, length)):
        products = np.zeros_like(scores)
        products[:, lag:] = bounded[:, lag:] * bounded[:, :-lag]
        alike[lag - 1] = _sum_before(products) / whole
    summed = np.maximum(alike.sum(axis=0) - CHANCE, 0.0)
    memory = summed / (1 + summed)
    before = np.concatenate([np.zeros((number, 1)), scores[:, :-1]], axis=1)[:, :length]
    spread = np.maximum(1 + memory**2 - 2 * memory * np.maximum(alike[0], 0.0), 1 - memory**2)
    return np.asarray(np.where(known, (scores - memory * before) / np.sqrt(spread), 0.0), dtype=np.float64)


def _sum_before(values: Floats) -> Floats:
    """Of the days before each."""
    return np.asarray(np.cumsum(values, axis=1) - values, dtype=np.float64)


def _tell(
    series: Sequence[Series], scores: Floats, known: Flags, values: Floats, expected: Floats, spreads: Floats
) -> Residuals:
    """Back to what people know: shares, and standard deviations of conversations."""
    shifts, told, awaited = np.zeros_like(values), values.copy(), expected.copy()
    for row, one in enumerate(series):
        if one.metric.kind in (Kind.RATE, Kind.TOPIC):
            told[row], awaited[row] = (_tell_share(angles[row], one.counts) for angles in (values, expected))
            shifts[row] = told[row] - awaited[row]
        elif one.metric.kind is Kind.MEAN:
            floor = TINY * np.abs(values[row]) + 1e-300
            shifts[row] = (values[row] - expected[row]) / np.maximum(spreads[row], floor)
        else:
            shifts[row] = one.sums - one.squares * np.exp(expected[row])
    return Residuals(scores, known, np.where(known, shifts, 0.0), told, awaited)
