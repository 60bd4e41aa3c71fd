"""Metrics of drift and their values come in; words and numbers that people know go out.

What is watched are logarithms, shares and distances; here they are characters, percent and dollars again.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

DASH = "–"
SMALL, MEDIUM = 0.2, 0.5
"""Standard deviations of conversations below which a shift is small, and below which it is medium (Cohen, 1988)."""
MOST_RELATIVE = 2.5
"""A logarithm beyond it is that of a length itself: answers are not twelve times as long as usual."""
FAMILY_TITLES: Mapping[str, str] = {
    "input": "What users ask",
    "output": "What they get",
    "context": "What is looked up",
    "feedback": "Feedback",
    "cost": "Cost and speed",
}
"""By `drift.detection.metrics.Family`, in order."""
Direction = Literal["up", "down"]


class Unit(StrEnum):
    SHARE = "share"
    CHARACTERS = "characters"
    TURNS = "turns"
    RELATIVE = "relative"
    """To what is usual for its topic; where no topics are known, characters."""
    SCORE = "score"
    NUMBER = "number"
    DOLLARS = "dollars"
    MILLISECONDS = "milliseconds"
    DISTANCE = "distance"
    """An index: one is what chance alone makes."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric is told: its name, what happens when it rises or falls, and its unit."""

    title: str
    more: str
    less: str
    unit: Unit = Unit.SHARE


def tell_more(what: str) -> Measure:
    """Of shares of conversations."""
    return Measure(f"Conversations {what}", f"more conversations {what}", f"fewer conversations {what}")


MEASURES: Mapping[str, Measure] = {
    "topic_share": Measure("Conversations on a topic", "more conversations are on %s", "fewer conversations are on %s"),
    "question_distance": Measure(
        "How far questions are from those before (1: by chance)",
        "users write about other things",
        "users write about the same things more often",
        Unit.DISTANCE,
    ),
    "input_length": Measure("Length of messages", "messages grew longer", "messages grew shorter", Unit.CHARACTERS),
    "turns": Measure(
        "Turns of a conversation", "conversations take more turns", "conversations take fewer turns", Unit.TURNS
    ),
    "other_languages": tell_more("in a less common language"),
    "angry_messages": tell_more("with an angry message"),
    "output_length": Measure(
        "Length of answers",
        "answers grew longer",
        "answers grew shorter",
        Unit.RELATIVE,
    ),
    "refusals": tell_more("with a refused answer"),
    "format_failures": tell_more("with an answer in a broken format"),
    "cut_answers": tell_more("with an answer cut at the limit of tokens"),
    "tool_use": tell_more("with an answer made with a tool"),
    "listed_answers": tell_more("with lists or headings in an answer"),
    "retrieval_score": Measure(
        "Best score of a retrieval", "retrievals score higher", "retrievals score lower", Unit.SCORE
    ),
    "chunks": Measure(
        "Passages of a retrieval", "retrievals bring more passages", "retrievals bring fewer passages", Unit.NUMBER
    ),
    "empty_retrievals": tell_more("with a retrieval that found nothing"),
    "feedback_given": tell_more("with feedback"),
    "thumbs_down": Measure("Thumbs down among thumbs", "more thumbs go down", "fewer thumbs go down"),
    "bad_signals": tell_more("with a sign of failure"),
    "cost": Measure("Cost of a conversation", "conversations cost more", "conversations cost less", Unit.DOLLARS),
    "time_per_token": Measure(
        "Time for a token of an answer", "answers are written slower", "answers are written faster", Unit.MILLISECONDS
    ),
    "time_to_first": Measure(
        "Time to the first words", "answers begin later", "answers begin sooner", Unit.MILLISECONDS
    ),
    "errors": tell_more("with an answer that failed"),
}


def find_measure(metric: str) -> Measure:
    """A metric that is not known any more, or not yet, is told by its name."""
    words = metric.replace("_", " ")
    return MEASURES.get(metric) or Measure(words.capitalize(), f"{words} rose", f"{words} fell", Unit.NUMBER)


