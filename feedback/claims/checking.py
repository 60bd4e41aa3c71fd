"""An answer and its sources come in, the claims of the answer go out: those that stand in the sources or follow from
them are counted, those that do not are named."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from feedback.claims.arithmetic import Wanted, is_derived
from feedback.claims.claim import Claim
from feedback.claims.dates import Date, Time, find_dates, find_times, find_weekdays
from feedback.claims.links import find_links, find_phones
from feedback.claims.names import Name, find_identifiers, find_names, is_common, is_english, is_german, seems_to_act
from feedback.claims.numbers import Number, find_numbers, find_spelled, merge_durations
from feedback.claims.quotations import find_quotations, list_pairs
from feedback.claims.sources import NUMBERING, Sources, normalise, strip_accents
from feedback.claims.units import SCALES, UNITS

MAX_ANSWER_CHARACTERS = 20_000
MAX_QUESTION_CHARACTERS = 400
"""The numbers of a question are reckoned with; those of a document that was pasted with it are far ones."""
TRUST_DOUBTFUL = 0.3
TRUST_RECKONED = 0.58
FEWEST_OPERANDS = 9
HEDGE_CHARACTERS = 28
NEAR_CHARACTERS = 250
NEAR_DATE = 100
LEAST_QUOTED_SHARE = 0.5
MOST_ASKED = 6
MOST_TIMES = 16
HOUR = 3_600
DAY = 86_400
MONTH = 30 * DAY
YEAR = 365.25 * DAY
LEAP_YEAR = 2024
DAYS_OFF = 2.5
"""Months and years are not all of one length, and a term ends on the day before."""
SMALL = 12
KNOWN_CODES = frozenset(
    "a4 a3 a5 b2b b2c co2 h2o o2 mp3 mp4 ipv4 ipv6 utf-8 3d 2d 4k 8k 2fa h264 sha-1 sha-256 sha256 md5 covid-19 web3 s3"
    " ec2 k8s i18n l10n 24/7 24x7 24×7 q1 q2 q3 q4 python3 base64 oauth2 html5 css3 es6 usb-c 5g 4g 3g lte b12 d3 x86"
    " win11 win10 int8 float32 int64".split()
)

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_HEDGE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|over|more than|less than|under|just|some|"
    r"circa|ca\.?|etwa|rund|knapp|über|fast|ungefähr|mehr als|environ|près de|plus de|presque|unos|unas|casi|"
    r"aproximadamente|alrededor de|más de|cerca de|quasi|oltre|più di|ongeveer|bijna|ruim|około|ponad|prawie|ungefär|"
    r"cirka|nästan|noin|lähes|přibližně|asi|yaklaşık|около|почти|примерно|более|khoảng|περίπου|تقريبا|حوالي|up to|"
    r"as|estimated)|[~≈約约近약]|大约|およそ|ほぼ|大約)[ \u00a0]?(?:a |the |US|\$|€|£|NOK )*\Z",
    re.IGNORECASE,
)
_TELLS_RESULT = re.compile(
    r"\b(?:total|totals|altogether|in all|combined|together|sum|overall|difference|ahead|behind|climb|descend|rate|share|margin|ratio|more|less|fewer|cheaper|lighter|heavier|faster|slower|bigger|smaller|saves?|(?:up|down|reduced|increased|cut|raised) by|"
    r"remaining|left|net|becomes?|higher|lower|longer|shorter|older|younger|increase[sd]?|decrease[sd]?|rose|grew|fell|growth|average|mean|each|per|later|earlier|"
    r"gesamt|insgesamt|zusammen|differenz|mehr|weniger|durchschnitt|au total|ensemble|différence|moyenne|"
    r"en total|diferencia|promedio|in tutto|totale|differenza|media|razem|łącznie|totaal|samen|toplam|totalt|"
    r"итого|всего|разница|в среднем|adds? up|comes? to|amounts? to|arrive at|works out|save[ds]?|saving|cost|sparen|spart|sparst|"
    r"sparer|sparar|spara|also|ergibt|ergeben|macht|économise[zr]?|soit|donc|ahorras?|ahorra|es decir|risparmi|cioè|quindi|"
    r"ou seja|poupa|czyli|drożej|taniej|dus|alltså|altså|тобто|більше|менше|дешевле|дороже|поэтому|jadi|berarti|takže|tedy)\b|合計|合计|总共|一共|平均|差|省|多|少|也就是|つまり|[=+]",
    re.IGNORECASE,
)
_TELLS_SUM = re.compile(
    r"\b(?:total|totals|altogether|in all|combined|together|sum|overall|gesamt|insgesamt|zusammen|au total|ensemble|en total|"
    r"in tutto|totale|razem|łącznie|totaal|samen|toplam|totalt|sammanlagt|yhteensä|celkem|итого|всего|adds? up|sum up|разом|всього)\b|合計|合计|总共|一共|합계|총",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"[^\n0-9]{0,24}[=≈][ \u00a0*]*")
_OPERATOR = re.compile(r"[^\n0-9+×*·x−–-]{0,16}([+×*·x−–-])[ \u00a0]*[€$£]?")
_TELLS_YEAR = re.compile(
    r"month|year|annual|monat|jahr|mois|\ban\b|année|\bmes\b|año|mese|anno|mês|\bano\b|maand|jaar|miesi|\brok|kuuka|vuo|měsí"
    r"|\bay|yıl|месяц|\bгод|måned|månad|\bår|月|年|महीन|साल|tháng|năm|μήν|χρόν",
    re.IGNORECASE,
)
TWELVE = Number(0, 0, (12.0,), 1.0, 0.0, 0.0, "", 2)
"""Months of a year, which no source has to tell."""
_ITEM = re.compile(r"^[ \t]*(?:[-*•]|[0-9]{1,2}[.)])[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked up of an answer."""

    supported: int
    unsupported: tuple[Claim, ...]


