"""Does a number follow from others? A number and those that stand around it and in the sources come in, yes or no goes
out: sums, differences, products, shares, changes, proportions, and totals of a column.

Among many numbers almost any small one is the difference of two. So what is combined must stand near the result, or
beside each other in the sources, and the fewer digits the result has the more must speak for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from feedback.claims.numbers import Number

MOST_OPERANDS = 40
MOST_NEAR = 12
NEIGHBOURS = 6
"""Two numbers of the sources are combined where so few stand between them: those of a row, or of a sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The number that should follow. `tolerance` is without its unit; `told` says that its sentence tells of a result."""

    number: Number
    tolerance: float
    told: bool

    @property
    def weight(self) -> int:
        """How little of an accident a hit would be: significant digits, a unit that must agree, words that say so."""
        return self.number.digits + bool(self.number.dimension) + self.told

    def equals(self, result: float) -> bool:
        wanted = self.number.shown[0]
        return abs(result - wanted) <= self.tolerance + abs(wanted) * 1e-6


def is_derived(wanted: Wanted, near: Sequence[Number], far: Sequence[Number]) -> bool:
    """Whether it follows from numbers that stand near, or from far ones where that is no accident."""
    near, far = near[:MOST_NEAR], far[:MOST_OPERANDS]
    if wanted.weight >= 2 and any(fits(wanted, one, other) for one, other in list_pairs(near, len(near))):
        return True
    if wanted.weight >= 3 and (is_total(wanted, near) or is_chained(wanted, near, far)):
        return True
    if wanted.weight >= 3 and any(fits(wanted, one, other) for one, other in product(near, far)):
        return True
    return wanted.weight >= 3 and (
        is_total(wanted, far) or any(fits(wanted, one, other) for one, other in list_pairs(far, NEIGHBOURS))
    )


def list_pairs(numbers: Sequence[Number], apart: int) -> Iterator[tuple[Number, Number]]:
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 : place + 1 + apart]:
            yield one, other


def fits(wanted: Wanted, one: Number, other: Number) -> bool:
    """Whether two numbers give the wanted one, as far as their dimensions allow."""
    number = wanted.number
    if one.dimension == other.dimension and number.dimension in ("", one.dimension):
        scale = number.size if number.dimension else one.size
        for left, right in product(one.values, other.values):
            if wanted.equals((left + right) / scale) or wanted.equals(abs(left - right) / scale):
                return True
    return any(
        wanted.equals(result)
        for left, right in product(one.shown, other.shown)
        for result in combine(left, right, one.dimension, other.dimension, number.dimension)
    )


def combine(one: float, other: float, first: str, second: str, wanted: str) -> Iterator[float]:
    """What two numbers without their units give, beside sum and difference of the same dimension."""
    alike = first == second or not first or not second
    if alike and first != second and wanted in (first, second):
        yield from (one + other, abs(one - other))
    if wanted == "percent":
        if alike and "percent" not in (first, second) and one and other:
            yield from (100 * one / other, 100 * other / one, 100 * abs(one - other) / one, 100 * abs(one - other) / other)
        return
    if first == "percent" and wanted in ("", second):
        yield from take_share(other, one)
    elif second == "percent" and wanted in ("", first):
        yield from take_share(one, other)
    elif first != second or not wanted:
        yield from multiply(one, other, first, second, wanted)
    elif wanted not in (first, second) and one and other:
        yield from (one / other, other / one)


def multiply(one: float, other: float, first: str, second: str, wanted: str) -> Iterator[float]:
    if wanted in (first, second) or not wanted:
        yield one * other
    if wanted in ("", first) and other:
        yield one / other
    if wanted in ("", second) and one:
        yield other / one


def take_share(whole: float, percent: float) -> Iterator[float]:
    part = whole * percent / 100
    yield from (part, whole - part, whole + part, whole / (1 + percent / 100))
    if 0 < percent < 100:
        yield from (whole / (1 - percent / 100), whole * 100 / percent)


def is_chained(wanted: Wanted, near: Sequence[Number], far: Sequence[Number]) -> bool:
    """Whether it follows in two steps: so many times a price plus another, or a proportion."""
    dimension = wanted.number.dimension
    counted = [
        Number(0, 0, (one.shown[0] * other.shown[0],), 1.0, 0.0, 0.0, dimension, 1)
        for one, other in list_pairs(near, len(near))
        if one.dimension != other.dimension and dimension in (one.dimension, other.dimension)
    ]
    given = [each for each in (*near, *far) if each.dimension in ("", dimension)]
    if any(fits(wanted, one, other) for one, other in product(counted, given)):
        return True
    factors = {
        one.values[0] / other.values[0]
        for one, other in product(near, far)
        if one.dimension == other.dimension != "" and one.dimension != dimension and other.values[0]
    }
    return any(wanted.equals(each.values[0] / wanted.number.size * factor) for each in given for factor in factors)


def is_total(wanted: Wanted, operands: Sequence[Number]) -> bool:
    """Whether it is the sum of three or more that follow each other, or stand in one column."""
    dimension = wanted.number.dimension
    alike = [each for each in operands if each.dimension == dimension or not dimension or not each.dimension]
    return any(
        has_run(wanted, alike[start::stride]) for stride in range(1, min(8, len(alike) // 3 + 1)) for start in range(stride)
    )


def has_run(wanted: Wanted, operands: Sequence[Number]) -> bool:
    for start in range(len(operands) - 2):
        total = operands[start].shown[0] + operands[start + 1].shown[0]
        for each in operands[start + 2 : start + 30]:
            total += each.shown[0]
            if wanted.equals(total):
                return True
    return False
