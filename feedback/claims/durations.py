"""Dates, times and durations come in; whether one follows from the others goes out: 8 weeks before 4 May, the
45 minutes from 10:15 to 11, the age at a death."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from feedback.claims.dates import Date, Time
from feedback.claims.numbers import Number

HOUR = 3_600
DAY = 86_400
MONTH = 30 * DAY
YEAR = 365.25 * DAY
MOST_TIMES = 16
ANY_YEAR = 2024
DAYS_OFF = 2.5
"""Months and years are not all of one length, and a term ends on the day before."""


def is_moved(told: Date, dates: Iterable[Date], durations: Sequence[Number]) -> bool:
    """Whether the date lies as far from another as some duration says."""
    given = [each for each in dates if each.month and told.month]
    if not told.day:
        return any(_is_months_off(told, each, durations) for each in given)
    return any(_is_days_off(told, each, durations) for each in given)


def _is_months_off(told: Date, given: Date, durations: Sequence[Number]) -> bool:
    months = (told.month - given.month) % 12, (given.month - told.month) % 12
    return any(each.dimension == "time" and each.size > MONTH and each.shown[0] in months for each in durations)


def _is_days_off(told: Date, given: Date, durations: Sequence[Number]) -> bool:
    year = told.year or given.year or ANY_YEAR
    day = told._replace(year=year).calendar_day
    other = given._replace(year=given.year or year, day=given.day or 1).calendar_day
    return day is not None and other is not None and any(_lasts(each, abs((day - other).days)) for each in durations)


def _lasts(duration: Number, days: int) -> bool:
    """Whether it is so many days, to within a few where months are counted; or counts weekly dates."""
    if not days:
        return False
    if duration.dimension != "time":
        return days % 7 == 0 and duration.shown[0] == days / 7 + 1
    told = duration.values[0] / DAY
    if duration.size >= YEAR and told:
        return abs(days - told * round(days / told)) <= DAYS_OFF
    return abs(told - days) <= (DAYS_OFF if duration.size >= MONTH else 0.1)


def is_shifted(told: Time, given: Iterable[Time], durations: Iterable[Number]) -> bool:
    """Whether the time lies as far from another as some duration says."""
    apart = {abs(told.minutes - each.minutes) * 60.0 for each in given} - {0.0}
    return any(each.dimension == "time" and each.values[0] in apart for each in durations)


def lies_between(told: Time, given: Iterable[Time]) -> bool:
    """Whether it is itself what lies between two times: the 1:14 by which a race was won."""
    marks = sorted({each.minutes * 60 + each.seconds for each in given if each is not told})[:MOST_TIMES]
    wanted = {told.minutes * 60 + told.seconds, told.minutes}
    return any(other - one in wanted for one, other in combinations(marks, 2) if other - one > 1)


def list_seconds(dates: Iterable[Date], times: Iterable[Time]) -> set[float]:
    """What lies between any two times of a day, and between any two days, the last one counted or not.

    Of many the first ones are taken: those that stand in the answer come first.
    """
    minutes = sorted(list(dict.fromkeys(each.minutes for each in times))[:MOST_TIMES])
    known = [each._replace(year=each.year or ANY_YEAR) for each in dates]
    days = sorted(list(dict.fromkeys(day for each in known if (day := each.calendar_day)))[:MOST_TIMES])
    apart = {(other - one).days for one, other in combinations(days, 2)}
    between = {60.0 * (other - one) for one, other in combinations(minutes, 2)}
    return between | {float(DAY * each) for number in apart for each in (number, number + 1)}


def list_years(dates: Iterable[Date]) -> set[float]:
    """How many years lie between any two, and the age of whom the day has not come yet."""
    years = sorted(list(dict.fromkeys(each.year for each in dates if each.year))[:MOST_TIMES])
    spans = {float(other - one) for one, other in combinations(years, 2)}
    return spans | {span - 1 for span in spans}
