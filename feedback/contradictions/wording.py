"""A text comes in; its clauses go out, with the words that carry meaning, what narrows them, and whether they deny."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from feedback.claims.dates import MONTHS, WEEKDAYS
from feedback.claims.names import find_names, tell_language
from feedback.claims.units import UNITS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?(?:\+\+|#(?!\w))?")
_LETTERS = 6
_ENDINGS = re.compile(r"(?:ies|ing|es|ed|s)$")
_LEAST_STEM = 3
FILLING_WORDS = """
    how what what's who
    a an the this that these those it its it's he she we us our ours you your yours i me my mine they them their one
    is are was were be been being am do does did done have has had having can could may might will would shall should
    must to of and or as at by from so then there here hi hello hey please thanks thank kindly just really exactly
    actually currently also too very simply quick quickly question tell know wonder wondering want wanted like need
    let get got able possible possibly possibility explain say give show what's how's i'm i'd i'll you're we're they're
    that's there's if whether about into onto up in on for with within upon some any all each ok okay
    der die das den dem des ein eine einen einem einer ist sind war wird werden wurde haben hat kann können könnte
    muss müssen darf dürfen soll ich du sie er es wir ihr mir mich uns mein meine meinen man zu von und oder im in am an
    auf für mit bei bitte hallo danke auch noch dann
    le la les un une des du de est sont a ai ont peut peux pouvez puis je tu il elle nous vous on mon ma mes ce cette
    et ou à au aux en pour avec dans par bonjour merci que qui se
    el los las unos unas es son está están hay puedo puede pueden mi mis tu su sus yo y o al del en por para con hola
    gracias lo me
"""
FILLERS = frozenset(FILLING_WORDS.split())
DENIALS = re.compile(
    r"\b(?:[a-z]+n['’]t|cannot|cant|dont|doesnt|isnt|not(?! only| just)|never|neither|nor"
    r"|no longer|no way|there(?: is|['’]s| are) no|(?:is|are|has|have|had|gets?|offers?|accepts?|allows?|gives?|takes?"
    r"|supports?|needs?|requires?|includes?|provides?|hat|haben) no"
    r"|nicht|kein(?:e[nmrs]?)?|niemals|ne [\w'’]+ (?:\w+ )?pas|n['’][\w]+ (?:\w+ )?pas|pas|jamais|aucune?|ni"
    r"|nunca|tampoco|ningun[ao]?|non|não|nie|niet|geen|inte|ikke|не|нет|нельзя)\b"
    r"|\bno(?= (?:se|es|est[áa]n?|puedes?|pueden|hay|aceptamos|son|tiene|incluye)\b)"
    r"|\bno [a-z-]+(?: [a-z-]+)?(?= (?:is|are|was|were|will be|needed|required|necessary)\b)|不|没有|ない|ません|않|없",
    re.IGNORECASE,
)
WORDS_THAT_DENY = """
    optional impossible prohibited forbidden unavailable unsupported excluded banned disallowed void invalid unsafe
    illegal ineligible disabled unnecessary incompatible nonrefundable unable fails fail denied refused rejected
    unlawful inadmissible closed
    verboten unmöglich ausgeschlossen ungültig unzulässig interdit impossible exclu invalide prohibido imposible
    vietato proibido verboden
"""
DENYING_WORDS = frozenset(WORDS_THAT_DENY.split())
"""They turn what is said around, as `not` does."""
_SAME_WORDS = """
    needed: required necessary mandatory obligatory optional unnecessary needed
    allowed: allowed permitted prohibited forbidden banned disallowed allow permit
    available: available unavailable
    support: supported unsupported support supports
    include: covered excluded included includes include covers cover comes contains
    valid: valid invalid void
    legal: legal illegal
    safe: safe unsafe
    eligible: eligible ineligible
    possible: possible impossible
    open: open closed opens closes
    work: work works working fail fails