def name_metric(metric: str, part: str = "") -> str:
    """
    >>> name_metric("topic_share", "refunds"), name_metric("refusals")
    ('Conversations on “refunds”', 'Conversations with a refused answer')
    """
    return f"Conversations on “{part}”" if metric == "topic_share" and part else find_measure(metric).title


def name_family(family: str) -> str:
    return FAMILY_TITLES.get(family, family)


def tell_change(metric: str, part: str, direction: Direction) -> str:
    """
    >>> tell_change("topic_share", "refunds", "up"), tell_change("cost", "", "down")
    ('more conversations are on “refunds”', 'conversations cost less')
    """
    measure = find_measure(metric)
    words = measure.more if direction == "up" else measure.less
    return words.replace("%s", f"“{part}”" if part else "a topic")


def write_value(metric: str, value: float) -> str:
    """A value as it is watched, as people know it.

    >>> write_value("input_length", math.log(121)), write_value("refusals", 0.0213)
    ('120 characters', '2.1 %')
    >>> write_value("output_length", math.log(1.24)), write_value("time_to_first", math.log(610))
    ('+24 %', '610 ms')
    """
    return DASH if math.isnan(value) or math.isinf(value) else WRITTEN[find_measure(metric).unit](value)


def write_characters(value: float) -> str:
    length = max(0, round(grow(value) - 1))
    return f"{length:,} character{'' if length == 1 else 's'}"


def write_relative(value: float) -> str:
    if value > MOST_RELATIVE:
        return write_characters(value)
    change = round(100 * math.expm1(min(value, 20.0)))
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{abs(change):,} %"


def write_dollars(value: float) -> str:
    amount = grow(value)
    decimals = 2 if amount >= 1 else min(12, 1 - math.floor(math.log10(max(amount, 1e-9))))
    return f"${amount:,.{decimals}f}"


def write_milliseconds(value: float) -> str:
    took = grow(value)
    if took >= 1000:
        return f"{took / 1000:,.1f} s"
    return f"{took:.0f} ms" if took >= 10 else f"{took:.2g} ms"


def write_distance(value: float) -> str:
    return f"{grow(value):.2f}"


def grow(value: float) -> float:
    """Out of a logarithm, whatever it is."""
    return math.exp(min(value, 40.0))


WRITTEN: Mapping[Unit, Callable[[float], str]] = {
    Unit.SHARE: lambda value: f"{100 * value:.1f} %",
    Unit.CHARACTERS: write_characters,
    Unit.TURNS: lambda value: f"{grow(value):.1f} turns",
    Unit.RELATIVE: write_relative,
    Unit.SCORE: lambda value: f"{value:.2f}",
    Unit.NUMBER: lambda value: f"{value:,.1f}",
    Unit.DOLLARS: write_dollars,
    Unit.MILLISECONDS: write_milliseconds,
    Unit.DISTANCE: write_distance,
}


def find_direction(before: float, after: float, shift: float) -> Direction:
    """Which way a metric moved; a distance only grows."""
    return "up" if (after - before if after != before else shift) >= 0 else "down"


def tell_size(metric: str, before: float, after: float, shift: float) -> str:
    """How much a metric moved, in a few words.

    >>> tell_size("refusals", 0.02, 0.041, 0.021), tell_size("output_length", 0.0, 0.15, 0.21)
    ('up by 2.1 points', 'medium: 0.21 standard deviations')
    """
    unit = find_measure(metric).unit
    if unit is Unit.SHARE:
        return f"{find_direction(before, after, shift)} by {abs(100 * (after - before)):.1f} points"
    size = abs(shift)
    word = "small" if size < SMALL else "medium" if size < MEDIUM else "large"
    return f"{word}: {size:.2f} standard deviations{' of texts' if unit is Unit.DISTANCE else ''}"