def check_answer(answer: str, sources: Sources, question: str = "") -> Checked:
    """Look up every claim of the answer. `sources` hold the question too, and must not hold the answer itself."""
    return _Check(answer, sources, question).run()


class _Check:
    """One answer on its way: what was taken for a claim is blanked, so that nothing is read twice."""

    def __init__(self, answer: str, sources: Sources, question: str) -> None:
        self.text = normalise(answer[:MAX_ANSWER_CHARACTERS])
        self.sources = sources
        self.supported = 0
        self.unsupported: list[Claim] = []
        self.question = normalise(question[:MAX_QUESTION_CHARACTERS])
        self.times: list[Time] = []
        self.dates: list[Date] = []

    def run(self) -> Checked:
        sources = self.sources
        sources.read()
        if "```" in self.text or "~~~" in self.text:
            self.blank(_CODE)
        self.check_quotations()
        self.check_links()
        if "`" in self.text:
            self.blank(_INLINE)
        self.blank(NUMBERING)
        self.check_dates()
        self.check_times()
        self.check_identifiers()
        self.check_numbers()
        self.check_names()
        return Checked(self.supported, tuple(sorted(self.unsupported, key=lambda claim: claim.start)))

    def blank(self, pattern: re.Pattern[str]) -> None:
        self.text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)

    def take(self, start: int, end: int) -> None:
        self.text = f"{self.text[:start]}{' ' * (end - start)}{self.text[end:]}"

    def note(self, claim: Claim, supported: bool) -> None:
        if supported:
            self.supported += 1
        else:
            self.unsupported.append(claim)

    def check_quotations(self) -> None:
        for start, end in find_quotations(self.text):
            share = self.sources.measure_quotation(list_pairs(self.text[start:end]))
            if share >= LEAST_QUOTED_SHARE:
                self.supported += 1
                self.take(start, end)
            else:
                self.unsupported.append(Claim("quotation", start, end))

    def check_links(self) -> None:
        for find in (find_links, find_phones):
            for link in list(find(self.text)):
                self.note(Claim("link", link.start, link.end), self.sources.hold_link(link))
                self.take(link.start, link.end)

    def check_dates(self) -> None:
        found = list(find_dates(self.text))
        self.dates = found
        spans: dict[tuple[int, int], bool] = {}
        for each in found:
            span = each.start, each.end
            spans[span] = spans.get(span, True) and self.is_date_supported(each)
        years = {(each.start, each.end) for each in found if not each.month}
        for (start, end), supported in spans.items():
            # A year that is not found may be a plain number, and follow from others.
            if supported or (start, end) not in years:
                self.note(Claim("date", start, end), supported)
                self.take(start, end)
        for start, end, day in find_weekdays(self.text):
            self.take(start, end)

    def is_date_supported(self, told: Date) -> bool:
        if self.sources.hold_date(told):
            return True
        near = [each for each in self.durations if not each.end or abs(each.start - told.start) <= NEAR_DATE]
        beside = [each for each in self.dates if 0 < abs(each.start - told.start) <= NEAR_DATE]
        return is_moved(told, self.sources.dates, near) or is_moved(told, beside, self.sources.numbers)

    @cached_property
    def durations(self) -> list[Number]:
        """Those that answer and question tell: a date that follows from one is told beside it."""
        own = merge_durations([*find_numbers(self.text), *find_spelled(self.text)])
        asked = [each._replace(start=0, end=0) for each in self.asked]
        return [each for each in (*asked, *own) if each.dimension in ("time", "")]

    def check_times(self) -> None:
        found = list(find_times(self.text))
        self.times = found
        for each in found:
            near = [span for span in self.durations if not span.end or abs(span.start - each.start) <= NEAR_DATE]
            beside = [time for time in found if 0 < abs(time.start - each.start) <= NEAR_DATE]
            supported = (
                self.sources.hold_time(each)
                or is_shifted(each, [*self.sources.times, *found], near)
                or is_shifted(each, beside, self.sources.numbers)
            )
            self.note(Claim("date", each.start, each.end), supported)
            self.take(each.start, each.end)

    def check_identifiers(self) -> None:
        for start, end in list(find_identifiers(self.text)):
            code = self.text[start:end]
            if is_measure(code):
                continue
            if self.sources.hold_code(code):
                self.supported += 1
            elif code.lower() not in KNOWN_CODES:
                self.unsupported.append(Claim("identifier", start, end))
            self.take(start, end)

    def check_numbers(self) -> None:
        numbers = merge_durations([*find_numbers(self.text), *find_spelled(self.text)])
        for number in numbers:
            if number.shown[0] not in (0, 1) or number.dimension:
                trust = self.doubt_number(number, numbers)
                self.note(Claim("number", number.start, number.end, trust), not trust)

    def doubt_number(self, number: Number, numbers: Sequence[Number]) -> float:
        """How much it is to be trusted that the number stands nowhere; 0 where it does, or follows from others."""
        if self.sources.deny_unit(number):
            return 1.0
        hedged = _HEDGE.search(self.text[max(0, number.start - HEDGE_CHARACTERS) : number.start]) is not None
        tolerance = find_tolerance(number, hedged)
        if self.sources.hold_number(number, tolerance) or self.is_count(number) or self.is_span(number, tolerance):
            return 0.0
        if self.is_hour(number) or self.is_complement(number, tolerance):
            return 0.0
        sentence = find_sentence(self.text, number.start, number.end)
        summed = _TELLS_SUM.search(sentence) is not None
        wanted = Wanted(number, tolerance, hedged or summed or _TELLS_RESULT.search(sentence) is not None, summed)
        otherwise = self.sources.tell_otherwise(number, self.text)
        far = [] if otherwise and not wanted.told else self.sources.numbers
        if self.follows(wanted, numbers, sentence, far):
            return 0.0
        if number.spelled and not number.dimension:
            return TRUST_DOUBTFUL
        return TRUST_RECKONED if wanted.told and not otherwise and self.may_be_reckoned(number, numbers) else 1.0

    def may_be_reckoned(self, number: Number, numbers: Sequence[Number]) -> bool:
        """Whether the question gives numbers to reckon with, or several stand around it."""
        around = [each for each in numbers if 0 < abs(each.start - number.start) <= NEAR_DATE]
        return bool(self.asked) or len(around) >= FEWEST_OPERANDS

    def follows(self, wanted: Wanted, numbers: Sequence[Number], sentence: str, far: Sequence[Number]) -> bool:
        number = wanted.number
        if is_computed(number, numbers, self.text):
            return True
        others = sorted((abs(each.start - number.start), each) for each in numbers if each.start != number.start)
        near = [each for distance, each in others if distance <= NEAR_CHARACTERS]
        if any(is_converted(number, each, wanted.tolerance) for each in near):
            return True
        constants = [TWELVE] if _TELLS_YEAR.search(sentence) else []
        return is_derived(wanted, [*self.asked, *constants, *near], far)

    @cached_property
    def asked(self) -> list[Number]:
        return [*find_numbers(self.question), *find_spelled(self.question)][:MOST_ASKED]

    def is_count(self, number: Number) -> bool:
        """Whether it counts the items of a list in the answer."""
        if number.dimension or number.shown[0] > SMALL:
            return False
        return len(_ITEM.findall(self.text)) == number.shown[0]

    def is_hour(self, number: Number) -> bool:
        """Whether `14 h` is a time of day."""
        if number.dimension != "time" or number.size != HOUR or number.shown[0] > 24:
            return False
        return any((number.shown[0] * 60 - each.minutes) % 720 == 0 for each in self.sources.times)

    def is_complement(self, number: Number, tolerance: float) -> bool:
        """Whether a percentage is what a ratio of the sources lacks of one, or has beyond it."""
        if number.dimension != "percent":
            return False
        ratios = (each.shown[0] for each in self.sources.numbers if not each.dimension and each.step < 1)
        return any(abs(abs(1 - ratio) * 100 - number.shown[0]) <= tolerance for ratio in ratios)

    def is_span(self, number: Number, tolerance: float) -> bool:
        """Whether it is the time between two times or dates that are told."""
        if number.dimension not in ("", "time"):
            return False
        spans = self.spans_in_seconds if number.dimension else self.spans_in_years
        size = number.size if number.dimension else 1.0
        return any(abs(span / size - number.shown[0]) <= max(tolerance, 0.05) for span in spans)

    @cached_property
    def spans_in_seconds(self) -> set[float]:
        minutes = sorted({each.minutes for each in (*self.sources.times, *self.times)})[:MOST_TIMES]
        known = [each._replace(year=each.year or LEAP_YEAR) for each in (*self.sources.dates, *self.dates)]
        days = sorted({day for each in known if (day := each.calendar_day)})[:MOST_TIMES]
        between = {60.0 * abs(one - other) for one, other in combinations(minutes, 2)}
        apart = {(other - one).days for one, other in combinations(days, 2)}
        years = {year * YEAR for year in self.spans_in_years}
        return between | years | {float(DAY * each) for days in apart for each in (days, days + 1)}

    @cached_property
    def spans_in_years(self) -> set[float]:
        years = sorted({each.year for each in (*self.sources.dates, *self.dates) if each.year})[:MOST_TIMES]
        spans = {float(abs(one - other)) for one, other in combinations(years, 2)}
        return spans | {span - 1 for span in spans}

    def check_names(self) -> None:
        english = is_english(self.text)
        words = [each for each in find_names(self.text) if is_name(each, english)]
        unknown = [each for each in words if not self.holds_name(each)]
        self.supported += len(words) - len(unknown)
        if is_german(self.text):
            counts = Counter(each.run_start for each in words)
            unknown = [each for each in unknown if each.titled or 1 < each.run == counts[each.run_start]]
        elif not english:
            unknown = [each for each in unknown if not (each.opens and each.run == 1)]
        for start, end, certain in join_names(unknown, self.text):
            self.unsupported.append(Claim("name", start, end, 1.0 if certain else TRUST_DOUBTFUL))

    def holds_name(self, name: Name) -> bool:
        if self.sources.hold_word(name.text) or self.sources.hold_word(strip_accents(name.text)):
            return True
        return name.run > 1 and not is_english(self.text) and self.sources.hold_kin(name.text)


