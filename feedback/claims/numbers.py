"""Text comes in, the numbers in it go out, in whatever format and language: value, precision, and what it measures."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from feedback.claims.units import SCALES, UNITS, Unit, is_unspaced, list_beginnings

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९０１２３４５６７８９，．％", "0123456789" * 4 + ",.%")
"""One character each, so that offsets stay."""


class Number(NamedTuple):
    """A number as it stands in a text; a tuple, for documents hold thousands."""

    start: int
    end: int
    shown: tuple[float, ...]
    """The values without their unit; more than one where `1.234` may be either."""
    size: float
    """Of the unit in its base unit."""
    step: float
    """What one of its last digit is worth, without its unit."""
    round_step: float
    """The same, of the last digit that is not zero."""
    dimension: str
    """Empty where no unit stands beside it."""
    digits: int
    """How many significant ones."""
    word: str = ""
    """What stands behind it where that is no unit, in lower case."""
    spelled: bool = False
    scale: float = 1.0
    """A million, where it is told in millions."""

    @property
    def values(self) -> tuple[float, ...]:
        """In base units."""
        return tuple(value * self.size for value in self.shown)


class Suffix(NamedTuple):
    """What stands behind a number."""

    scale: float
    unit: Unit | None
    end: int
    word: str


_NUMBER = re.compile(
    r"([0-9]{1,3}(?:[ \u00a0\u202f'’][0-9]{3}(?![0-9]))+(?:[.,][0-9]{1,2}(?![0-9]))?|[0-9]+(?:[.,][0-9]+)*)([½¼¾]?)"
)
_CURRENCY = re.compile(
    r"(?:US\$|R\$|[$€£¥₹₩₽₺₫₴]|\b(?:Rp|RM|EUR|USD|GBP|CHF|NOK|SEK|DKK|PLN|CZK|JPY|CNY|INR|AUD|CAD|MXN|BRL))[ \u00a0]?\Z"
)
_AFTER = re.compile(
    r"[ \u00a0\u202f-]?(%|‰|°[CcFf]?|[€$£¥₹₩₽₺₫](?![0-9])|℃|[^\W\d_]+(?:[²³]|[23]\b)?(?:/[^\W\d_]+|'(?!\w))?(?:\$)?)",
)
_MONEY = frozenset("$€£¥₹₩₽₺₫₴RDKPFLNYCUp")
"""What the signs and codes of currencies end in."""
_KEY = re.compile(r"_([a-z]{1,8})[\"']?\s*[:=]\s*[\"']?\Z")
_BLANK = frozenset(" \u00a0")
BETWEEN_WORDS = """
    business working calendar full whole more additional consecutive paid free square percentage further
    unpaid ganze volle weitere bezahlte jours ouvrés días dias úteis hábiles feriali lavorativi рабочих
    календарных
"""
_COUNTED = tuple(
    f"{word} "
    for word in ("step", "schritt", "étape", "paso", "passo", "option", "part", "figure", "table", "source", "section")
)
"""Words before a number that only says which."""
_BETWEEN = frozenset(BETWEEN_WORDS.split())
"""What may stand between a number and its unit."""
_RANGE = re.compile(
    r"\s?(?:[-–—/×]|to|or|and|until|bis|und|oder|à|a|et|ou|y|o|e|of|tot|en|do|i|po|по|и|до|до|ile|til|till|~|～|至|到|から)\s?[€$£]?"
)
_OF = frozenset(("of", "de", "di", "d'", "von", "d"))
_ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "ère", "ème", "º", "ª"))
_HALVES = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_SEPARATORS = re.compile(r"[ \u00a0\u202f'’]")

SPELLED: Mapping[str, int] = {
    word: value
    for value, words in (
        (2, "two zwei deux dos due dois duas twee dwa dwie två kaksi dva dvě два две iki δύο два дві dua"),
        (3, "three drei trois tres tre três drie trzy kolme tři три üç τρεις τρία tiga"),
        (4, "four vier quatre cuatro quattro quatro cztery fyra fire neljä čtyři четыре чотири dört empat"),
        (5, "five fünf cinq cinco cinque vijf pięć fem viisi pět пять beş lima"),
        (6, "six sechs seis sei zes sześć sex seks kuusi šest шесть altı enam"),
        (7, "seven sieben sept siete sette sete zeven siedem sju syv seitsemän sedm семь yedi tujuh"),
        (8, "eight acht huit ocho otto oito osiem åtta otte kahdeksan osm восемь sekiz delapan"),
        (9, "nine neun neuf nueve nove negen dziewięć nio ni yhdeksän devět девять dokuz sembilan"),
        (10, "ten zehn dix diez dieci dez tien dziesięć tio ti kymmenen deset десять on sepuluh"),
        (11, "eleven elf onze once undici jedenaście"),
        (12, "twelve zwölf douze doce dodici doze twaalf dwanaście tolv двенадцать"),
        (14, "fourteen vierzehn quatorze catorce quattordici veertien"),
        (15, "fifteen fünfzehn quinze quince quindici vijftien"),
        (20, "twenty zwanzig vingt veinte venti vinte twintig"),
        (24, "vierundzwanzig"),
        (30, "thirty dreißig trente treinta trenta dertig"),
        (40, "forty vierzig quarante cuarenta quaranta"),
        (50, "fifty fünfzig cinquante cincuenta cinquanta"),
        (60, "sixty sechzig soixante sesenta sessanta"),
        (90, "ninety neunzig"),
        (100, "hundred hundert cent cien cento honderd"),
    )
    for word in words.split()
}
WORD = re.compile(r"[^\W\d_]+")
AMBIGUOUS_WORDS = """
    once sei ti ni fire sex sept dos fem due cent elf tre on enam lima
