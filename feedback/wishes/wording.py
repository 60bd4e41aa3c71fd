"""A message or instructions come in, what they want of the answer's words goes out: words to hold or to leave out,
case, first and last words, no emoji.

Only what names its words is read: in quotation marks, behind "the word", as a hashtag, or as a name behind "mention".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from feedback.wishes.texts import cut_ends, find_sentence

Demand = Literal[
    "avoid", "include", "start", "end", "lower_case", "upper_case", "no_emoji", "no_hashtag", "no_exclamation"
]

_QUOTED = re.compile(r"[\"“„«‘]([^\"“”„«»‘’\n]{1,80})[\"”“»’]|(?<!\w)'([^'\n]{1,60})'(?!\w)|「([^「」\n]{1,60})」")
_LONE_WORD = re.compile(
    r"\b(?:the )?(?:word|term|phrase|wort|mot|palabra|palavra|parola|woord)\s+(?![\"“„«'])([\w-]{2,40})", re.IGNORECASE
)
_LONE_NAME = re.compile(
    r"\b(?:mention(?:ing)?|erwähn\w*|mentionn\w*|mencion\w*|menzion\w*"
    r"|vermeld\w*)\s+([A-Z][\w&-]{1,30}(?: [A-Z][\w&-]{1,30})?)\b"
)
_HASHTAG = re.compile(r"(?<!\w)#\w{2,40}")

_NOUNS = frozenset(
    {
        "mention", "mentioning", "emoji", "emojis", "emoticons", "smileys", "hashtag", "hashtags",
        "exclamation", "lowercase", "uppercase", "lower", "upper", "caps", "capitals", "capital", "word",
        "words", "phrase", "phrases", "term", "terms", "keyword", "keywords", "wort", "wörter", "begriffe",
        "kleinbuchstaben", "großbuchstaben", "klein", "mot", "mots", "minuscules", "majuscules", "palabra",
        "palabras", "minúsculas", "mayúsculas", "palavra", "palavras", "maiúsculas", "parola", "parole",
        "minuscolo", "maiuscolo", "woord", "woorden", "erwähne", "erwähnen", "mentionne", "mentionner",
        "menciones", "mencione", "mencionar", "menzionare", "ausrufezeichen", "saying",
    }
)  # fmt: skip
_VERBS = frozenset(
    {
        "include", "including", "contain", "containing", "avoid", "without", "not", "t", "never", "stop",
        "refrain", "start", "begin", "end", "finish", "close", "conclude", "use", "ohne", "nicht", "kein",
        "keine", "vermeide", "beginne", "beginn", "ende", "schließe", "sans", "pas", "évite", "commence",
        "termine", "finis", "sin", "evita", "no", "empieza", "comienza", "acaba", "sem", "evite", "não",
        "comece", "começa", "senza", "non", "inizia", "finisci", "zonder", "niet", "geen", "vermijd", "eindig",
        "say", "saying",
    }
)  # fmt: skip
"""One of the nouns stands in every wish, or one of the verbs and a quotation mark."""
_QUOTES = re.compile(r"[\"“„«「‘]|(?<!\w)'|#")
_RUN = re.compile("表情|絵文字")
_TOKEN = re.compile(r"[^\W\d_]+")
_AVOID = re.compile(
    r"\b(?:do not|don['’]t|never|please don['’]t|avoid|without|refrain from|stop|not|no|nicht|ohne|kein\w*"
    r"|vermeide\w*|ne (?:pas )?|n'|sans|pas|évite\w*"
    r"|no|sin|evita\w*|não|sem|evite|non|senza|niet|zonder|vermijd)\s*(?:to |ever |zu |het |de |el uso de "
    r"|l'uso di )?"
    r"(?:mention\w*|us(?:e|ing)|includ(?:e|ing)|say(?:ing)?|writ(?:e|ing)|the (?:word|phrase|term)s?"
    r"|repeat(?:ing)?|put(?:ting)?"
    r"|call(?:ing)? (?:it|them|him|her)|verwend\w*|benutz\w*|erwähn\w*|das wort|die wörter|utilis\w*|emploi\w*"
    r"|employ\w*"
    r"|mentionn\w*|le mot|les mots|us(?:es|ar|e|are|ando)|mencion\w*|la palabra|las palabras|a palavra"
    r"|as palavras|menzion\w*"
    r"|la parola|le parole|gebruik\w*|vermeld\w*|het woord|di usare)\b",
    re.IGNORECASE,
)
_INCLUDE = re.compile(
    r"\b(?:includ(?:e|ing)|use|using|mention|contain(?:ing|s)?|with|add|work in|incorporate|verwende|benutze"
    r"|erwähne|mit|utilise"
    r"|inclus|mentionne|avec|incluye|usa|menciona|con|inclua|use|com|includi|usa|gebruik|noem|met)\s+"
    r"(?:the |these |this |das |dem |den |le |les |la |las |el |o |a |as |il |het |de )?(?:exact )?"
    r"(?:words?|phrases?|terms?|keywords?|hashtags?|wort|wörter|begriffe?|mots?|palabras?|palavras?|parol[ae]"
    r"|woord(?:en)?)\b",
    re.IGNORECASE,
)
_START = re.compile(
    r"(?<!that )(?<!which )(?<!que )(?<!qui )(?<!che )(?<!die )\b(?:start|begin|beginn\w*|commenc\w*|empie[zc]\w*"
    r"|comien[zc]\w*|comec[ea]|começ?[ae]|inizia|begint?)\b[^.!?\n\"“„«']{0,40}?"
    r"\b(?:with|mit|par|avec|con|com|met)\b[^.!?\n\"“„«']{0,25}(?=[\"“„«'])",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:end|finish|close|conclude|ende|beende\w*|schließ\w*|termin\w*|acab\w*|finis\w*"
    r"|eindig\w*)\b[^.!?\n\"“„«']{0,40}?"
    r"\b(?:with|on|mit|par|avec|con|com|met)\b[^.!?\n\"“„«']{0,25}(?=[\"“„«'])",
    re.IGNORECASE,
)
_LOWER_CASE = re.compile(
    r"\b(?:in|all|only|use|entirely|everything)\s+(?:in )?(?:all )?lower ?-?case(?: letters| only)?\b"
    r"|\bno capital(?:s| letters)\b"
    r"|\balles? klein(?:geschrieben)?\b|\bin kleinbuchstaben\b|\ben minuscules?\b|\ben minúsculas\b"
    r"|\bem minúsculas\b|\bin minuscolo\b",
    re.IGNORECASE,
)
_UPPER_CASE = re.compile(
    r"\b(?:in|all|only|use|entirely)\s+(?:in )?(?:all )?(?:caps|upper ?-?case|capitals|capital letters"
    r"|block letters)\b|\ball[- ]caps\b"
    r"|\bin großbuchstaben\b|\ben majuscules\b|\ben mayúsculas\b|\bem maiúsculas\b|\b(?:in|tutto) maiuscolo\b",
    re.IGNORECASE,
)
_CASES: tuple[tuple[Demand, re.Pattern[str]], ...] = (("lower_case", _LOWER_CASE), ("upper_case", _UPPER_CASE))
_NO = (
    r"\b(?:no|without|skip the|drop the|zero|keine?|ohne|sans|pas d'|sin|sem|senza|zonder|geen"
    r"|(?:don['’]t|do not|never) use(?: any)?)\s*(?:any |de )?"
)
_NONE_OF: tuple[tuple[Demand, re.Pattern[str]], ...] = (
    (
        "no_emoji",
        re.compile(
            _NO + r"(?:emojis?|emoticons?|smileys?)\b|不要(?:用)?表情|絵文字(?:は)?(?:なし|使わない|不要)",
            re.IGNORECASE,
        ),
    ),
    ("no_hashtag", re.compile(_NO + r"hashtags?\b", re.IGNORECASE)),
    (
        "no_exclamation",
        re.compile(
            _NO + r"(?:exclamation (?:marks?|points?)|ausrufezeichen|points? d'exclamation|signos de exclamación)\b",
            re.IGNORECASE,
        ),
    ),
)
_NOT_ASKED = re.compile(
    r"\b(?:why|how (?:do|can|to|come)|there(?:'s| is| are) |stop saying|you (?:said|used|wrote|started|mentioned)"
    r"|string|column|variable|function"
    r"|regex|python|javascript|sql|excel|css|filename|slug|convert|password|username|lines? that|rows? (?:that"
    r"|where|with)|files?|grep)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:not|n['’]t|never|without|avoid|stop|quit|ohne|nicht|sans|pas|sin|no|não|sem|non|senza|niet|zonder)\s*$",
    re.IGNORECASE,
)
_CASE_ASKED = re.compile(
    r"\b(?:write|answer|reply|respond|everything|all of it|the (?:whole|entire)|text|caption|tweet|bio|poem|post"
    r"|title|message"
    r"|rewrite|make it|put it|give|keep it|only|please|pls|schreib\w*|antwort\w*|écri\w*|répon\w*|escrib\w*"
    r"|escrev\w*|scriv\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WordWish:
    """What is wanted, of which words, and where the message says so."""

    demand: Demand
    words: tuple[str, ...]
    start: int
    end: int


def find_word_wishes(text: str) -> list[WordWish]:
    """Return every wish for the answer's words, in order.

    >>> [(wish.demand, wish.words) for wish in find_word_wishes('Describe it without the word "cheap".')]
    [('avoid', ('cheap',))]
    >>> find_word_wishes("Why does it not mention the error?")
    []
    """
    found = []
    for start, part in cut_ends(text):
        if _may_wish(part):
            found += [
                WordWish(each.demand, each.words, each.start + start, each.end + start) for each in list_wishes(part)
            ]
    return found


def _may_wish(text: str) -> bool:
    words = set(_TOKEN.findall(text.lower()))
    if not _NOUNS.isdisjoint(words) or (not text.isascii() and _RUN.search(text)):
        return True
    return not _VERBS.isdisjoint(words) and _QUOTES.search(text) is not None


@lru_cache(maxsize=64)
def find_standing_word_wishes(instructions: str) -> tuple[WordWish, ...]:
    """The wishes that instructions have for every answer."""
    return tuple(list_wishes(instructions)) if _may_wish(instructions) else ()


def list_wishes(text: str) -> Iterator[WordWish]:
    yield from _list_named(text, "avoid", _AVOID)
    yield from _list_named(text, "include", _INCLUDE)
    yield from _list_named(text, "start", _START)
    yield from _list_named(text, "end", _END)
    for demand, pattern in _CASES:
        for match in pattern.finditer(text):
            if _is_asked(text, match) and _CASE_ASKED.search(text, *find_sentence(text, *match.span())):
                yield WordWish(demand, (), *match.span())
    for none_of, pattern in _NONE_OF:
        for match in pattern.finditer(text):
            if _is_asked(text, match):
                yield WordWish(none_of, (), *match.span())


def _list_named(text: str, demand: Demand, pattern: re.Pattern[str]) -> Iterator[WordWish]:
    for match in pattern.finditer(text):
        end = find_sentence(text, *match.span())[1]
        words = list_named_words(text[match.end() : end], of_list=demand in ("avoid", "include"))
        lone = _LONE_WORD.search(match.group() + text[match.end() : end]) or _find_lone_name(text, match, demand)
        if not words and lone:
            words = (lone[1],)
        if words and _is_asked(text, match) and not (demand == "include" and _is_denied(text, match)):
            yield WordWish(demand, words if demand in ("avoid", "include") else words[:1], match.start(), end)


def _find_lone_name(text: str, match: re.Match[str], demand: Demand) -> re.Match[str] | None:
    """The name behind "don't mention", which needs no quotation marks."""
    verb = match.group().split()[-1]
    return _LONE_NAME.match(text, match.end() - len(verb)) if demand == "avoid" else None


def list_named_words(text: str, *, of_list: bool) -> tuple[str, ...]:
    """The words in quotation marks that follow at once, and those that follow these."""
    words: list[str] = []
    at = 0
    for match in _QUOTED.finditer(text):
        between = text[at : match.start()].strip(" ,;:").lower()
        if len(between) > (25 if not words else 5) or (words and not of_list):
            break
        words.append(next(group for group in match.groups() if group).strip())
        at = match.end()
    return tuple(words) or tuple(_HASHTAG.findall(text[:60]))


def _is_asked(text: str, match: re.Match[str]) -> bool:
    start, end = find_sentence(text, *match.span())
    return not _NOT_ASKED.search(text[start:end].split('"')[0].split("“")[0])


def _is_denied(text: str, match: re.Match[str]) -> bool:
    """Whether "use the word" is really "don't use the word"."""
    if _AVOID.search(text, max(0, match.start() - 20), match.end()):
        return True
    return _DENIAL.search(text[: match.start()]) is not None
