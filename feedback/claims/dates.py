"""Text comes in, the dates and times of day in it go out, in any order and in the larger languages."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from feedback.claims.numbers import WORD


class Date(NamedTuple):
    """What a text tells of a date; 0 for what it leaves out."""

    start: int
    end: int
    year: int
    month: int
    day: int
    either_order: bool = False
    """Whether `03/04` may be the third of April as well."""

    @property
    def readings(self) -> "tuple[Date, ...]":
        if self.either_order and self.day <= 12:
            return self, self._replace(month=self.day, day=self.month)
        return (self,)

    @property
    def calendar_day(self) -> date | None:
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


class Time(NamedTuple):
    """A time of day, or a mark in a recording, in minutes (or seconds) after zero."""

    start: int
    end: int
    minutes: int
    seconds: int = 0


MONTHS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar janvier enero gennaio janeiro januari stycznia styczeń января январь январе ocak ledna"
            " leden tammikuuta tammikuun ιανουαρίου जनवरी 1월 januara jänner tháng-1 يناير",
            "february feb februar février febrero febbraio fevereiro februari lutego luty февраля февраль феврале şubat"
            " února únor helmikuuta φεβρουαρίου फरवरी فبراير",
            "march mar märz mars marzo março maart marca marzec марта март марте mart března březen maaliskuuta"
            " μαρτίου मार्च مارس marts",
            "april apr avril abril aprile kwietnia kwiecień апреля апрель апреле nisan dubna duben huhtikuuta"
            " απριλίου अप्रैल أبريل",
            "may mai mayo maggio maio mei maja maj мая май мае mayıs května květen toukokuuta μαΐου मई مايو",
            "june jun juni juin junio giugno junho czerwca czerwiec июня июнь июне haziran června červen kesäkuuta"
            " ιουνίου जून يونيو",
            "july jul juli juillet julio luglio julho lipca lipiec июля июль июле temmuz července červenec heinäkuuta"
            " ιουλίου जुलाई يوليو",
            "august aug août agosto augustus sierpnia sierpień августа август августе ağustos srpna srpen elokuuta"
            " αυγούστου अगस्त أغسطس augusti",
            "september sep sept septembre septiembre settembre setembro września wrzesień сентября сентябрь сентябре"
            " eylül září syyskuuta σεπτεμβρίου सितंबर سبتمبر",
            "october oct okt oktober octobre octubre ottobre outubro października październik октября октябрь октябре"
            " ekim října říjen lokakuuta οκτωβρίου अक्टूबर أكتوبر",
            "november nov novembre noviembre novembro listopada listopad ноября ноябрь ноябре kasım listopadu"
            " marraskuuta νοεμβρίου नवंबर نوفمبر",
            "december dec dez dezember décembre diciembre dicembre dezembro grudnia grudzień декабря декабрь декабре"
            " aralık prosince prosinec joulukuuta δεκεμβρίου दिसंबर ديسمبر",
        ),
        1,
    )
    for word in words.split()
    if word[0].isalpha()
}
WEEKDAYS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "monday mondays montag montags lundi lunes lunedì segunda-feira maandag poniedziałek понедельник",
            "tuesday tuesdays dienstag dienstags mardi martes martedì terça-feira dinsdag wtorek вторник",
            "wednesday wednesdays mittwoch mittwochs mercredi miércoles mercoledì quarta-feira woensdag środa среда",
            "thursday thursdays donnerstag donnerstags jeudi jueves giovedì quinta-feira donderdag czwartek четверг",
            "friday fridays freitag freitags vendredi viernes venerdì sexta-feira vrijdag piątek пятница",
            "saturday saturdays samstag samstags samedi sábado sabato zaterdag sobota суббота",
            "sunday sundays sonntag sonntags dimanche domingo domenica zondag niedziela воскресенье",
        )
    )
    for word in words.split()
}
_NAME = r"([^\W\d_]{3,14})"
_ORDINAL = r"(?:st|nd|rd|th|\.|º|ª|er|e|ème)?"
_JOINING = r"\s?(?:[-–—/,&]|and|or|to|until|through|bis|und|oder|auf(?: den)?|et|au|ou|y|al?|o|e|tot|en|do|i|по|и|до|a)\s?"
_OF = r"(?:[ \u00a0]+(?:of[ \u00a0]|de[ \u00a0]|do[ \u00a0])?|[-.])"
_YEAR = r"(?:,?[ \u00a0]?(?:of[ \u00a0]|de[ \u00a0]|del[ \u00a0])?|[-.])([12][0-9]{3}|(?<=-)[0-9]{2})(?![0-9])"
_DAY_FIRST = re.compile(
    rf"([0-9]{{1,2}})(?:{_ORDINAL}{_JOINING}([0-3]?[0-9]))?{_ORDINAL}{_OF}{_NAME}\b\.?(?:{_YEAR})?", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"{_NAME}\.?[ \u00a0]([0-3]?[0-9])(?![0-9:])(?:st|nd|rd|th)?"
    rf"(?:{_JOINING}([0-3]?[0-9])(?![0-9:]){_ORDINAL})?(?:,?[ \u00a0]([12][0-9]{{3}})(?![0-9]))?",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(rf"{_NAME}\.?(?:{_YEAR})?", re.IGNORECASE)
_FIGURES = re.compile(
    r"(?<![0-9.,-])(?:([12][0-9]{3})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![0-9])"
    r"|([0-3]?[0-9])([-/.])([0-3]?[0-9])\6([12][0-9]{3}|[0-9]{2})(?![0-9])"
    r"|([0-3]?[0-9])\.([01]?[0-9])\.(?![0-9]))"
)
_UNSPACED = re.compile(r"(?:([12][0-9]{3})\s?[年년]\s?)?([01]?[0-9])\s?[月월](?:\s?([0-3]?[0-9])\s?[日号號일])?")
_YEAR_ALONE = re.compile(r"(?<![0-9A-Za-z_.,#$€£/-])([12][0-9]{3})(?=s?\b|[年년])(?![.,]?[0-9]|[ \u00a0]?[%€£$°])")
_TIME = re.compile(
    r"([0-9]{1,2})"
    r"(?::([0-9]{2})(?::([0-9]{2}))?(?:[ \u00a0]?([ap])\.?m\b\.?)?"
    r"|(?:\.([0-9]{2}))?[ \u00a0]?([ap])\.?m\b\.?"
    r"|[.:]([0-9]{2})[ \u00a0](?:uur|uhr|óra)\b"
    r"|[ \u00a0]?h[ \u00a0]?([0-9]{2})(?![0-9]|[ \u00a0]?min)"
    r"|[ \u00a0](?:uhr|uur)\b()"
    r"|\s?[時点點시](?:\s?([0-9]{1,2})\s?[分분])?(?!間))(?![0-9])",
    re.IGNORECASE,
)


def find_dates(text: str) -> Iterator[Date]:
    """Give the dates of a text, also those that tell only a month or a year.

    >>> [date[2:5] for date in find_dates("from 3 to 5 May 2024, 2025-06-30, March")]
    [(2024, 5, 3), (2024, 5, 5), (2025, 6, 30), (0, 3, 0)]
    """
    taken: list[tuple[int, int]] = []
    named = has_word(text, MONTHS)
    for pattern, read in (
        *(((_DAY_FIRST, _read_day_first), (_MONTH_FIRST, _read_month_first)) if named else ()),
        (_FIGURES, _read_figures),
        *(((_UNSPACED, _read_unspaced),) if "月" in text or "월" in text else ()),
        *(((_MONTH_ALONE, _read_month),) if named else ()),
        (_YEAR_ALONE, _read_year_alone),
    ):
        for match in pattern.finditer(text):
            found = [] if _overlaps(match.span(), taken) else read(match)
            if found:
                taken.append((found[0].start, found[0].end))
                yield from found


def has_word(text: str, words: Collection[str]) -> bool:
    return any(word in words for word in WORD.findall(text.lower()))


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _read_day_first(match: re.Match[str]) -> list[Date]:
    first, second, name, year = match.groups()
    return _build(match, name, year, (first, second))


def _read_month_first(match: re.Match[str]) -> list[Date]:
    name, first, second, year = match.groups()
    return _build(match, name, year, (first, second))


def _build(match: re.Match[str], name: str, year: str | None, days: Iterable[str | None]) -> list[Date]:
    month = MONTHS.get(name.lower())
    before = match.string[match.start() - 1 : match.start()]
    if not month or before.isdigit() or before in (".", ","):
        return []
    numbers = [int(day) for day in days if day]
    span, told = match.span(), _read_year(year)
    return [Date(*span, told, month, day) for day in numbers if 1 <= day <= 31]


def _read_figures(match: re.Match[str]) -> list[Date]:
    year, _, month, day, first, _, second, year_behind, day_only, month_only = match.groups()
    if year:
        read = Date(*match.span(), int(year), int(month), int(day))
    elif first:
        read = Date(*match.span(), _read_year(year_behind), int(second), int(first), either_order=True)
        if read.month > 12:
            read = read._replace(month=read.day, day=read.month, either_order=False)
    else:
        read = Date(*match.span(), 0, int(month_only), int(day_only))
    return [read] if 1 <= read.month <= 12 and 1 <= read.day <= 31 else []


def _read_unspaced(match: re.Match[str]) -> list[Date]:
    year, month, day = match.groups()
    if not 1 <= int(month) <= 12 or not (year or day):
        return []
    return [Date(*match.span(), _read_year(year), int(month), int(day or 0))]


def _read_month(match: re.Match[str]) -> list[Date]:
    """A month that stands alone: some are words too, and count where a capital or a year says so."""
    name, year = match.groups()
    month = MONTHS.get(name.lower())
    clear = year or name[0].isupper() and len(name) > 4 or name == "June" or not name.isascii()
    if not month or not clear or name == "March" and not year and match.start() == 0:
        return []
    end = match.end() if year else match.end(1)
    return [Date(match.start(), end, _read_year(year), month, 0)]


def _read_year_alone(match: re.Match[str]) -> list[Date]:
    return [Date(*match.span(), int(match.group(1)), 0, 0)]


def _read_year(year: str | None) -> int:
    if not year:
        return 0
    return int(year) + (2000 if len(year) == 2 else 0)


def find_weekdays(text: str) -> Iterator[tuple[int, int, int]]:
    """Give start, end and number (Monday 0) of the days of the week that are named."""
    for match in WORD.finditer(text):
        day = WEEKDAYS.get(match.group().lower())
        if day is not None:
            yield *match.span(), day


def find_times(text: str) -> Iterator[Time]:
    """Give the times of day.

    >>> [time.minutes for time in find_times("8:30 am to 5 pm, 14 Uhr, 18h05")]
    [510, 1020, 840, 1085]
    """
    for match in _TIME.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before.isdigit() or before in (".", ",", ":"):
            continue
        hour, minute, second, half, minute_dot, half_dot, minute_word, minute_h, _, minute_cjk = match.groups()
        minutes = int(hour) * 60 + int(minute or minute_dot or minute_word or minute_h or minute_cjk or 0)
        afternoon = (half or half_dot or "").lower()
        if afternoon:
            minutes = minutes % 720 + (720 if afternoon == "p" else 0)
        yield Time(*match.span(), minutes, int(second or 0))
