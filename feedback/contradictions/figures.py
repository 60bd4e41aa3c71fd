"""The clauses of an answer come in; its figures go out: amounts, durations, counts, dates, times, links and addresses,
each with what it is said of. Two of them come in; whether they can both be right goes out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from feedback.claims.cues import is_hedged
from feedback.claims.dates import find_weekdays
from feedback.claims.numbers import Number, share_units
from feedback.claims.paragraphs import Paragraph, read_paragraph
from feedback.claims.texts import counts_something
from feedback.claims.units import UNITS
from feedback.contradictions.wording import Clause, find_stem

DAY = 86_400.0
HEDGED_SHARE = 0.25
"""By which a figure that is told as about so much may be off."""
NEAR_SHARE = 0.03
MONTH_SHARE = 0.05
"""Months and years are not all of one length."""
BUSINESS_SHARE = 1.45
"""Five business days may be a week."""
MOST_OF_A_KIND = 6
"""Of which one answer tells more, it tells a list."""

_MOST = re.compile(
    r"(?:up to|at most|no more than|not more than|maximum(?: of)?|max\.?|less than|fewer than|under|below|within"
    r"|bis zu|höchstens|maximal|innerhalb von|jusqu['’]à|au plus|hasta|como máximo)\W*$",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"(?:at least|minimum(?: of)?|min\.?|more than|over|above|from|starting at|mindestens|ab|au moins|à partir de"
    r"|al menos|desde)\W*$",
    re.IGNORECASE,
)
_AND_MORE = re.compile(r"\s?(?:\w+\s)?(?:and|or) (?:more|over|above|longer|up)\b|\+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s?(?:[-–—~]|to|and|or|bis|und|à|a|et|y)\s?[€$£]?", re.IGNORECASE)
_BUSINESS = re.compile(r"business|working|werktag|arbeitstag|ouvré|hábil|ferial", re.IGNORECASE)
_PER = re.compile(
    r"\W{0,3}(?:(?:per|a|an|each|every|pro|im|jede\w*|par|por|al)\s|/)\s?(?:\w+ (?:and|per|a|je) )?"
    r"(month|year|day|week|hour|minute|second|monat|jahr|tag|woche|stunde|mois|an|mes|año|user|seat|item|kwh|mb|gb)",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"(?<![0-9%€$£] )(?<![0-9%€$£/])\b(?:a|an|one|ein|eine|einen|einem|einer|un|une|una)\s+"
    r"(?:(?:full|whole|single|ganze[nrs]?)\s+)?([^\W\d_]+)",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\b(once|twice|thrice|einmal|zweimal|dreimal)\b", re.IGNORECASE)
_TIMES_VALUES = {"once": 1, "twice": 2, "thrice": 3, "einmal": 1, "zweimal": 2, "dreimal": 3}
_MONEY_BEFORE = re.compile(r"[0-9€$£][^.!?\n]{0,24}$")


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that an answer tells: a figure from `low` to `high`, or the `key` of a link or an address."""

    kind: str
    """`time`, `money:EUR`, `count:seat`, `date`, `weekday`, `hour`, `link`, `mail`, `phone`, …"""
    start: int
    end: int
    clause: Clause
    low: float = 0.0
    high: float = 0.0
    key: str = ""
    is_hedged: bool = False
    bound: str = ""
    """`most` or `least`."""
    per: str = ""

    @property
    def is_contact(self) -> bool:
        return self.kind in ("link", "mail", "phone")

    @property
    def is_day(self) -> bool:
        return self.kind in ("date", "weekday", "hour")


def read_figures(text: str, clauses: Sequence[Clause]) -> tuple[Figure, ...]:
    """The figures of an answer in order; lists of many of one kind are left out."""
    paragraph = read_paragraph(text)
    found = [*_read_quantities(text, paragraph, clauses), *_read_days(text, paragraph, clauses)]
    found += _read_contacts(paragraph, clauses)
    counts = {kind: sum(each.kind == kind for each in found) for kind in {each.kind for each in found}}
    return tuple(sorted((each for each in found if counts[each.kind] <= MOST_OF_A_KIND), key=lambda each: each.start))


def _find_clause(clauses: Sequence[Clause], at: int) -> Clause | None:
    return next((each for each in clauses if each.start <= at < each.end), None)


def _read_quantities(text: str, paragraph: Paragraph, clauses: Sequence[Clause]) -> Iterator[Figure]:
    numbers = [each for each in paragraph.numbers if not any(_holds(other, each) for other in paragraph.numbers)]
    numbers = share_units(sorted([*numbers, *_list_ones(paragraph.plain, numbers)]), paragraph.plain)
    place = 0
    while place < len(numbers):
        one = numbers[place]
        other = numbers[place + 1] if place + 1 < len(numbers) else None
        place += 1
        clause = _find_clause(clauses, one.start)
        kind = _name_kind(other if other and _joins(text, one, other) else one)
        if clause is None or not kind:
            continue
        figure = _make_quantity(text, kind, one, clause)
        if other and _joins(text, one, other):
            figure = replace(figure, high=max(figure.low, _widen(text, other)), end=other.end, bound="")
            place += 1
        yield figure


def _holds(wider: Number, number: Number) -> bool:
    return (
        wider is not number
        and wider.start <= number.start
        and number.end <= wider.end
        and wider.values != number.values
    )