"""
_AMBIGUOUS = frozenset(AMBIGUOUS_WORDS.split())
"""Small numbers that are other words in other languages: they count where a unit follows."""


def find_numbers(text: str) -> list[Number]:
    """Return the numbers written in digits. `text` has been through `DIGITS`.

    >>> [(number.values, number.dimension) for number in find_numbers("€1,234.50 in 1.5 h or 30 %")]
    [((1234.5,), 'money:EUR'), ((5400.0,), 'time'), ((30.0,), 'percent')]
    """
    return share_units(list(_read_numbers(text)), text)


def _read_numbers(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        start = match.start()
        if not _stands_alone(text, start) or _only_says_which(text, start):
            continue
        digits, half = match.groups()
        may_cost = start and (
            text[start - 1] in _MONEY or (text[start - 1] in _BLANK and start > 1 and text[start - 2] in _MONEY)
        )
        currency = _CURRENCY.search(text, max(0, start - 4), start) if may_cost else None
        values, step = _read_digits(digits)
        if half:
            values, step = tuple(value + _HALVES[half] for value in values), 0.25
        scale, unit, end, word = _read_suffix(text, match.end(), currency is not None)
        if currency:
            start, unit = currency.start(), UNITS[currency.group().strip().lower()]
        elif not unit and text[start - 2 : start].strip(" \"'") in (":", "="):
            unit = _read_key(text, start)
        dimension, size = unit or ("", 1.0)
        yield Number(
            start,
            end,
            tuple(value * scale for value in values),
            size,
            step * scale,
            _find_round_step(digits, step) * scale,
            dimension,
            max(1, sum(map(str.isdigit, digits.strip("0.,' ")))),
            word,
            scale=scale,
        )


def _only_says_which(text: str, start: int) -> bool:
    """Whether a number that begins there only says which: step 3, part 2."""
    return text[start - 1 : start] == " " and text[max(0, start - 10) : start].lower().endswith(_COUNTED)


def _stands_alone(text: str, start: int) -> bool:
    """Whether a digit begins a number there, not the middle of a code or of another number."""
    before = text[start - 1] if start else " "
    if before in ".,":
        return not text[start - 2 : start - 1].isdigit()
    return not ((before.isalnum() and before.isascii()) or before == "_")


def share_units(numbers: Sequence[Number], text: str) -> list[Number]:
    """The same with the unit of `2 to 8 °C` on both."""
    shared = list(numbers)
    for place in range(len(shared) - 2, -1, -1):
        one, other = shared[place], shared[place + 1]
        joined = other.dimension and not one.dimension and _RANGE.fullmatch(text, one.end, other.start)
        times_money = "×" in text[one.end : other.start] and other.dimension.startswith("money")
        if joined and not times_money:
            shared[place] = one._replace(dimension=other.dimension, size=other.size, word="")
    return shared


def locate_words(
    text: str, words: Mapping[str, object], known: Collection[str] | None = None
) -> list[tuple[int, int, str]]:
    """Start, end and small form of each word of the text that is among these. `known` are all its words, if told.

    >>> locate_words("Two of ten", {"two": 2, "ten": 10, "of": 0})
    [(0, 3, 'two'), (4, 6, 'of'), (7, 10, 'ten')]
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        found = ((*match.span(), match.group().lower()) for match in WORD.finditer(text))
        return [each for each in found if each[2] in words]
    located = []
    for word in words.keys() & set(WORD.findall(lowered) if known is None else known):
        start = lowered.find(word)
        while start >= 0:
            end = start + len(word)
            if not lowered[start - 1 : start].isalpha() and not lowered[end : end + 1].isalpha():
                located.append((start, end, word))
            start = lowered.find(word, end)
    return sorted(located)


