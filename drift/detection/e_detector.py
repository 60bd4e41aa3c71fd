"""Standard scores by day come in, the evidence for a change goes out: the sum of Shiryaev and Roberts over all days on
which it may have begun, and over a mixture of sizes and shapes (Shin, Ramdas and Rinaldo, E-detectors, 2022).

Without a change each term is one on average, so evidence reaches c once in c days at most, however the metrics hang
together: they are averaged, never multiplied.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drift.detection.metrics import Family, Kind, Metric
from drift.detection.series import WEEK, Flags, Floats, Integers, Residuals

SIZES = (0.75, 1.25, 2.0, 3.0, 4.0)
"""Standard deviations of days by which a metric moves."""
COMMON = np.array([1.0, 2.0, 3.0, 4.0, 5.0]) / 15
"""How common each size is taken to be: what is worth an alarm is rarely small. With all alike a silent change of a
model is found half a day later."""
RAMP = 14
"""Days in which a gradual change is complete."""
MOST = 4.5
"""A day counts for no more standard deviations than so many: one odd day is no drift."""
STARTS = 63
"""Days back on which a change may have begun; older ones have been found, or are the baseline."""

AT_ONCE = 0.75
"""The weight of sudden changes; gradual ones have the rest."""
WEIGHTS = np.array([AT_ONCE, 1 - AT_ONCE])
RATIOS = np.array(SIZES + tuple(-size for size in SIZES))
MIXTURE = np.concatenate([COMMON, COMMON]) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Of a day: each metric's sum (rows as in the residuals), its weight, whether its shift is large enough to be told,
    the weighted sum of those by start, and the shift of each metric since its own likeliest start."""

    sums: Floats
    weights: Floats
    telling: Flags
    by_start: Floats
    first_start: int
    starts: Integers
    shifts: Floats

    @property
    def total(self) -> float:
        return float(self.by_start.sum())

    @property
    def parts(self) -> Floats:
        """What each metric adds."""
        return np.asarray(self.weights * self.telling * self.sums, dtype=np.float64)

    @property
    def start(self) -> int:
        return self.first_start + int(np.argmax(self.by_start))


def make_shapes(length: int) -> Floats:
    """Of each shape (at once, gradually) a row for each start and a column for each day: how much has come by then."""
    since = np.arange(length)[None, :] - np.arange(length)[:, None] + 1
    return np.stack([(since > 0).astype(np.float64), np.clip(since / RAMP, 0.0, 1.0)])


SHAPES = make_shapes(STARTS)


def weigh(metrics: Sequence[Metric], known: Flags) -> Floats:
    """Families weigh alike, in each the names of metrics, in each its parts; what has no days weighs nothing."""
    weights = np.zeros(len(metrics))
    families = {metric.family for metric, is_known in zip(metrics, known, strict=True) if is_known}
    for family in families:
        names = [metric.name for metric, is_known in zip(metrics, known, strict=True) if is_known]
        own = {metric.name for metric in metrics if metric.family is family} & set(names)
        for row, metric in enumerate(metrics):
            if known[row] and metric.name in own:
                weights[row] = 1 / len(families) / len(own) / names.count(metric.name)
    return weights


def weigh_evidence(metrics: Sequence[Metric], residuals: Residuals, day: int) -> Evidence:
    """What the days up to this one say."""
    first = max(0, day + 1 - STARTS)
    known = residuals.known[:, first : day + 1]
    weights = weigh(metrics, np.asarray(known.any(axis=1), dtype=np.bool_))
    terms = _sum_ratios(metrics, residuals.scores[:, first : day + 1], known)
    starts = np.argmax(terms, axis=1)
    shifts = _find_shifts(metrics, residuals, first, starts, day)
    telling = np.abs(shifts) >= np.array([metric.least for metric in metrics])
    return Evidence(terms.sum(axis=1), weights, telling, (weights * telling) @ terms, first, first + starts, shifts)


def _sum_ratios(metrics: Sequence[Metric], scores: Floats, known: Flags) -> Floats:
    """Of each metric and start the likelihood ratio, averaged over sizes, signs and shapes.

    What starts today is not told before tomorrow: it may be one odd day.
    """
    bounded = np.clip(scores, -MOST, MOST)
    length = scores.shape[1]
    shapes = SHAPES[:, :length, :length]
    added = bounded @ shapes.transpose(0, 2, 1)
    held = known.astype(np.float64) @ (shapes**2).transpose(0, 2, 1)
    exponents = added[..., None] * RATIOS - held[..., None] * (RATIOS**2 / 2)
    rows = np.array([metric.kind is Kind.DISTANCE for metric in metrics])
    exponents[:, rows, :, len(SIZES) :] = exponents[:, rows, :, : len(SIZES)]
    ratios = np.tensordot(WEIGHTS, np.exp(np.minimum(exponents, 600.0)) @ MIXTURE, 1)
    ratios[:, -1] = 0.0
    return np.asarray(ratios * known, dtype=np.float64)


def _find_shifts(metrics: Sequence[Metric], residuals: Residuals, first: int, starts: Integers, day: int) -> Floats:
    """The mean shift of the last days since the start: of gradual changes what has come by now."""
    days = np.arange(first, day + 1)
    since = np.maximum(first + starts, day + 1 - WEEK)
    inside = (days[None, :] >= since[:, None]) & residuals.known[:, first : day + 1]
    shifts = (residuals.shifts[:, first : day + 1] * inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    is_squared = np.array([metric.kind is Kind.DISTANCE for metric in metrics])
    return np.asarray(np.where(is_squared, np.sqrt(np.maximum(shifts, 0.0)), shifts), dtype=np.float64)


def sum_families(metrics: Sequence[Metric], evidence: Evidence) -> dict[Family, float]:
    """How much of the evidence each family holds, as shares of one."""
    parts = evidence.parts
    whole = max(float(parts.sum()), 1e-300)
    return {
        family: float(sum(parts[row] for row, metric in enumerate(metrics) if metric.family is family)) / whole
        for family in Family
    }
