"""Everything that an answer may rest on comes in as texts; whether a number, date, name, link or quotation stands in
them goes out. Texts are read once, and only when something is looked up."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from hashlib import blake2b
from itertools import accumulate

from feedback.claims.dates import Date, Time
from feedback.claims.links import Link
from feedback.claims.numbers import Number
from feedback.claims.paragraphs import Paragraph, read_paragraph
from feedback.claims.quotations import list_pairs
from feedback.claims.texts import WORD, compact, counts_something, cut_window, list_stems, prepare_source
from feedback.claims.units import UNITS

MAX_CHARACTERS = 60_000
"""Of one text; what lies beyond is not read."""
LEAST_BEGINNING = 5
ALIKE = 0.82
"""How alike the spellings of a name in two languages are: Freiburg and Fribourg."""
LOOSE = frozenset(("speed", "fahrenheit"))
"""14 km/s may be told as 14 km every second."""
CONVERTED_TOLERANCE = 0.06
"""Of a duration in another unit: 60 days are two months."""
AROUND = 10
"""Numbers before and behind one that tell what it is about."""
_PARAGRAPH = re.compile(r"\n\s*\n")
_SIGN = re.compile(r"r\$|us\$|[$€£¥₹₩₽₺₫₴]")
MOST_BESIDE = 2
"""Numbers that a telling word stands beside; a word that stands beside more tells nothing of any."""


def tell_text(text: str) -> bytes:
    """Its bytes behind their number, so that no two rows of texts are alike."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw).to_bytes(8, "little") + raw


