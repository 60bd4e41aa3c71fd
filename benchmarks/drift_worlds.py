"""Made-up days of a chat product as sums and counts, with what is planted in them, for `benchmarks/drift_detection.py`.

Days differ by more than chance: the mix of topics, the length of messages, the speed and the share of feedback have
good and bad days, and weekends are different. Users write about twenty topics, whose texts are clouds in 64 dimensions.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from drift.detection.distances import FEATURES, Texts, draw_frequencies, map_vectors
from drift.detection.segment import Raw, Segment
from drift.detection.series import Flags, Floats, Series
from drift.detection.strata import Strata
from drift.detectors import BY_NAME

TOPICS, WIDTH = 20, 64
RARE = TOPICS - 1

RATES = {
    "refusals": 0.02, "format_failures": 0.01, "cut_answers": 0.03, "tool_use": 0.2, "listed_answers": 0.4,
    "other_languages": 0.08, "angry_messages": 0.04, "empty_retrievals": 0.01, "feedback_given": 0.1,
    "bad_signals": 0.12, "errors": 0.005,
}  # fmt: skip
MEANS = {  # mean, of conversations and of days
    "input_length": (3.0, 0.8, 0.03), "turns": (1.0, 0.6, 0.02), "retrieval_score": (0.7, 0.12, 0.004),
    "chunks": (4.0, 1.5, 0.03), "cost": (-4.0, 0.9, 0.03), "time_per_token": (-3.0, 0.4, 0.08),
    "time_to_first": (-0.5, 0.5, 0.08),
}  # fmt: skip
DOWN = 0.3
DAY_OF_RATES = 0.08
"""By how much rates differ between days, as a share of them."""
DAY_OF_FEEDBACK = 0.15


@dataclass(frozen=True)
class Kindness:
    """How unlike the simulation of the notes a world is."""

    traffic: float = 500.0
    """Conversations a day, on average of a week at the start."""
    weekend: float = 0.6
    growth: float = 1.0
    """Traffic after a year, in traffic at the start."""
    holidays: bool = False
    tails: bool = False
    """Lengths and costs of single conversations follow Student's t with 3 degrees instead of the normal law."""
    memory: float = 0.0
    """How much of a day's mood is that of the day before."""


@dataclass(frozen=True)
class Change:
    """What is planted from a day on: shifts in standard deviations or shares, complete after `ramp` days."""

    cause: str = ""
    shifts: dict[str, float] = field(default_factory=dict)
    topic: float = 0.0
    """So much of the traffic moves to the rarest topic."""
    ramp: int = 1
    event: bool = False
    """The ledger saw a release."""
    alone: bool | None = None


@lru_cache
def map_topics() -> tuple[Floats, Floats]:
    """Of each topic the mean of its texts' features; of all the root of their common covariance."""
    dice = np.random.default_rng(5)
    frequencies, phases = draw_frequencies(WIDTH)
    centres = dice.normal(size=(TOPICS, WIDTH))
    texts = centres[:, None, :] + dice.normal(size=(TOPICS, 400, WIDTH))
    texts /= np.linalg.norm(texts, axis=2, keepdims=True)
    features = map_vectors(texts.reshape(-1, WIDTH), frequencies, phases).reshape(TOPICS, 400, FEATURES)
    means = features.mean(axis=1)
    within = (features - means[:, None, :]).reshape(-1, FEATURES)
    return means, np.linalg.cholesky(within.T @ within / len(within) + 1e-9 * np.eye(FEATURES))


def make_segment(
    seed: int, days: int, kindness: Kindness = Kindness(), change: Change = Change(), start: int | None = None
) -> Segment:
    dice = np.random.default_rng(seed)
    first = int(dice.integers(7))
    weekend = (np.arange(days) + first) % 7 >= 5
    off = _draw_holidays(dice, days, kindness)
    counts = _draw_traffic(dice, days, kindness, weekend, off)
    come = np.zeros(days) if start is None else np.clip((np.arange(days) - start + 1) / change.ramp, 0.0, 1.0)
    topics = _draw_topics(dice, counts, weekend | off, change.topic * come)
    series: list[Raw] = [
        *(Series(BY_NAME["topic_share"], counts, topics[:, topic], counts, str(topic)) for topic in range(TOPICS)),
        _draw_texts(dice, counts, topics),
        _draw_lengths(dice, topics, change.shifts.get("output_length", 0.0) * come, kindness),
    ]
    for name, (mean, spread, daily) in MEANS.items():
        shift = change.shifts.get(name, 0.0) * come * spread + 0.1 * (weekend | off) * (name.startswith("time"))
        shift = shift + (0.25 * spread * off if name == "input_length" else 0.0)
        mood = _draw_moods(dice, days, kindness) * daily
        series.append(_draw_mean(dice, name, counts, mean + mood + shift, spread, kindness))
    series += _draw_rates(dice, counts, change.shifts, come, kindness)
    return Segment(first, counts, tuple(series))


