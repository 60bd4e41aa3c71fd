"""The numbers of an answer come in with its sources, how much each is to be doubted goes out: 0 where it stands there,
is rounded, converted, counted, or follows from others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from feedback.claims.arithmetic import MOST_OPERANDS, Wanted, is_derived
from feedback.claims.cues import TELLS_YEAR, find_sentence, is_hedged, tells_result, tells_sum
from feedback.claims.dates import Date, Time
from feedback.claims.durations import HOUR, YEAR, list_seconds, list_years
from feedback.claims.numbers import Number
from feedback.claims.sources import Sources

DOUBT_COUNT = 0.1
"""A small number in words may count what nobody has counted yet."""
DOUBT_RECKONED = 0.45
"""A result may follow from what the question gives in a way that is not seen here."""
NEAR_CHARACTERS = 250
MOST_COUNTED = 12
TWELVE = Number(0, 0, (12.0,), 1.0, 0.0, 0.0, "", 2)
"""Months of a year, which no source has to tell."""
_ITEM = re.compile(r"^[ \t]*(?:[-*•]|[0-9]{1,2}[.)])[ \t]+", re.MULTILINE)
_EQUALS = re.compile(r"[^\n0-9]{0,24}[=≈][ \u00a0*]*")
_OPERATOR = re.compile(r"[^\n0-9+×*·x−–-]{0,16}([+×*·x−–-])[ \u00a0]*[€$£]?")


@dataclass(frozen=True)
class Figures:
    """All numbers of one answer, and what they may follow from."""

    text: str
    """The answer, blank where something else than a number stands."""
    sources: Sources
    numbers: Sequence[Number]
    asked: Sequence[Number]
    """Of the question."""
    dates: Sequence[Date] = field(default=())
    times: Sequence[Time] = field(default=())

    def doubt(self, number: Number) -> float:
        """How much a number is to be doubted, 0 to 1; 0 where it is found or follows."""
        if self.sources.deny_unit(number):
            return 1.0
        if self.sources.hold_number(number, find_tolerance(number, False)):
            return 0.0
        hedged = is_hedged(self.text, number.start)
        tolerance = find_tolerance(number, hedged)
        if (hedged and self.sources.hold_number(number, tolerance)) or self._is_told_otherwise(number, tolerance):
            return 0.0
        sentence = find_sentence(self.text, number.start, number.end)
        if number.shown == TWELVE.shown and not number.dimension and TELLS_YEAR.search(sentence):
            return 0.0
        told = hedged or tells_result(sentence)
        wanted = Wanted(number, tolerance, told, tells_sum(sentence))
        denied = self.sources.tell_otherwise(number, self.text)
        if self._follows(wanted, sentence, [] if denied and not told else self._far):
            return 0.0
        if number.spelled and not number.dimension:
            return DOUBT_COUNT
        return DOUBT_RECKONED if told and self.asked and not denied else 1.0

    @cached_property
    def _far(self) -> list[Number]:
        return self.sources.choose_numbers(self.text, MOST_OPERANDS)

    def _is_told_otherwise(self, number: Number, tolerance: float) -> bool:
        return (
            self._is_count(number)
            or self._is_span(number, tolerance)
            or self._is_hour(number)
            or self._is_complement(number, tolerance)
        )

    def _is_count(self, number: Number) -> bool:
        """Whether it counts the items of a list in the answer."""
        if number.dimension or number.shown[0] > MOST_COUNTED:
            return False
        return len(_ITEM.findall(self.text)) == number.shown[0]

    def _is_hour(self, number: Number) -> bool:
        """Whether `14 h` is a time of day."""
        if number.dimension != "time" or number.size != HOUR or number.shown[0] > 24:
            return False
        return any((number.shown[0] * 60 - each.minutes) % 720 == 0 for each in self.sources.times)

    def _is_complement(self, number: Number, tolerance: float) -> bool:
        """Whether a percentage is what a ratio of the sources lacks of one, or has beyond it."""
        if number.dimension != "percent":
            return False
        ratios = (each.shown[0] for each in self.sources.numbers if not each.dimension and each.step < 1)
        return any(abs(abs(1 - ratio) * 100 - number.shown[0]) <= tolerance for ratio in ratios)

    def _is_span(self, number: Number, tolerance: float) -> bool:
        """Whether it is the time between two times or dates that are told."""
        if number.dimension not in ("", "time"):
            return False
        spans = self._seconds if number.dimension else self._years
        size = number.size if number.dimension else 1.0
        return any(abs(span / size - number.shown[0]) <= max(tolerance, 0.05) for span in spans)

    @cached_property
    def _seconds(self) -> set[float]:
        between = list_seconds([*self.dates, *self.sources.dates], [*self.times, *self.sources.times])
        return between | {years * YEAR for years in self._years}

    @cached_property
    def _years(self) -> set[float]:
        return list_years([*self.dates, *self.sources.dates])

    def _follows(self, wanted: Wanted, sentence: str, far: Sequence[Number]) -> bool:
        number = wanted.number
        if is_computed(number, self.numbers, self.text):
            return True
        others = sorted((abs(each.start - number.start), each) for each in self.numbers if each.start != number.start)
        near = [each for distance, each in others if distance <= NEAR_CHARACTERS]
        if any(is_converted(number, each, wanted.tolerance) for each in near):
            return True
        constants = [TWELVE] if TELLS_YEAR.search(sentence) else []
        return is_derived(wanted, [*self.asked, *constants, *near], far)


def find_tolerance(number: Number, hedged: bool) -> float:
    """How far off a number may be, without its unit: half of its last digit, and more where it says "about"."""
    tolerance = 0.5 * number.step
    if hedged:
        tolerance = max(tolerance, min(0.5 * number.round_step, 0.06 * number.shown[0]), 0.02 * number.shown[0])
    return tolerance


def is_converted(number: Number, other: Number, tolerance: float) -> bool:
    """Whether it is the other one in another unit."""
    return (
        number.dimension == other.dimension != ""
        and number.size != other.size
        and abs(other.values[0] / number.size - number.shown[0]) <= tolerance
    )


def is_computed(number: Number, numbers: Sequence[Number], text: str) -> bool:
    """Whether the answer writes out how it comes about: `12 × 429 + 395 = 5543`."""
    place = numbers.index(number)
    if not place or not _EQUALS.fullmatch(text, numbers[place - 1].end, number.start):
        return False
    terms, product = [], numbers[place - 1].shown[0]
    for other, one in zip(reversed(numbers[:place]), reversed(numbers[: place - 1]), strict=False):
        sign = _OPERATOR.fullmatch(text, one.end, other.start)
        if not sign:
            break
        if sign.group(1) in "×*·x":
            product *= one.shown[0]
        else:
            terms.append(product if sign.group(1) == "+" else -product)
            product = one.shown[0]
    total = sum(terms) + product
    return abs(total - number.shown[0]) <= max(0.5 * number.step, 0.002 * abs(total))