"""
_SAME_AS_DENIED = {
    word: stem
    for line in _SAME_WORDS.split("\n")
    if line.strip()
    for stem, _, words in [line.strip().partition(":")]
    for word in words.split()
}
"""A word and what denies it have one stem."""
_OPPOSED = """
    before after, open unopened, opened unopened, used unused, new used, new old, monthly yearly, monthly annual,
    month year, weekly monthly, daily weekly, standard express, standard priority, economy first,
    domestic international, national international, inside outside, download upload, downloads uploads, minimum maximum,
    min max, least most, adult child, adults children, student senior, students seniors, enable disable, on off,
    increase decrease, with without, up down, buy sell, import export, morning evening, summer winter, basic pro,
    basic premium, free paid, free premium, free pro, first last, first second, start end, start stop, open close,
    begin end, add remove, install uninstall, left right, front back, top bottom, incoming outgoing, send receive,
    weekday weekend, weekdays weekends, hot cold, private public, old young, single double, full part, partial full,
    more less, under over, fast slow, full-time part-time, online offline, men women, boys girls, lock unlock,
    activate deactivate, subscribe unsubscribe, encrypt decrypt, debit credit, hard soft, large small, wet dry,
    vor nach, mit ohne, monatlich jährlich, neu gebraucht, erwachsene kinder, innerhalb außerhalb, avant après,
    avec sans, adultes enfants, antes después, con sin, adultos niños
"""
OPPOSED = frozenset(
    pair
    for each in _OPPOSED.replace("\n", " ").split(",")
    if len(words := each.split()) == 2
    for pair in (tuple(words), tuple(reversed(words)))
)
WORDS_OF_KINDS = """
    monthly yearly annual weekly daily standard express priority economy domestic international national download
    upload downloads uploads adult adults child children student students senior seniors summer winter morning evening
    basic pro premium incoming outgoing weekday weekdays weekend weekends single double partial wholesale men women boys
    girls debit credit full-time part-time monatlich jährlich erwachsene kinder adultes enfants adultos niños
"""
KINDS_OF_THINGS = frozenset(WORDS_OF_KINDS.split())
"""Where one answer tells of one of these and the other does not, they may tell of different things."""
_CONDITIONS = re.compile(
    r"\b(?:if|unless|as long as|provided|except|depend(?:s|ing)?|in case|subject to|only (?:if|when|with|for|in)|wenn"
    r"|falls|sofern|außer|solange|kommt darauf an|hängt|si|sauf|à condition|salvo|siempre que|depende|se|tenzij|als)\b",
    re.IGNORECASE,
)
_NARROWING = re.compile(
    r"(?<!, )\b(for|outside|inside|within|under|during|für|pour|para|in|im|bei|dans|en)\s+"
    r"(?!all\b|every|each\b|any\b|good\b|full\b|general\b|total\b|addition\b|alle|jede|tous|todos)"
    r"((?:[^\W\d_][\w'-]*[ \u00a0]?){1,4})",
    re.IGNORECASE,
)
_WEAK = frozenset(("in", "im", "bei", "dans", "en"))
"""They narrow at the start of a clause and behind a figure; elsewhere they mostly tell of a place."""
_CONDITION = re.compile(rf"{_CONDITIONS.pattern}([^,]*)", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[.!?;…](?=[\s*\"”)]|$)|:(?= [A-Za-z])|[。！？；]|\n|,? (?:but|so|because|while|whereas|although|aber|sondern"
    r"|weil|mais|pero) |, (?=and|or|as |since|which|und|et )"
    r"| [–—-] "
)
NO_NAMES = frozenset(("i", "i'm", "i'd", "i'll", "i've", "ok", *UNITS, *WEEKDAYS, *MONTHS))
_CODE = re.compile(r"```.*?(?:```|\Z)|^(?: {4}|\t).*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of an answer that says one thing."""

    start: int
    end: int
    words: tuple[str, ...]
    """In lower case."""
    stems: frozenset[str]
    """Of the words that carry meaning, what denies left out."""
    denies: bool
    asks: bool
    narrowing: frozenset[str]
    """Stems of what it holds for, and of its condition: `used devices` in "for used devices"."""
    kinds: frozenset[str]
    """Of `KINDS_OF_THINGS`."""


