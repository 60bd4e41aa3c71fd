"""Text comes in, names and identifiers in it go out: people, places, companies and products, and codes such as `A-17`.

A name is told by its capital where the language writes other words small: not at the start of a sentence, not in a
heading or a label. In German, which writes every noun large, only two large words side by side are taken.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from feedback.claims.units import SCALES, UNITS

_UPPER = "A-ZÀ-ÖØ-ÞĂĄĆČĎĐĒĘĚĞĢĪĮİĶĻĽŁŃŇŌŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽΑ-ΫА-ЯЁІЇЄҐ"
_LETTER = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_CAPITAL = rf"[{_UPPER}]{_LETTER}*(?:['’-]{_LETTER}+)*"
_LINK_WORDS = r"(?:(?:de|del|della|di|da|do|dos|das|van|von|der|den|le|la|du|des|bin|ibn|al|el|af|av|zu|ter)[ \u00a0])"
_RUN = re.compile(rf"(?<![\w@./-]){_CAPITAL}(?:[ \u00a0]{_LINK_WORDS}{{0,2}}{_CAPITAL})*")
_WORD = re.compile(_CAPITAL)
_IDENTIFIER = re.compile(
    r"(?<![\w.,/@#-])#?(?=[A-Za-z0-9._/-]*[0-9])(?:[A-Za-z]{1,12}[-_/]?[0-9]|[0-9]+[-_]?[A-Za-z])[A-Za-z0-9]*(?:[-_./][A-Za-z0-9]+)*"
    r"|(?<![\w.,/-])(?:v?[0-9]+\.[0-9]{1,2}\.[0-9]+(?:\.[0-9]+)?|#[0-9]{3,}|[0-9]{7,})(?![\w]|[.,-][0-9])"
)
_HEADING = re.compile(
    r"^[ \t]*#{1,6}[ \t].*$|\*\*[^*\n]{1,60}:\*\*|\*\*[^*\n]{1,60}\*\*(?=:)|^\|[^\n]*\|\n(?=\|[ :|-]+\|$)", re.MULTILINE
)
_SUBJECT = re.compile(r"^(?:subject|betreff|objet|asunto|oggetto)\b.*$", re.MULTILINE | re.IGNORECASE)
_OPENING = re.compile(r"(?:^|[.!?:;|\n•…。！？：。»«\"“”„(\[—–]|[-*>#]|\d[.)])[\s*_\"'“«„(\[>¿¡#|-]*\Z")
TITLE_WORDS = """
    mr mrs ms miss dr prof professor frau herr herrn mme m mlle señor señora sr sra dra sig signora dott
    mevrouw meneer pan pani sir count countess king queen captain president ceo director rechtsanwalt
"""
_TITLES = frozenset(TITLE_WORDS.split())
_TITLED = re.compile(rf"\b(?:{'|'.join(_TITLES)})\.?[ \u00a0]\Z", re.IGNORECASE)
_MEASURE = re.compile(r"[0-9]+-?([A-Za-z]+)(?:/[a-z]+)?")
_SUFFIXES = frozenset(("st", "nd", "rd", "th", "x", "er"))
WELL_KNOWN_CODES = """
    24/7 24x7 24×7 2d 2fa 3d 3g 4g 4k 5g 8k a3 a4 a5 b12 b2b b2c base64 co2 covid-19 css3 d3 ec2 es6 float32
    h264 h2o html5 i18n int64 int8 ipv4 ipv6 k8s l10n md5 mp3 mp4 o2 oauth2 python3 q1 q2 q3 q4 s3 sha-1
    sha-256 sha256 usb-c utf-8 web3 win10 win11 x86
"""
_WELL_KNOWN_CODES = frozenset(WELL_KNOWN_CODES.split())
_ACTS = re.compile(r"['’]s\b|,? (?:is|was|has|had|will|can|[a-z]{3,}(?:s|ed|ew|ld))\b(?<!less)")
_WORD_ENDING = re.compile(
    r"(?:[^aeiou]s|ed|ing|ly|tion|sion|ment|ness|ity|ize|ise|able|ible|ance|ence|ive|al|ous|ism|ist|ion|ure|age|ups?|es)\Z"
)
LEAST_SMALL_WORDS = 2
GERMAN_WORDS = """
    und der die das dem des ist sind nicht sie ihnen für mit ein eine zu zum zur im bei den werden wird sich auf
"""
ENGLISH_WORDS = "the and of is to you with for are was your in"
_GERMAN, _ENGLISH = frozenset(GERMAN_WORDS.split()), frozenset(ENGLISH_WORDS.split())
_LETTERS = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’](?:s|S|[a-zçğışöü]{1,4})\Z|['’]\Z")
KNOWN_WORDS = """
    i ok internet web wifi wi-fi bluetooth windows linux macos mac ios android google apple microsoft excel
    word gmail outlook chrome firefox safari python java javascript typescript json html css sql docker
    kubernetes github gitlab git youtube facebook instagram whatsapp twitter linkedin paypal visa mastercard
    zoom slack teams dropbox monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december english german french spanish italian
    portuguese dutch polish russian japanese chinese european american british greek turkish arabic christmas
    easter iban bic pdf faq app apps api euro euros uhr despite moreover nonetheless nevertheless additionally
    furthermore unfortunately congratulations alternatively otherwise meanwhile regarding concerning according
    overall initially ultimately notably typically generally currently eastern pacific western northern
    southern central usted ustedes lei pan pani państwo anda vous вы вас вам ви вам sie ihnen ihr ihre ihrem
    ihren ihrer frau herr earth sun moon excel latin unix bash shell markdown hi hello dear regards sincerely
    best kind note yes no
