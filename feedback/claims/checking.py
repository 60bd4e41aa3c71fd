"""An answer and its sources come in, what it claims goes out: how much of that stands in the sources or follows from
them, and what does not."""

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from feedback.claims.claim import Claim
from feedback.claims.dates import Date, Time, find_dates, find_times, find_weekdays
from feedback.claims.durations import is_moved, is_shifted, lies_between
from feedback.claims.figures import DOUBT_COUNT, Figures
from feedback.claims.links import find_links, find_phones
from feedback.claims.names import (
    Name,
    find_identifiers,
    find_names,
    is_common,
    is_measure,
    is_well_known,
    join_names,
    tell_language,
)
from feedback.claims.numbers import Number, find_numbers, find_spelled, merge_durations
from feedback.claims.quotations import find_quotations, list_pairs
from feedback.claims.sources import Sources
from feedback.claims.texts import NUMBERING, blank_spans, normalise, strip_accents
from feedback.claims.units import UNITS

MAX_ANSWER_CHARACTERS = 20_000
MAX_QUESTION_CHARACTERS = 400
"""The numbers of a question are reckoned with; those of a document that was pasted with it are far ones."""
MOST_ASKED = 6
KEPT = 4_000
"""Answers of which is remembered what was found; half a kilobyte each."""
NEAR_DATE = 100
LEAST_QUOTED_SHARE = 0.5
_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked up of an answer."""

    supported: int
    unsupported: tuple[Claim, ...]


class CheckedAnswers:
    """The answers that were checked last, by what they were checked against: a conversation is listened to again at
    each of its turns, and of its earlier answers nothing has changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Checked] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, answer: str, sources: Sources, question: str) -> Checked:
        key = sources.tell(answer, question)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        checked = look_up(answer, sources, question)
        with self._lock:
            self._kept[key] = checked
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return checked


CHECKED = CheckedAnswers()


def check_answer(answer: str, sources: Sources, question: str = "") -> Checked:
    """Look up every claim of the answer. `sources` hold the question too, and must not hold the answer itself."""
    return CHECKED.check(answer[:MAX_ANSWER_CHARACTERS], sources, question[:MAX_QUESTION_CHARACTERS])


def look_up(answer: str, sources: Sources, question: str) -> Checked:
    sources.read()
    check = Check(normalise(answer), normalise(question), sources)
    claims = list(check.list_claims())
    unsupported = (claim for claim in claims if claim.doubt)
    return Checked(sum(not claim.doubt for claim in claims), tuple(sorted(unsupported, key=lambda claim: claim.start)))