def list_words(text: str) -> list[str]:
    """The words in lower case; `C++` and `C#` are words of their own.

    >>> list_words("What’s C++ 20?")
    ["what's", 'c++', '20']
    """
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


@lru_cache(32_768)
def find_stem(word: str) -> str:
    """The beginning of a word, its ending left out, the same for a word and what denies it.

    >>> find_stem("refunds"), find_stem("included"), find_stem("covers"), find_stem("graduating")
    ('refund', 'include', 'include', 'gradua')
    """
    if word in _SAME_AS_DENIED:
        return _SAME_AS_DENIED[word]
    if len(word) > _LEAST_STEM and word.endswith("'s"):
        word = word[:-2]
    short = _ENDINGS.sub("", word) if len(word) > 4 else word
    return (short if len(short) >= _LEAST_STEM else word)[:_LETTERS].rstrip("ey")


NO_NARROWING = frozenset(map(find_stem, (*WEEKDAYS, *UNITS)))


def list_stems(words: list[str] | tuple[str, ...]) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(
        find_stem(word)
        for word in words
        if len(word) > 1 and word not in FILLERS and not word[0].isdigit() and not DENIALS.fullmatch(word)
    )


def count_denials(text: str) -> int:
    """How often a text denies.

    >>> [count_denials(each) for each in ("It is not free", "not only free", "It's optional", "Kein Problem")]
    [1, 0, 1, 1]
    """
    return len(DENIALS.findall(text)) + sum(word in DENYING_WORDS for word in list_words(text))


def is_conditional(text: str) -> bool:
    return _CONDITIONS.search(text) is not None


def blank_code(text: str) -> str:
    """The text with spaces where code stands, as long as before."""
    return _CODE.sub(lambda match: re.sub(r"\S", " ", match.group()), text) if "```" in text or "\t" in text else text


def split_clauses(text: str) -> Iterator[Clause]:
    """The clauses of an answer in order. Links, dates and times are blank in it."""
    names = _list_names(text)
    start = 0
    for match in _CLAUSE_END.finditer(text):
        yield from _read_clause(text, start, match.start(), names, asks=match.group()[0] in "?？")
        start = match.end()
    yield from _read_clause(text, start, len(text), names, asks=False)


def _list_names(text: str) -> frozenset[str]:
    """Words of names; German writes every noun as one."""
    if tell_language(text) == "German":
        return frozenset()
    return frozenset(name.text for name in find_names(text) if not name.opens and name.text.lower() not in NO_NAMES)


def _read_clause(text: str, start: int, end: int, names: frozenset[str], *, asks: bool) -> Iterator[Clause]:
    said = text[start:end]
    words = tuple(list_words(said))
    if not words:
        return
    start += len(said) - len(said.lstrip(' *_#>-•"“(\n'))
    narrowing = [*_list_narrowing(said), *_CONDITION.findall(said)]
    stems = [list_stems(list_words(each)) - NO_NARROWING for each in narrowing]
    stems.append(frozenset(find_stem(name.lower()) for name in names if name in said))
    yield Clause(
        start,
        end,
        words,
        list_stems(words),
        count_denials(said) % 2 == 1,
        asks,
        frozenset().union(*stems),
        frozenset(word for word in words if word in KINDS_OF_THINGS),
    )


def _list_narrowing(said: str) -> Iterator[str]:
    for match in _NARROWING.finditer(said):
        before = said[: match.start()]
        if match.group(1).lower() not in _WEAK or not before.strip() or any(map(str.isdigit, before)):
            yield match.group(2)


def are_opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one text has a word in place of its opposite in the other.

    >>> are_opposed(frozenset({"before", "shipping"}), frozenset({"after", "shipping"}))
    True
    """
    first, second = one - other, other - one
    return any((word, opposite) in OPPOSED for word in first for opposite in second)