def is_name(name: Name, english: bool) -> bool:
    if len(name.text) < 3 or is_common(name.text, english):
        return False
    return not (name.text.isupper() and len(name.text) <= 5)


def join_names(names: Sequence[Name], text: str) -> list[tuple[int, int, bool]]:
    """Words of one name as one: start, end, and whether it is surely a name."""
    joined: list[tuple[int, int, bool]] = []
    for name in names:
        certain = not name.opens or seems_to_act(name, text)
        if joined and len(text[joined[-1][1] : name.start].strip()) <= 3 and name.start - joined[-1][1] <= 8 and name.place:
            start, _, sure = joined.pop()
            joined.append((start, name.end, sure or certain))
        else:
            joined.append((name.start, name.end, certain))
    return joined


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


def is_converted(number: Number, other: Number, tolerance: float) -> bool:
    """Whether it is the other one in another unit."""
    return (
        number.dimension == other.dimension != ""
        and number.size != other.size
        and abs(other.values[0] / number.size - number.shown[0]) <= tolerance
    )


def find_sentence(text: str, start: int, end: int) -> str:
    """The sentence or line around a place, as far as it is near."""
    before = max(text.rfind(mark, 0, start) for mark in (". ", "\n", "! ", "? ", "。", "; "))
    behind = [place for mark in (". ", "\n", "! ", "? ", "。") if (place := text.find(mark, end)) >= 0]
    return text[max(before + 1, start - 160) : min([*behind, end + 100])]


