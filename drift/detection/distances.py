"""Sums of random features of a day's texts come in, how far each day is from those before goes out as one series.

The mean of random Fourier features tells two sets of texts apart wherever a kernel does (maximum mean discrepancy), so
a day needs no more than one sum of vectors. Here is the alarm for new kinds of questions that no topic holds yet.
"""

from dataclasses import dataclass

import numpy as np

from drift.detection.metrics import Metric
from drift.detection.series import LEAST_COUNT, LONGEST, WEEK, Flags, Floats, Integers, Series

FEATURES = 256
SEED = 11
"""Stored sums are of these features: they must never change."""
LEAST_PART = 0.1
"""Distances expected by chance are no less than so much of what days of one weekday differ on average."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """How many texts a day has, and a row for each day: the sum of their features."""

    metric: Metric
    counts: Floats
    sums: Floats


def draw_frequencies(width: int, scale: float = 1.0) -> tuple[Floats, Floats]:
    """For vectors of length one, whose distances are about one."""
    dice = np.random.default_rng(SEED)
    return dice.normal(0.0, scale, (width, FEATURES)), dice.uniform(0.0, 2 * np.pi, FEATURES)


def map_vectors(vectors: Floats, frequencies: Floats, phases: Floats) -> Floats:
    """Rows whose squares sum to one on average."""
    return np.asarray(np.sqrt(2 / FEATURES) * np.cos(vectors @ frequencies + phases), dtype=np.float64)


def measure_distances(
    texts: Texts, weekdays: Integers, ordinary: Flags, begin: int = 0, until: int | None = None
) -> Series:
    """A day is compared with the mean of its weekday before it, and before `until`; distances
    and what chance and ordinary days would give are told by the variance of texts, which is one."""
    counts, sums = texts.counts, texts.sums
    known = ordinary & (counts >= LEAST_COUNT) & np.isfinite(sums).all(axis=1)
    known[:begin] = False
    means = np.where(known[:, None], sums, 0.0) / np.where(known, counts, 1.0)[:, None]
    end = len(counts) if until is None else until
    variance = max(1.0 - float((means[known].mean(axis=0) ** 2).sum()), 1e-12) if known.any() else 1.0
    squared, chance = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    apart = np.full(len(counts), np.nan)
    for day in np.flatnonzero(known):
        learnt = min(int(day), end)
        same = np.flatnonzero(known[:learnt] & (weekdays[:learnt] == weekdays[day]))[-LONGEST // WEEK :]
        if not len(same):
            continue
        weights = counts[same] / counts[same].sum()
        away = float(((means[day] - weights @ means[same]) ** 2).sum()) / variance
        within = 1 / counts[day] + float((weights**2 / counts[same]).sum())
        earlier = apart[max(begin, learnt - LONGEST) : learnt]
        between = float(np.nanmean(earlier)) if np.isfinite(earlier).any() else 0.0
        many = 1 + float((weights**2).sum())
        squared[day], chance[day] = away, within + max(between, LEAST_PART * within) * many
        apart[day] = max(0.0, away - within) / many
    judged = np.where(np.arange(len(counts)) >= begin + WEEK, counts, 0.0)
    return Series(texts.metric, judged, squared, chance)