class Sources:
    """Texts that were there before an answer; grows with the conversation."""

    def __init__(self) -> None:
        self._told = blake2b(digest_size=16)
        self._fresh: list[str] = []
        self._seen: set[str] = set()
        self.words: set[str] = set()
        self.numbers: list[Number] = []
        self.dates: list[Date] = []
        self.times: list[Time] = []
        self._lowered: list[str] = []
        self._codes: list[str] = []
        self._links: set[str] = set()
        self._phones: list[str] = []
        self._shown: list[float] = []
        self._plain: list[str] = []
        self._texts: list[str] = []
        self._currencies: dict[str, frozenset[str]] = {}
        self._stems: list[frozenset[str]] = []
        self._bare: list[float] = []
        self._counts: list[float] = []
        self._decimals: list[float] = []
        self._units: dict[float, set[tuple[str, float]]] = {}
        self._sized: dict[str, list[float]] = {}
        self._pairs: set[tuple[str, str]] = set()

    def add(self, text: str) -> bool:
        """Take a text in and say whether it is new; the same again costs nothing."""
        if not text or text in self._seen:
            return False
        self._seen.add(text)
        self._fresh.append(text[:MAX_CHARACTERS])
        self._told.update(tell_text(text[:MAX_CHARACTERS]))
        return True

    def tell(self, *others: str) -> bytes:
        """A digest of all that was added, in its order, and of other texts."""
        told = self._told.copy()
        for text in others:
            told.update(tell_text(text))
        return told.digest()

    def read(self) -> None:
        """Read what was added since; must come before anything is looked up."""
        if not self._fresh:
            return
        for text in self._fresh:
            for paragraph in _PARAGRAPH.split(prepare_source(text)):
                self._add_paragraph(read_paragraph(paragraph))
        self._fresh.clear()
        self._sort()

    def _add_paragraph(self, told: Paragraph) -> None:
        self._lowered.append(told.lowered)
        self.words |= told.words
        self._links.update(link.key for link in told.links)
        self._phones.extend(phone.key for phone in told.phones)
        self._add_dates(told.dates, told.times)
        self._texts.append(told.plain)
        self._add_numbers(told.numbers, told.plain)

    def _add_dates(self, dates: Sequence[Date], times: Sequence[Time]) -> None:
        self.dates += dates
        self.times += times
        self._shown += [float(part) for each in dates for part in (each.year, each.month, each.day) if part]
        self._shown += [float(each.minutes // 60) for each in times]

    def _add_numbers(self, numbers: Iterable[Number], text: str) -> None:
        for number in numbers:
            self.numbers.append(number)
            self._plain.append(text)
            self._add_number(number)

    def _add_number(self, number: Number) -> None:
        value, *others = number.shown
        self._shown.append(value)
        self._decimals += others
        if number.scale > 1:
            self._shown.append(value / number.scale)
        if number.dimension:
            self._sized.setdefault(number.dimension, []).append(value * number.size)
            self._units.setdefault(value, set()).add((number.dimension, number.size))
        if number.dimension in LOOSE or (not number.dimension and not counts_something(number)):
            self._units.setdefault(value, set()).add(("", 1.0))
            self._bare.append(value)
        elif not number.dimension:
            self._counts.append(value)

    def _sort(self) -> None:
        for values in (self._shown, self._bare, self._counts, self._decimals, *self._sized.values()):
            values.sort()

    def hold_number(self, number: Number, tolerance: float) -> bool:
        """Whether a number of the same size stands there, to within `tolerance` (without its unit)."""
        value = number.shown[0]
        others = () if number.dimension.startswith("money") else number.shown[1:]
        if any(other % 1 and _has_near(self._shown, other, 0.0) for other in others) or (
            number.step < 1 and _has_near(self._decimals, value, 0.0)
        ):
            return True
        if number.dimension:
            return self._hold_sized(number, tolerance)
        if counts_something(number):
            return _has_near(self._bare, value, tolerance) or _has_near(self._counts, value, tolerance)
        return _has_near(self._shown, value, tolerance) or self._hold_digits(number)

    def _hold_sized(self, number: Number, tolerance: float) -> bool:
        value = number.shown[0]
        if _has_near(self._bare, value, tolerance):
            return True
        if number.dimension == "percent" and _has_near(self._bare, value / 100, tolerance / 100):
            return True
        return self._hold_converted(number, tolerance)

    def _hold_converted(self, number: Number, tolerance: float) -> bool:
        """Whether a number with a unit of the same dimension stands there."""
        value = number.shown[0]
        if number.dimension == "time" and (number.dimension, number.size) not in self._units.get(value, ()):
            tolerance = min(tolerance, CONVERTED_TOLERANCE * value)
        if number.dimension != "time":
            tolerance = max(tolerance, min(0.5 * number.round_step, 0.01 * value) if number.size != 1 else 0.0)
        return _has_near(self._sized.get(number.dimension, []), value * number.size, tolerance * number.size)

    def deny_unit(self, number: Number) -> bool:
        """Whether just this number stands there, and only with other units: 30 hours where it says 30 days."""
        if not number.dimension or self._hold_converted(number, 0.5 * number.step):
            return False
        if number.dimension.startswith("money") and self._deny_currency(number):
            return True
        units = self._units.get(number.shown[0], set())
        return bool(units) and units.isdisjoint({(number.dimension, number.size), ("", 1.0)})

    def _deny_currency(self, number: Number) -> bool:
        """Whether texts that tell just this number, else all texts, name other currencies and not this one."""
        same = [
            plain
            for other, plain in zip(self.numbers, self._plain, strict=True)
            if not other.dimension and other.shown[0] == number.shown[0]
        ]
        if same:
            return all(named and number.dimension not in named for named in map(self._list_currencies, same))
        named = frozenset().union(*map(self._list_currencies, self._texts))
        return bool(named) and number.dimension not in named

    def _list_currencies(self, plain: str) -> frozenset[str]:
        if plain not in self._currencies:
            words = (*WORD.findall(plain.lower()), *_SIGN.findall(plain.lower()))
            named = {UNITS[word][0] for word in words if word in UNITS}
            self._currencies[plain] = frozenset(each for each in named if each.startswith("money"))
        return self._currencies[plain]

    def tell_otherwise(self, number: Number, text: str) -> bool:
        """Whether another number of its kind stands there beside the same telling word: this one is no result."""
        stems = list_stems(cut_window(text, number))
        if not stems:
            return False
        shared: Counter[str] = Counter()
        alike: set[str] = set()
        for other, known in zip(self.numbers, self._list_stems(), strict=True):
            found = stems & known
            shared.update(found)
            if other.dimension == number.dimension:
                alike |= found
        return any(shared[stem] <= MOST_BESIDE for stem in alike)

    def choose_numbers(self, text: str, most: int) -> list[Number]:
        """The numbers, as many at most, that stand where the words of the text stand; in their order."""
        if len(self.numbers) <= most:
            return self.numbers
        stems = list_stems(text)
        shared = [len(stems & known) for known in self._list_stems()]
        sums = [0, *accumulate(shared)]
        last = len(shared)
        around = [sums[min(last, place + AROUND + 1)] - sums[max(0, place - AROUND)] for place in range(last)]
        chosen = sorted(range(last), key=lambda place: (-around[place], place))[:most]
        return [self.numbers[place] for place in sorted(chosen)]

    def _list_stems(self) -> list[frozenset[str]]:
        fresh = zip(self.numbers[len(self._stems) :], self._plain[len(self._stems) :], strict=True)
        self._stems += [list_stems(cut_window(plain, other)) for other, plain in fresh]
        return self._stems

    def _hold_digits(self, number: Number) -> bool:
        """Whether the same digits stand in a code: the 99 of `p99`."""
        if number.shown[0] % 1 or number.shown[0] < 10:
            return False
        pattern = re.compile(rf"(?<![0-9.,]){number.shown[0]:.0f}(?![0-9])")
        return any(pattern.search(text) for text in self._lowered)

    def hold_date(self, told: Date) -> bool:
        """Whether all that the date tells stands there, day and month beside each other."""
        return any(self._hold_reading(reading) for reading in told.readings)

    def _hold_reading(self, told: Date) -> bool:
        years = {each.year for each in self.dates}
        if told.year and told.year not in years and not _has_near(self._shown, told.year, 0.1):
            return False
        if not told.month:
            return True
        return any(
            told.month == each.month
            and (not told.day or told.day == each.day or (not each.day and _has_near(self._bare, told.day, 0.1)))
            and (not told.year or not each.year or told.year == each.year)
            for given in self.dates
            for each in given.readings
        )

    def hold_time(self, told: Time) -> bool:
        """Whether the time stands there, on whichever half of the day."""
        if any((told.minutes - each.minutes) % 720 == 0 and told.seconds in (0, each.seconds) for each in self.times):
            return True
        hour, minute = divmod(told.minutes, 60)
        shown = (hour % 12, hour % 12 + 12) if hour % 12 else (0, 12, 24)
        return any(
            _has_near(told_so, each + minute / 100, 0.001) for told_so in (self._bare, self._counts) for each in shown
        ) or (not minute and any(_has_near(self._sized.get("time", []), each * 3_600, 1) for each in shown))

    def hold_link(self, link: Link) -> bool:
        """Whether host and path, or the address, or the digits stand there."""
        if link.is_phone:
            digits = link.key.lstrip("0")
            known = [each.lstrip("0") for each in self._phones]
            return any(digits[-8:] in each and (each in digits or digits in each) for each in known) or any(
                link.key in text or digits in text for text in self._list_codes()
            )
        if link.key in self._links or any(known.startswith(f"{link.key}/") for known in self._links):
            return True
        return any(link.key in text for text in self._lowered)

    def hold_code(self, code: str) -> bool:
        """Whether an identifier stands there, with or without its hyphens."""
        wanted = compact(code)
        return any(wanted in text for text in self._list_codes())

    def _list_codes(self) -> list[str]:
        self._codes += map(compact, self._lowered[len(self._codes) :])
        return self._codes

    def hold_word(self, word: str) -> bool:
        """Whether a word of a name stands there, in this or another form of it."""
        return all(part in self.words or self._hold_form(part) for part in WORD.findall(word.lower()))

    def _hold_form(self, word: str) -> bool:
        if len(word) == LEAST_BEGINNING - 1:
            return any(each.startswith(word) for each in self.words)
        beginning = word[: max(LEAST_BEGINNING, min(len(word) - 2, 8))]
        if len(word) > LEAST_BEGINNING and any(each.startswith(beginning) for each in self.words):
            return True
        return len(word) > LEAST_BEGINNING and any(
            each[0] == word[0]
            and abs(len(each) - len(word)) <= 1
            and SequenceMatcher(None, each, word).ratio() >= ALIKE
            for each in self.words
        )

    def hold_kin(self, word: str) -> bool:
        """Whether a word with the same beginning stands there, about as long: another case of a name."""
        beginning = word[: max(3, len(word) - 2)].lower()
        return any(each.startswith(beginning) and abs(len(each) - len(word)) <= 3 for each in self.words)

    def measure_quotation(self, pairs: set[tuple[str, str]]) -> float:
        """The share of neighbouring words that are neighbours there too, 0 to 1."""
        if not self._pairs:
            self._pairs = set().union(*map(list_pairs, self._lowered))
        return len(pairs & self._pairs) / len(pairs) if pairs else 1.0


def _has_near(values: list[float], wanted: float, tolerance: float) -> bool:
    """Whether one of the sorted values lies within the tolerance."""
    slack = tolerance + abs(wanted) * 1e-9
    place = bisect_left(values, wanted - slack)
    return place < len(values) and values[place] <= wanted + slack