def _list_ones(plain: str, numbers: Sequence[Number]) -> Iterator[Number]:
    """`a week`, where it is no rate, and `twice`."""
    for match in _ONE.finditer(plain):
        dimension, size = UNITS.get(match.group(1).lower(), ("", 0.0))
        is_free = not any(each.start < match.end() and match.start() < each.end for each in numbers)
        if dimension == "time" and is_free and not _MONEY_BEFORE.search(plain[: match.start()]):
            yield Number(match.start(), match.end(), (1.0,), size, 1.0, 1.0, dimension, 1)
    for match in _TIMES.finditer(plain):
        value = float(_TIMES_VALUES[match.group().lower()])
        yield Number(match.start(), match.end(), (value,), 1.0, 1.0, 1.0, "", 1, "times")


def _joins(text: str, one: Number, other: Number | None) -> bool:
    return (
        other is not None
        and _BETWEEN.fullmatch(text, one.end, other.start) is not None
        and other.values[0] > one.values[0] * (other.size / one.size if not one.dimension else 1.0)
        and one.dimension in ("", other.dimension)
    )


def _name_kind(number: Number) -> str:
    if number.dimension:
        return number.dimension
    return f"count:{find_stem(number.word)}" if counts_something(number) or number.word == "times" else "number"


def _make_quantity(text: str, kind: str, number: Number, clause: Clause) -> Figure:
    before = text[max(clause.start, number.start - 28) : number.start]
    behind = text[number.end : number.end + 20]
    bound = "most" if _MOST.search(before) else "least" if _LEAST.search(before) or _AND_MORE.match(behind) else ""
    per = _PER.match(text, number.end) if kind != "time" else None
    values = _list_values(text, number)
    return Figure(
        kind=kind,
        start=number.start,
        end=number.end,
        clause=clause,
        low=min(values),
        high=max(max(values), _widen(text, number)),
        is_hedged=is_hedged(text, number.start) and not bound,
        bound=bound,
        per=find_stem(per.group(1).lower()) if per else "",
    )


def _list_values(text: str, number: Number) -> tuple[float, ...]:
    """Both of `1.250`; `1,250` is read as in English."""
    return number.values[:1] if "," in text[number.start : number.end] else number.values


def _widen(text: str, number: Number) -> float:
    """The value, and what as many business days may be."""
    value = max(_list_values(text, number))
    is_business = number.dimension == "time" and _BUSINESS.search(text, number.start, number.end + 14) is not None
    return value * BUSINESS_SHARE + (0 if value > 5 * DAY else DAY) if is_business else value


def _read_days(text: str, paragraph: Paragraph, clauses: Sequence[Clause]) -> Iterator[Figure]:
    for date in paragraph.dates:
        if clause := _find_clause(clauses, date.start):
            kind = "date" if date.month else "year"
            yield Figure(kind, date.start, date.end, clause, key=f"{date.year}-{date.month}-{date.day}")
    for time in paragraph.times:
        if clause := _find_clause(clauses, time.start):
            yield Figure("hour", time.start, time.end, clause, low=time.minutes, high=time.minutes)
    for start, end, number in find_weekdays(text):
        if clause := _find_clause(clauses, start):
            yield Figure("weekday", start, end, clause, low=number, high=number)


def _read_contacts(paragraph: Paragraph, clauses: Sequence[Clause]) -> Iterator[Figure]:
    for link in (*paragraph.links, *paragraph.phones):
        if clause := _find_clause(clauses, link.start):
            kind = "phone" if link.is_phone else "mail" if "@" in link.key else "link"
            yield Figure(kind, link.start, link.end, clause, key=link.key.lower())


def agree(one: Figure, other: Figure, *, asks_for_a_limit: bool = False) -> bool:
    """Whether both can be right of one thing; figures of another kind always can."""
    if one.kind != other.kind or (one.per and other.per and one.per != other.per):
        return True
    if one.kind in ("date", "year"):
        return _are_one_day(one.key, other.key)
    if one.is_contact:
        return one.key in other.key or other.key in one.key or (one.kind == "phone" and one.key[-7:] == other.key[-7:])
    if _overlap(one, other):
        return True
    if asks_for_a_limit or (one.bound and one.bound == other.bound):
        return False
    return _is_within(one, other) or _is_within(other, one)


def _are_one_day(one: str, other: str) -> bool:
    """Where one leaves a part out, the other may tell it."""
    pairs = zip(one.split("-"), other.split("-"), strict=True)
    return all(first == second or "0" in (first, second) for first, second in pairs)


def _overlap(one: Figure, other: Figure) -> bool:
    if one.kind in ("weekday", "hour"):
        return one.low == other.low
    off = _measure_slack(one, other)
    if abs(one.low - other.low) <= off * max(one.low, other.low):
        return True
    return one.low * (1 - off) <= other.high and other.low * (1 - off) <= one.high


def _measure_slack(one: Figure, other: Figure) -> float:
    """By which share the two may differ and still be one figure."""
    if one.is_hedged or other.is_hedged:
        return HEDGED_SHARE
    if one.kind.startswith("count") or one.kind == "number":
        return 0.0
    is_long = one.kind == "time" and max(one.high, other.high) >= 20 * DAY
    return MONTH_SHARE if is_long else NEAR_SHARE


def _is_within(bound: Figure, figure: Figure) -> bool:
    """Whether a figure keeps to what the other only bounds."""
    if bound.bound == "most":
        return figure.bound != "least" and figure.high <= bound.high
    return bound.bound == "least" and figure.bound != "most" and figure.low >= bound.low