"""
_KNOWN = frozenset(KNOWN_WORDS.split())


class Name(NamedTuple):
    """One word of a name, or an identifier."""

    start: int
    end: int
    text: str
    opens: bool
    """It stands where every word is large."""
    run: int
    """How many words stand together with it, itself among them."""
    run_start: int
    place: int
    """Its place among these."""
    titled: bool = False
    """A title stands before it."""


@cache
def load_common_words(english: bool) -> frozenset[str]:
    """Words that people and assistants write small, in English or in thirty languages: no names."""
    files = ("english_words.txt",) if english else ("english_words.txt", "common_words.txt")
    texts = ((Path(__file__).parent / name).read_text(encoding="utf-8") for name in files)
    return _KNOWN.union(*(text.split() for text in texts))


def find_identifiers(text: str) -> Iterator[tuple[int, int]]:
    """Give the offsets of codes that hold a digit: order numbers, models, versions.

    >>> [text[start:end] for text in ["Order LW-204817, v4.18.2"] for start, end in find_identifiers(text)]
    ['LW-204817', 'v4.18.2']
    """
    return (match.span() for match in _IDENTIFIER.finditer(text))


def find_names(text: str) -> Iterator[Name]:
    """Give the words that are written large, run by run; headings and labels are left out."""
    headings = [match.span() for match in _HEADING.finditer(text)] if "#" in text or "**" in text or "|" in text else []
    headings += [match.span() for match in _SUBJECT.finditer(text)]
    for match in _RUN.finditer(text):
        start, end = match.span()
        if any(first <= start < last for first, last in headings):
            continue
        words = list(_WORD.finditer(text, start, end))
        is_bold = text[start - 2 : start] == "**" == text[end : end + 2]
        opens = not is_bold and (start == 0 or _OPENING.search(text[max(0, start - 12) : start]) is not None)
        for place, word in enumerate(words):
            shown = _POSSESSIVE.sub("", word.group())
            titled = _TITLED.search(text, max(0, word.start() - 12), word.start()) is not None
            yield Name(
                word.start(),
                word.start() + len(shown),
                shown,
                opens and place == 0 and not titled,
                len(words),
                start,
                place,
                titled,
            )


def join_names(names: Sequence[Name], text: str) -> list[tuple[int, int, bool]]:
    """Words of one name as one: start, end, and whether it is surely a name."""
    joined: list[tuple[int, int, bool]] = []
    for name in names:
        certain = not name.opens or seems_to_act(name, text)
        if (
            joined
            and len(text[joined[-1][1] : name.start].strip()) <= 3
            and name.start - joined[-1][1] <= 8
            and name.place
        ):
            start, _, sure = joined.pop()
            joined.append((start, name.end, sure or certain))
        else:
            joined.append((name.start, name.end, certain))
    return joined


def is_measure(code: str) -> bool:
    """Whether a code is a number with a unit: `8GB`, `2-year`, `1990s`.

    >>> is_measure("8GB"), is_measure("24-hour"), is_measure("E1002")
    (True, True, False)
    """
    match = _MEASURE.fullmatch(code)
    if not match:
        return False
    unit = match.group(1)
    return (
        unit.lower() in _SUFFIXES
        or unit.lower() in UNITS
        or unit.lower() in SCALES
        or (unit.islower() and len(unit) > 2)
    )


def is_well_known(code: str) -> bool:
    """Whether a code is no identifier of anything in particular.

    >>> is_well_known("UTF-8"), is_well_known("QA-31")
    (True, False)
    """
    return code.lower() in _WELL_KNOWN_CODES


def seems_to_act(name: Name, text: str) -> bool:
    """Whether a lone word that opens a sentence seems to be a name: it does something, and is built like no noun.

    >>> opening = "Brannigan keeps goal."
    >>> [seems_to_act(name, opening) for name in find_names(opening)]
    [True]
    """
    return _ACTS.match(text, name.end) is not None and not _WORD_ENDING.search(name.text)


def tell_language(text: str) -> Literal["English", "German", ""]:
    """English, German (which writes every noun large), or neither, by the commonest small words.

    >>> tell_language("Das sind die Kosten."), tell_language("These are the costs of it.")
    ('German', 'English')
    """
    words = set(_LETTERS.findall(text[:2_000].lower()))
    german, english = len(words & _GERMAN), len(words & _ENGLISH)
    if german >= LEAST_SMALL_WORDS and german > english:
        return "German"
    return "English" if english >= LEAST_SMALL_WORDS else ""


def is_common(word: str, english: bool = False) -> bool:
    """Whether the word is no name, as far as is known; endings of English are seen through."""
    lowered = word.lower()
    common = load_common_words(english)
    if lowered in common or lowered.replace("’", "'") in common:
        return True
    stems = (
        lowered[: -len(ending)] for ending in ("s", "es", "ed", "d", "ing", "ly", "'s") if lowered.endswith(ending)
    )
    return any(stem in common for stem in stems) or (
        "-" in lowered and all(is_common(part, english) for part in lowered.split("-"))
    )