def _draw_holidays(dice: np.random.Generator, days: int, kindness: Kindness) -> Flags:
    """Twelve single days a year, and a week at the end of it."""
    off = np.zeros(days, dtype=np.bool_)
    if kindness.holidays:
        off[dice.integers(0, days, days * 12 // 365)] = True
        off[357:364] = True
    return off


def _draw_traffic(dice: np.random.Generator, days: int, kindness: Kindness, weekend: Flags, off: Flags) -> Floats:
    usual = kindness.traffic * kindness.growth ** (np.arange(days) / 365)
    usual = usual * np.where(weekend, kindness.weekend, 1.0) * np.where(off, 0.35, 1.0) * 7 / (5 + 2 * kindness.weekend)
    return np.asarray(dice.poisson(usual * np.exp(dice.normal(0, 0.05, days))), dtype=np.float64)


def _draw_moods(dice: np.random.Generator, days: int, kindness: Kindness) -> Floats:
    moods = dice.normal(size=days)
    for day in range(1, days):
        moods[day] = kindness.memory * moods[day - 1] + np.sqrt(1 - kindness.memory**2) * moods[day]
    return np.asarray(moods, dtype=np.float64)


def _draw_topics(dice: np.random.Generator, counts: Floats, quiet: Flags, moved: Floats) -> Floats:
    mix = np.sort(dice.dirichlet(np.full(TOPICS, 2.0)))[::-1]
    tilt = np.exp(dice.normal(0, 0.15, TOPICS))
    topics = np.zeros((len(counts), TOPICS))
    for day, count in enumerate(counts):
        usual = mix * (tilt if quiet[day] else 1.0)
        usual = dice.dirichlet(np.maximum(300 * usual / usual.sum(), 1e-3)) * (1 - moved[day])
        usual[RARE] += moved[day]
        topics[day] = dice.multinomial(int(count), usual / usual.sum())
    return topics


def _draw_texts(dice: np.random.Generator, counts: Floats, topics: Floats) -> Texts:
    means, root = map_topics()
    noise = dice.normal(size=(len(counts), FEATURES)) @ root.T
    return Texts(BY_NAME["question_distance"], counts, topics @ means + np.sqrt(counts)[:, None] * noise)


def _draw_lengths(dice: np.random.Generator, topics: Floats, shift: Floats, kindness: Kindness) -> Strata:
    of_topics = dice.normal(5.0, 0.3, TOPICS)
    mood = _draw_moods(dice, len(topics), kindness) * 0.01
    spread = 0.7
    means = of_topics[None, :] + (mood + shift * spread)[:, None]
    if kindness.tails:
        noise = np.stack([[dice.standard_t(3, int(n)).sum() / np.sqrt(3) for n in day] for day in topics])
    else:
        noise = dice.normal(size=topics.shape) * np.sqrt(topics)
    sums = topics * means + spread * noise
    squares = sums**2 / np.maximum(topics, 1) + spread**2 * np.maximum(topics - 1, 0)
    return Strata(BY_NAME["output_length"], topics.T, sums.T, squares.T)


def _draw_mean(
    dice: np.random.Generator, name: str, counts: Floats, means: Floats, spread: float, kindness: Kindness
) -> Series:
    if kindness.tails and name in ("input_length", "cost", "turns"):
        noise = np.array([dice.standard_t(3, int(n)).sum() / np.sqrt(3) for n in counts])
    else:
        noise = dice.normal(size=len(counts)) * np.sqrt(counts)
    sums = counts * means + spread * noise
    squares = sums**2 / np.maximum(counts, 1) + spread**2 * np.maximum(counts - 1, 0)
    return Series(BY_NAME[name], counts, sums, squares)


def _draw_rates(
    dice: np.random.Generator, counts: Floats, shifts: dict[str, float], come: Floats, kindness: Kindness
) -> list[Series]:
    days = len(counts)
    series, given = [], counts
    for name, usual in RATES.items():
        daily = DAY_OF_FEEDBACK if name == "feedback_given" else DAY_OF_RATES
        rate = usual * np.exp(_draw_moods(dice, days, kindness) * daily) + shifts.get(name, 0.0) * come
        told = dice.binomial(counts.astype(int), np.clip(rate, 0, 1)).astype(np.float64)
        series.append(Series(BY_NAME[name], counts, told, counts))
        given = told if name == "feedback_given" else given
    down = np.clip(DOWN * np.exp(_draw_moods(dice, days, kindness) * 0.1) + shifts.get("thumbs_down", 0.0) * come, 0, 1)
    series.append(Series(BY_NAME["thumbs_down"], given, dice.binomial(given.astype(int), down).astype(float), given))
    return series
