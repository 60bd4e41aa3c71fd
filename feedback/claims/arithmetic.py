"""Does a number follow from others? A number and those that stand around it and in the sources come in, yes or no goes
out: sums, differences, products, shares, changes, proportions, and totals of a column.

Among many numbers almost any small one is the difference of two. So what is combined must stand near the result, or
beside each other in the sources, and the fewer digits the result has the more must speak for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from feedback.claims.numbers import Number

MOST_OPERANDS = 40
MOST_NEAR = 12
ROUNDING = 1e-6
MOST_BALANCED = 6
PER_HUNDRED = frozenset(("mass", "length", "volume"))
"""What things are told for a hundred of: grams, kilometres."""
NEIGHBOURS = 6
"""Two numbers of the sources are combined where so few stand between them: those of a row, or of a sentence."""


@dataclass(frozen=True)
class Wanted:
    """The number that should follow. `tolerance` is without its unit; `told` says that its sentence tells of a result,
    `summed` that it tells of a sum."""

    number: Number
    tolerance: float
    told: bool
    summed: bool

    @cached_property
    def low(self) -> float:
        return self.number.shown[0] * (1 - ROUNDING) - self.tolerance

    @cached_property
    def high(self) -> float:
        return self.number.shown[0] * (1 + ROUNDING) + self.tolerance

    def equals(self, result: float) -> bool:
        return self.low <= result <= self.high


def is_derived(wanted: Wanted, near: Sequence[Number], far: Sequence[Number]) -> bool:
    """Whether it follows from numbers that stand near, or from far ones where that is no accident."""
    near, far = near[:MOST_NEAR], far[:MOST_OPERANDS]
    digits, sized, told = wanted.number.digits, bool(wanted.number.dimension), wanted.told
    weight = digits + sized + told
    if weight >= 2 and any(fits(wanted, *pair) for pair in list_pairs(near, len(near))):
        return True
    if sized and (told or digits >= 2) and is_proportional(wanted, near, far):
        return True
    if (weight >= 4 or digits >= 3 or (sized and told)) and any(fits(wanted, *pair) for pair in product(near, far)):
        return True
    if weight >= 4 and (digits >= 3 or sized) and is_chained(wanted, near, far):
        return True
    fine = wanted.number.dimension == "percent" and (wanted.number.step < 1 or told)
    if weight + fine >= 4 and any(fits(wanted, *pair) for pair in list_pairs(far, NEIGHBOURS)):
        return True
    if weight >= 4 and is_balance(wanted, near):
        return True
    if digits >= 2 and sized and is_multiplied(wanted, near):
        return True
    return digits + wanted.summed >= 4 and is_total(wanted, far)


def list_pairs(numbers: Sequence[Number], apart: int) -> Iterator[tuple[Number, Number]]:
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 : place + 1 + apart]:
            yield one, other


def fits(wanted: Wanted, one: Number, other: Number) -> bool:
    """Whether two numbers give the wanted one, as far as their dimensions allow."""
    number = wanted.number
    left, right = measure_in(one, number), measure_in(other, number)
    if one.dimension == other.dimension and number.dimension in ("", one.dimension):
        if not number.dimension and one.size != other.size:
            right *= other.size / one.size
        if wanted.equals(left + right) or wanted.equals(abs(left - right)):
            return True
    results = combine(left, right, one.dimension, other.dimension, number.dimension)
    low, high = wanted.low, wanted.high
    for result in results:  # noqa: SIM110 - asked a hundred times a number: half the time of any()
        if low <= result <= high:
            return True
    return False


def measure_in(one: Number, number: Number) -> float:
    """Its value, in the unit of the other number where both are of one dimension."""
    if one.dimension and one.dimension == number.dimension:
        return one.shown[0] * one.size / number.size
    return one.shown[0]


def combine(one: float, other: float, first: str, second: str, wanted: str) -> Sequence[float]:
    """What two numbers without their units give, beside sum and difference of the same dimension."""
    alike = first == second or not first or not second
    if wanted == "percent":
        sums = (one + other, abs(one - other)) if alike and first != second and "percent" in (first, second) else ()
        return sums or (list_percentages(one, other) if alike and "percent" not in (first, second) else ())
    sums = (one + other, abs(one - other)) if alike and first != second and wanted in (first, second) else ()
    if first == "percent" != second and (wanted in ("", second) or not second):
        return (*sums, *list_shares(other, one))
    if second == "percent" != first and (wanted in ("", first) or not first):
        return (*sums, *list_shares(one, other))
    if first != second or not wanted:
        return (*sums, *list_products(one, other, first, second, wanted))
    if wanted not in (first, second) and one and other:
        return (*sums, one / other, other / one)
    return sums


def list_percentages(one: float, other: float) -> Sequence[float]:
    if not one or not other:
        return ()
    return 100 * one / other, 100 * other / one, 100 * abs(one - other) / one, 100 * abs(one - other) / other


def list_products(one: float, other: float, first: str, second: str, wanted: str) -> Sequence[float]:
    results = []
    if wanted in (first, second) or not wanted:
        results.append(one * other)
    if wanted in ("", first) and other:
        results.append(one / other)
    if wanted in ("", second) and one:
        results.append(other / one)
    return results


def list_shares(whole: float, percent: float) -> Sequence[float]:
    part = whole * percent / 100
    results = (part, whole - part, whole + part, whole / (1 + percent / 100))
    if 0 < percent < 100:
        return (*results, whole / (1 - percent / 100), whole * 100 / percent)
    return results


def is_chained(wanted: Wanted, near: Sequence[Number], far: Sequence[Number]) -> bool:
    """Whether it follows in two steps: so many times a price, plus another."""
    number = wanted.number
    counted = [
        number._replace(shown=(measure_in(one, number) * measure_in(other, number),))
        for one, other in list_pairs(near, len(near))
        if one.dimension != other.dimension and number.dimension in (one.dimension, other.dimension)
    ]
    given = [each for each in (*near, *far) if each.dimension in ("", number.dimension)]
    return any(fits(wanted, one, other) for one, other in product(counted, given))


def is_multiplied(wanted: Wanted, near: Sequence[Number]) -> bool:
    """Whether it is a price times two counts: for two people, for ten days."""
    dimension = wanted.number.dimension
    prices = [measure_in(each, wanted.number) for each in near if each.dimension == dimension]
    counts = sorted({each.shown[0] for each in near if each.dimension in ("", "time") and each.dimension != dimension})
    pairs = [one * other for place, one in enumerate(counts) for other in counts[place:]]
    return any(wanted.equals(price * count) for price in prices for count in pairs)


def is_balance(wanted: Wanted, near: Sequence[Number]) -> bool:
    """Whether it is what numbers nearby give when each is added, taken away or left out; or a share of such a sum."""
    number = wanted.number
    alike = [measure_in(each, number) for each in near if each.dimension == number.dimension or not each.dimension]
    totals = {0.0}
    for value in alike[:MOST_BALANCED]:
        totals |= {total + sign * value for total in totals for sign in (1, -1)}
    if any(map(wanted.equals, totals)):
        return True
    shares = [each.shown[0] / 100 for each in near if each.dimension == "percent"]
    return any(wanted.equals(abs(total) * share) for total in totals for share in shares)


def is_proportional(wanted: Wanted, near: Sequence[Number], far: Sequence[Number]) -> bool:
    """Whether it is as much as something in the sources times how much more of another thing is asked for."""
    number = wanted.number
    factors = {
        one.values[0] / other.values[0]
        for one, other in product(near, far)
        if one.dimension == other.dimension != "" and one.dimension != number.dimension and other.values[0]
    }
    factors |= {one.shown[0] / 100 for one in near if one.dimension in PER_HUNDRED}
    given = [measure_in(each, number) for each in far if each.dimension == number.dimension]
    return any(wanted.equals(each * factor) for each in given for factor in factors)


def is_total(wanted: Wanted, operands: Sequence[Number]) -> bool:
    """Whether it is the sum of three or more that follow each other, or stand in one column."""
    dimension = wanted.number.dimension
    alike = [each for each in operands if each.dimension == dimension or not dimension or not each.dimension]
    return any(
        has_run(wanted, alike[start::stride])
        for stride in range(1, min(8, len(alike) // 3 + 1))
        for start in range(stride)
    )


def has_run(wanted: Wanted, operands: Sequence[Number]) -> bool:
    for start in range(len(operands) - 2):
        total = operands[start].shown[0] + operands[start + 1].shown[0]
        for each in operands[start + 2 : start + 30]:
            total += each.shown[0]
            if wanted.equals(total):
                return True
    return False