def find_spelled(text: str, known: Collection[str] | None = None) -> Iterator[Number]:
    """Give the small numbers written as words."""
    for start, end, word in locate_words(text, SPELLED, known):
        scale, unit, last, noun = _read_suffix(text, end, False)
        if not unit and (word in _AMBIGUOUS or not noun):
            continue
        dimension, size = unit or ("", 1.0)
        value = SPELLED[word] * scale
        yield Number(start, last, (value,), size, scale, scale, dimension, 1, noun, spelled=True)


def merge_durations(numbers: Iterable[Number]) -> list[Number]:
    """The same with `4 h 15 min` as one number."""
    merged: list[Number] = []
    for number in sorted(numbers):
        before = merged[-1] if merged else None
        if (
            before
            and before.dimension == number.dimension == "time"
            and before.size > number.size
            and number.start - before.end <= 5
        ):
            value = before.shown[0] + number.shown[0] * number.size / before.size
            step = number.step * number.size / before.size
            merged[-1] = before._replace(end=number.end, shown=(value,), step=step, round_step=step, digits=3)
        else:
            merged.append(number)
    return merged


def _read_digits(digits: str) -> tuple[tuple[float, ...], float]:
    """The values that the digits may mean, and what one of the last digit is worth.

    >>> _read_digits("1.234,5"), _read_digits("1.250"), _read_digits("0,65")
    (((1234.5,), 0.1), ((1250.0, 1.25), 1.0), ((0.65,), 0.01))
    """
    digits = _SEPARATORS.sub("", digits)
    marks = [character for character in digits if character in ".,"]
    if not marks:
        return (float(digits[:15]),), 1.0
    whole, tail = digits[: digits.rfind(marks[-1])], digits[digits.rfind(marks[-1]) + 1 :]
    grouped = float(digits.replace(",", "").replace(".", "")[:15])
    decimal = float(f"{whole.replace(',', '').replace('.', '')[:15]}.{tail}")
    if len(set(marks)) == 1 and len(marks) > 1:
        return (grouped,), 1.0
    if len(marks) > 1 or len(tail) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (decimal,), 10.0 ** -len(tail)
    return (grouped, decimal), 1.0


def _find_round_step(digits: str, step: float) -> float:
    """What one of the last digit that is not zero is worth: 100 of `1,200`."""
    if step < 1:
        return step
    kept = digits.rstrip("0.,' ’\u00a0\u202f")
    return step * 10.0 ** sum(map(str.isdigit, digits[len(kept) :])) if kept else step


def measures(text: str, end: int) -> bool:
    """Whether the number that ends there has a unit, other than one of time."""
    unit = _read_suffix(text, end, False).unit
    return unit is not None and unit[0] != "time"


def _read_key(text: str, start: int) -> Unit | None:
    """The unit that a key tells: `read_ms: 2500`."""
    key = _KEY.search(text, max(0, start - 16), start)
    return UNITS.get(key.group(1)) if key else None


def _read_suffix(text: str, at: int, has_currency: bool) -> Suffix:
    match = _AFTER.match(text, at)
    if match and is_unspaced(match.group(1)[0]):
        return _read_unspaced(match.group(1), match.start(1), at)
    scale = 1.0
    if match and ((has_currency and match.group(1) in "mM") or match.group(1).lower() in SCALES):
        scale, at = SCALES.get(match.group(1).lower(), 1e6), match.end()
        match = _AFTER.match(text, at)
    if not match:
        return Suffix(scale, None, at, "")
    word = match.group(1).lower().rstrip("'")
    if word in UNITS:
        return Suffix(scale, UNITS[word], match.end(), "")
    if word in _ORDINALS:
        return Suffix(scale, None, at, "")
    behind = _AFTER.match(text, match.end()) if word in _BETWEEN or (scale > 1 and word in _OF) else None
    if behind and behind.group(1).lower() in UNITS:
        return Suffix(scale, UNITS[behind.group(1).lower()], behind.end(), "")
    return Suffix(scale, None, at, word)


def _read_unspaced(word: str, start: int, at: int) -> Suffix:
    scale = 1.0
    for _ in range(3):
        beginning = next((each for each in list_beginnings(word) if each in SCALES or each in UNITS), "")
        if not beginning:
            break
        start += len(beginning)
        if beginning in UNITS:
            return Suffix(scale, UNITS[beginning], start, "")
        scale, at, word = scale * SCALES[beginning], start, word[len(beginning) :]
    return Suffix(scale, None, at, word)