def is_measure(code: str) -> bool:
    """Whether a code is a number with a unit: `8GB`, `2-year`, `1990s`.

    >>> is_measure("8GB"), is_measure("24-hour"), is_measure("E1002")
    (True, True, False)
    """
    match = re.fullmatch(r"[0-9]+-?([A-Za-z]+)(?:/[a-z]+)?", code)
    if not match:
        return False
    unit = match.group(1).lower()
    return unit in UNITS or unit in SCALES or unit in ("st", "nd", "rd", "th", "x", "er") or match.group(1).islower() and len(unit) > 2


def find_tolerance(number: Number, hedged: bool) -> float:
    """How far off a number may be, without its unit: half of its last digit, and more where it says "about"."""
    tolerance = 0.5 * number.step
    if hedged:
        tolerance = max(tolerance, min(0.5 * number.round_step, 0.06 * number.shown[0]), 0.02 * number.shown[0])
    return tolerance


def is_moved(told: Date, dates: Sequence[Date], durations: Sequence[Number]) -> bool:
    """Whether the date lies as far from another as some duration says."""
    for given in dates:
        if not given.month or not told.month:
            continue
        if not told.day:
            months = (told.month - given.month) % 12, (given.month - told.month) % 12
            if any(each.dimension == "time" and each.size > MONTH and each.shown[0] in months for each in durations):
                return True
            continue
        year = told.year or given.year or LEAP_YEAR
        day = told._replace(year=year).calendar_day
        other = given._replace(year=given.year or year, day=given.day or 1).calendar_day
        if day and other and any(_lasts(each, abs((day - other).days)) for each in durations):
            return True
    return False


def _lasts(duration: Number, days: int) -> bool:
    """Whether it is so many days, to within a few where months are counted; or counts weekly dates."""
    if not days:
        return False
    if duration.dimension == "time":
        told = duration.values[0] / DAY
        if duration.size > YEAR - 1 and told:
            return abs(days - told * round(days / told)) <= DAYS_OFF
        return abs(told - days) <= (DAYS_OFF if duration.size >= MONTH else 0.1)
    return days % 7 == 0 and duration.shown[0] == days / 7 + 1


def is_shifted(told: Time, given: Sequence[Time], durations: Sequence[Number]) -> bool:
    """Whether the time lies as far from another as some duration says, or is itself what lies between two."""
    apart = {abs(told.minutes - each.minutes) * 60.0 for each in given} - {0.0}
    if any(each.dimension == "time" and each.values[0] in apart for each in durations):
        return True
    marks = sorted({each.minutes * 60 + each.seconds for each in given if each is not told})[:MOST_TIMES]
    wanted = {told.minutes * 60 + told.seconds, told.minutes}
    return any(other - one in wanted for one, other in combinations(marks, 2) if other - one > 1)