class Check:
    """One answer on its way: what was taken for a claim is blanked, so that nothing is read twice."""

    def __init__(self, text: str, question: str, sources: Sources) -> None:
        self.text = text
        self.sources = sources
        self.asked = [*find_numbers(question), *find_spelled(question)][:MOST_ASKED]
        self.dates: list[Date] = []
        self.times: list[Time] = []

    def list_claims(self) -> Iterator[Claim]:
        self.blank(_CODE, "```", "~~~")
        yield from self.take(self.check_quotations())
        yield from self.take(self.check_links())
        self.blank(_INLINE, "`")
        self.blank(NUMBERING)
        yield from self.take(self.check_dates())
        self.text = blank_spans(self.text, [(start, end) for start, end, _ in find_weekdays(self.text)])
        yield from self.take(self.check_times())
        yield from self.take(self.check_identifiers())
        yield from self.check_numbers()
        yield from self.check_names()

    def blank(self, pattern: re.Pattern[str], *marks: str) -> None:
        if not marks or any(mark in self.text for mark in marks):
            self.text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)

    def take(self, claims: Iterable[Claim]) -> list[Claim]:
        found = list(claims)
        # What a quotation tells that is not found is looked at in its parts as well.
        spans = [(claim.start, claim.end) for claim in found if claim.kind != "quotation" or not claim.doubt]
        self.text = blank_spans(self.text, spans)
        return found

    def check_quotations(self) -> Iterator[Claim]:
        for start, end in find_quotations(self.text):
            share = self.sources.measure_quotation(list_pairs(self.text[start:end]))
            yield Claim("quotation", start, end, float(share < LEAST_QUOTED_SHARE))

    def check_links(self) -> Iterator[Claim]:
        links = list(find_links(self.text))
        plain = blank_spans(self.text, [(link.start, link.end) for link in links])
        for link in (*links, *find_phones(plain)):
            yield Claim("link", link.start, link.end, float(not self.sources.hold_link(link)))

    def check_dates(self) -> Iterator[Claim]:
        self.dates = list(find_dates(self.text))
        found: dict[tuple[int, int], bool] = {}
        for each in self.dates:
            span = each.start, each.end
            found[span] = found.get(span, True) and self.is_date_found(each)
        years = {(each.start, each.end) for each in self.dates if not each.month}
        for (start, end), is_found in found.items():
            # A year that is not found may be a plain number, and follow from others.
            if is_found or (start, end) not in years:
                yield Claim("date", start, end, float(not is_found))

    def is_date_found(self, told: Date) -> bool:
        if self.sources.hold_date(told):
            return True
        beside = [each for each in self.dates if 0 < abs(each.start - told.start) <= NEAR_DATE]
        near = self.list_durations(told.start)
        return is_moved(told, self.sources.dates, near) or is_moved(told, beside, self.sources.numbers)

    def check_times(self) -> Iterator[Claim]:
        self.times = list(find_times(self.text))
        for each in self.times:
            yield Claim("date", each.start, each.end, float(not self.is_time_found(each)))

    def is_time_found(self, told: Time) -> bool:
        if self.sources.hold_time(told):
            return True
        given = [*self.sources.times, *self.times]
        beside = [each for each in self.times if 0 < abs(each.start - told.start) <= NEAR_DATE]
        near = self.list_durations(told.start)
        return (
            is_shifted(told, given, near) or is_shifted(told, beside, self.sources.numbers) or lies_between(told, given)
        )

    def list_durations(self, start: int) -> list[Number]:
        """Those that the answer tells near a place, and the question anywhere."""
        return [*self.asked, *(each for each in self.durations if abs(each.start - start) <= NEAR_DATE)]

    @cached_property
    def durations(self) -> list[Number]:
        own = merge_durations([*find_numbers(self.text), *find_spelled(self.text)])
        return [each for each in own if each.dimension in ("time", "")]

    def check_identifiers(self) -> Iterator[Claim]:
        for start, end in find_identifiers(self.text):
            code = self.text[start:end]
            if not is_measure(code):
                yield Claim(
                    "identifier", start, end, float(not is_well_known(code) and not self.sources.hold_code(code))
                )

    def check_numbers(self) -> Iterator[Claim]:
        numbers = merge_durations([*find_numbers(self.text), *find_spelled(self.text)])
        figures = Figures(self.text, self.sources, numbers, self.asked, self.dates, self.times)
        for number in numbers:
            if number.shown[0] not in (0, 1) or number.dimension:
                yield Claim("number", number.start, number.end, figures.doubt(number))

    def check_names(self) -> Iterator[Claim]:
        language = tell_language(self.text)
        english = language == "English"
        words = [each for each in find_names(self.text) if is_name(each, english)]
        unknown = [each for each in words if not self.is_name_found(each, english)]
        for name in set(words).difference(unknown):
            yield Claim("name", name.start, name.end, 0.0)
        if language == "German":
            counts = Counter(each.run_start for each in words)
            unknown = [each for each in unknown if each.titled or 1 < each.run == counts[each.run_start]]
        elif not english:
            unknown = [each for each in unknown if not (each.opens and each.run == 1)]
        for start, end, certain in join_names(unknown, self.text):
            yield Claim("name", start, end, 1.0 if certain else DOUBT_COUNT)

    def is_name_found(self, name: Name, english: bool) -> bool:
        if self.sources.hold_word(name.text) or self.sources.hold_word(strip_accents(name.text)):
            return True
        return name.run > 1 and not english and self.sources.hold_kin(name.text)


def is_name(name: Name, english: bool) -> bool:
    """Whether a word that is written large is a name, as far as is known; short abbreviations are none."""
    if len(name.text) < 3 or name.text.lower() in UNITS or is_common(name.text, english):
        return False
    return not (name.text.isupper() and len(name.text) <= 5)
