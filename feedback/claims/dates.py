"""Text comes in, the dates and times of day in it go out, in any order and in the larger languages."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from feedback.claims.numbers import WORD, locate_words, measures


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
_ORDINAL = r"(?:st|nd|rd|th|\.|º|ª|er|e|ème)?"
_JOINING = (
    r"\s?(?:[-–—/,&]|and|or|to|until|through|bis|und|oder|auf(?: den)?|et|au|ou|y|al?|o|e|tot|en|do|i|по|и|до|a)\s?"
)
_BEFORE = re.compile(
    rf"(?<![0-9.,])([0-9]{{1,2}})(?:{_ORDINAL}{_JOINING}([0-9]{{1,2}}))?{_ORDINAL}"
    r"(?:[ \u00a0]+(?:(?:of|de|do)[ \u00a0])?|[-.])\Z"
)
_BEHIND = re.compile(
    rf"\.?[ \u00a0]([0-9]{{1,2}})(?![0-9:])(?:st|nd|rd|th)?(?:{_JOINING}([0-9]{{1,2}})(?![0-9:]){_ORDINAL})?"
    r"(?:,?[ \u00a0]([12][0-9]{3})(?![0-9]))?"
)
_YEAR_BEHIND = re.compile(r"(?:\.?,?[ \u00a0]?(?:(?:of|de|del)[ \u00a0])?|[-.])([12][0-9]{3}|(?<=-)[0-9]{2})(?![0-9])")
_LONGEST_BEFORE = 24
_FIGURES = re.compile(
    r"([12][0-9]{3})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![0-9])"
    r"|([0-9]{1,2})([-/.])([0-9]{1,2})\6([12][0-9]{3}|[0-9]{2})(?![0-9])"
    r"|([0-9]{1,2})\.([0-9]{1,2})\.(?=[ \u00a0][a-zß0-9–(-]|[–-])"
    r"|([12][0-9]{3})-([01][0-9])(?![0-9-])"
)
_UNSPACED = re.compile(r"(?:([12][0-9]{3})\s?[年년]\s?)?([01]?[0-9])\s?[月월](?:\s?([0-3]?[0-9])\s?[日号號일])?")
_YEAR_ALONE = re.compile(r"([12][0-9]{3})(?=s?\b|[年년])(?![.,]?[0-9]|[ \u00a0]?[%€£$°])")
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


def find_dates(text: str, words: Collection[str] | None = None, *, surely: bool = True) -> Iterator[Date]:
    """Give the dates of a text, also those that tell only a month or a year. `words` are its words, in lower
    case; without `surely`, `may` and `march` are months as well.

    >>> [date[2:5] for date in find_dates("from 3 to 5 May 2024, 2025-06-30, March")]
    [(2024, 5, 3), (2024, 5, 5), (0, 3, 0), (2025, 6, 30)]
    """
    taken: list[tuple[int, int]] = []
    named = not MONTHS.keys().isdisjoint(WORD.findall(text.lower()) if words is None else words)
    for find in (
        *((partial(_find_named, surely=surely, known=words),) if named else ()),
        _find_figures,
        *((_find_unspaced,) if "月" in text or "월" in text else ()),
        _find_years,
    ):
        for found in find(text):
            span = found.start, found.end
            if span in taken or not _overlaps(span, taken):
                taken.append(span)
                yield found


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _find_named(text: str, surely: bool, known: Collection[str] | None) -> Iterator[Date]:
    """Dates whose month is a word."""
    for start, end, word in locate_words(text, MONTHS, known):
        yield from _read_named(text, start, end, MONTHS[word], surely)


def _read_named(text: str, at: int, last: int, month: int, surely: bool) -> Iterator[Date]:
    before = _BEFORE.search(text, max(0, at - _LONGEST_BEFORE), at)
    behind = None if before else _BEHIND.match(text, last)
    year = _YEAR_BEHIND.match(text, last)
    beside = before or behind
    days = beside.groups()[:2] if beside else ()
    start = before.start() if before else at
    end = max(last, behind.end() if behind else 0, year.end() if year else 0)
    told = (behind and behind.group(3)) or (year and year.group(1))
    numbers = [int(day) for day in days if day and 1 <= int(day) <= 31]
    if surely and not numbers and not told and not _is_surely_month(text[at:last], at):
        return
    for day in numbers or [0]:
        yield Date(start, end, _read_year(told), month, day)


def _is_surely_month(name: str, start: int) -> bool:
    """Whether a month that stands alone is one: May and March are words too."""
    if name == "March" and not start:
        return False
    return (name[0].isupper() and len(name) > 4) or name == "June" or not name.isascii()


def _find_figures(text: str) -> Iterator[Date]:
    for match in _FIGURES.finditer(text):
        before = text[match.start() - 1 : match.start()]
        read = None if before.isdigit() or (before in ("-", ".", ",") and before) else _read_figures(match)
        if read:
            yield read


def _read_figures(match: re.Match[str]) -> Date | None:
    year, _, month, day, first, _, second, year_behind, day_only, month_only, year_only, month_behind = match.groups()
    if year:
        read = Date(*match.span(), int(year), int(month), int(day))
    elif first:
        read = Date(*match.span(), _read_year(year_behind), int(second), int(first), either_order=True)
        if read.month > 12:
            read = read._replace(month=read.day, day=read.month, either_order=False)
    elif day_only:
        read = Date(*match.span(), 0, int(month_only), int(day_only))
    else:
        read = Date(*match.span(), int(year_only), int(month_behind), 0)
    return read if 1 <= read.month <= 12 and 0 <= read.day <= 31 else None


def _find_unspaced(text: str) -> Iterator[Date]:
    for match in _UNSPACED.finditer(text):
        year, month, day = match.groups()
        if 1 <= int(month) <= 12 and (year or day):
            yield Date(*match.span(), _read_year(year), int(month), int(day or 0))


def _find_years(text: str) -> Iterator[Date]:
    for match in _YEAR_ALONE.finditer(text):
        before = text[match.start() - 1 : match.start()]
        inside = before and ((before.isascii() and before.isalnum()) or before in "_.,#$€£/-")
        if not inside and not measures(text, match.end()):
            yield Date(*match.span(), int(match.group(1)), 0, 0)


def _read_year(year: str | None) -> int:
    if not year:
        return 0
    return int(year) + (2000 if len(year) == 2 else 0)


def find_weekdays(text: str) -> Iterator[tuple[int, int, int]]:
    """Give start, end and number (Monday 0) of the days of the week that are named."""
    for start, end, word in locate_words(text, WEEKDAYS):
        yield start, end, WEEKDAYS[word]


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
