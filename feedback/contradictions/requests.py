"""What users asked comes in; which of it asks the same, and what is no use to compare, goes out.

The same in other words is told by words first, since most requests have no like at all, and by meaning last. Requests
that differ in a number, a name, a denial, or in a word and its opposite do not ask the same, however alike they look.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from feedback.claims.names import is_common
from feedback.claims.numbers import SPELLED
from feedback.contradictions.wording import FILLERS, are_opposed, count_denials, find_stem, list_words

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

LONGEST = 400
"""Characters; longer requests hold material of their own."""
LEAST_STEMS = 2
LEAST_WORDS = 5
"""Of a message within a conversation that stands alone."""
LEAST_LIKE = 0.4
"""Of the words that either holds, so many stand in both."""
LEAST_COSINE = 0.83
LEAST_COSINE_WITH_MORE = 0.9
"""Where one has words that the other has none for."""
LEAST_WORD_COSINE = 0.5
MOST_OTHER_WORDS = 3
MOST_WITH_A_WORD = 300
POLITE_WORDS = """
    hi hello hey please thanks thank kindly bitte hallo danke bonjour merci hola gracias
"""
_POLITE = frozenset(POLITE_WORDS.split())
_ASKING = frozenset(("when", "where", "who", "why", "which", "long", "many", "much", "often"))
_DIRECTIONS = frozenset(("to", "from", "into", "than"))
_SWAPPED = (frozenset({"much"}), frozenset({"which"}))
_OWN = re.compile(
    r"\b(?:where|when|why|what|what['’]s|how (?:much|many|long)|who|which|wo|wann|warum|was|wie(?: viel| hoch)?"
    r"|où|quand"
    r"|quel(?:le)?|dónde|cuándo|cuál)\b[^?.!]{0,30}\b(?:my|mine|our|mein\w*|unser\w*|mon|ma|mes|mi|mis)\b"
    r"|\b(?:has|have|was|were|did) (?:my|our|i|you)\b"
    r"|^\W*(?:is|are|was|were|will) (?:my|our) (?:\w+ )?(?:account|order|subscription|plan|package|parcel|card|payment"
    r"|refund|application|booking|reservation|ticket|flight|appointment|claim|invoice|contract|delivery|transfer"
    r"|loan)\b"
    r"|\bdo i (?:owe|have)\b(?! to\b)|\bi have left\b|\bam i\b|\bi (?:was|am being|got) (?:charged|billed)\b|\bdid i\b"
    r"|\b(?:order|ticket|invoice|booking|case|claim|account|tracking)(?: number| no\.?| id)? ?#?[0-9a-z-]*[0-9]{3,}",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\bmy (?:data|files?|photos?|privacy|own|password|old|phone|router|landlord|cat|dog)\b", re.IGNORECASE
)
_CREATIVE = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|i need you to|help me(?: to)?|bitte|now)\W+)*(?:write|compose"
    r"|draft|generate"
    r"|create|invent|make up|make me|imagine|pretend|tell me (?:a|an|another|some)|sing|roleplay|act as|rewrite"
    r"|rephrase"
    r"|paraphrase|brainstorm|suggest|name (?:a|an|some|my)|pick|choose|guess|roll|flip|design|improve|translate"
    r"|continue"
    r"|schreib\w*|verfass\w*|erfinde|dichte|erzähl\w*|übersetze|écri\w+|rédige\w*|invente\w*|traduis\w*|escrib\w+"
    r"|redacta|inventa|traduce|cuéntame)\b"
    r"|\b(?:poem|haiku|limerick|story|joke|riddle|slogan|lyrics|song|tagline|random|ideas?|examples? (?:of|sentence)"
    r"|gedicht|geschichte|witz|poème|blague|poema|cuento|chiste)\b",
    re.IGNORECASE,
)
_OF_THE_MOMENT = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|now|right now|at the moment|current(?:ly)?|latest|this (?:week|month|year"
    r"|morning|evening|weekend)|next (?:week|month)|what time is it|what day is it|news|weather|forecast|score|winning"
    r"|stock price|heute|morgen|gestern|jetzt|gerade|aktuell\w*|wetter|nachrichten|aujourd['’]hui|demain|hier"
    r"|maintenant|météo|hoy|mañana|ayer|ahora|actual(?:mente)?)\b",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"\b(?:it|this|that|these|those|they|them|he|she|him|her|one|ones|there|same|other|another|above|previous|again"
    r"|instead|also|else|too|second|former|latter|das|dies\w*|es|sie|ihn|dort|ça|cela|celui|eso|esto|ese|esa)\b"
    r"|^\W*(?:and|but|so|or|then|ok|okay|yes|no|und|aber|et|mais|y|pero)\b",
    re.IGNORECASE,
)
_WHENEVER = re.compile(r"(?<=\w )(?<!by )(?<!of )when(?= (?:i|we|you|he|she|they|the|my|an?) )", re.IGNORECASE)
"""Within a request; `when` in front asks for a time."""
_YES_OR_NO = re.compile(
    r"(?:^|[.,!:;] )\W*(?:so |and |but |also )?(?:is|are|was|were|am|do|does|did|can|could|may|might|will|would"
    r"|shall|should|must|has|have|had"
    r"|isn['’]t|aren['’]t|don['’]t|doesn['’]t|can['’]t|is it possible|kann|kannst|können|könnte|darf|dürfen|muss"
    r"|müssen|ist"
    r"|sind|gibt|hat|haben|est-ce|peut|puis|pouvez|puedo|puede|se puede|hay|es|está|tiene|posso|può)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is compared."""

    text: str
    key: str
    """The same for requests that differ in case, punctuation and politeness alone."""
    words: tuple[str, ...]
    stems: frozenset[str]
    by_stem: dict[str, str]
    """A word for each stem."""
    numbers: frozenset[str]
    denies: bool
    expects_yes_or_no: bool


def is_comparable(text: str, *, is_opening: bool) -> bool:
    """Whether two answers to it should agree: it asks for no creation, for nothing of the user's own or of the moment,
    and, within a conversation, leans on nothing before.

    >>> [is_comparable(each, is_opening=True) for each in ("How long is a trial?", "Where is my order?", "Sing")]
    [True, False, False]
    """
    if not text.strip() or len(text) > LONGEST or "\n\n" in text.strip():
        return False
    if _CREATIVE.search(text) or _OF_THE_MOMENT.search(text) or is_of_ones_own(text):
        return False
    return is_opening or _stands_alone(text)


def _stands_alone(text: str) -> bool:
    """Whether a later message says by itself what it is about."""
    request = read_request(text)
    return len(request.stems) >= LEAST_STEMS and len(request.words) >= LEAST_WORDS and not _LEANING.search(text)


def is_of_ones_own(text: str) -> bool:
    """Whether the answer depends on who asks.

    >>> is_of_ones_own("When will my refund arrive?"), is_of_ones_own("Is my data encrypted?")
    (True, False)
    """
    return _OWN.search(_GENERAL.sub("the", text)) is not None


@lru_cache(32_768)
def read_request(text: str) -> Request:
    words = tuple(word for word in list_words(_WHENEVER.sub("if", text)) if word not in _POLITE)
    spelled = {word: str(SPELLED[word]) for word in words if word in SPELLED}
    by_stem = {
        find_stem(word): word for word in words if word not in FILLERS and word not in _ASKING and not word[0].isdigit()
    }
    return Request(
        text=text,
        key=" ".join(words),
        words=words,
        stems=frozenset(by_stem),
        by_stem=by_stem,
        numbers=frozenset(word for word in words if any(map(str.isdigit, word))) | frozenset(spelled.values()),
        denies=count_denials(text) % 2 == 1,
        expects_yes_or_no=_YES_OR_NO.search(text.strip()) is not None,
    )


def may_ask_the_same(one: Request, other: Request) -> bool:
    """Whether nothing that can be told from words speaks against it."""
    if one.key == other.key:
        return True
    if one.numbers != other.numbers or one.denies != other.denies:
        return False
    first, second = one.stems - other.stems, other.stems - one.stems
    if max(len(first), len(second)) > MOST_OTHER_WORDS or not one.stems & other.stems:
        return False
    asked, answered = (set(each.words) & _ASKING for each in (one, other))
    if asked != answered and asked - answered not in _SWAPPED and answered - asked not in _SWAPPED:
        return False
    if are_opposed(frozenset(one.words), frozenset(other.words)) or _turns_around(one, other):
        return False
    return all(_is_plain(one.by_stem[stem], one) for stem in first) and all(
        _is_plain(other.by_stem[stem], other) for stem in second
    )


def _turns_around(one: Request, other: Request) -> bool:
    """Whether a word that both have stands behind `to` in one and behind `from` in the other, or in another order."""
    shared = one.stems & other.stems
    orders = [[find_stem(word) for word in each.words if find_stem(word) in shared] for each in (one, other)]
    leads = [_list_leads(each) for each in (one, other)]
    if any(leads[0][stem] != leads[1][stem] for stem in leads[0].keys() & leads[1].keys()):
        return True
    return orders[0] != orders[1] and any(leads)


def _list_leads(request: Request) -> dict[str, str]:
    """By stem the word of direction that it stands behind."""
    pairs = pairwise(request.words)
    return {find_stem(word): before.removeprefix("in") for before, word in pairs if before in _DIRECTIONS}


def _is_plain(word: str, request: Request) -> bool:
    """Whether a word is no name."""
    capital = re.search(rf"(?<=[^.!?] ){re.escape(word)}", request.text.lower())
    is_capital = capital is not None and request.text[capital.start()].isupper()
    return not is_capital and is_common(word)


def asks_alike(one: Request, other: Request, embed: Embed) -> bool:
    """Whether two requests ask the same."""
    if one.key == other.key:
        return True
    if not may_ask_the_same(one, other):
        return False
    first, second = one.stems - other.stems, other.stems - one.stems
    vectors = embed([one.text, other.text])
    cosine = float(vectors[0] @ vectors[1])
    if not first and not second:
        return cosine >= LEAST_COSINE
    if not first or not second:
        return cosine >= LEAST_COSINE_WITH_MORE
    return cosine >= LEAST_COSINE and _mean_alike(
        [one.by_stem[stem] for stem in sorted(first)], [other.by_stem[stem] for stem in sorted(second)], embed
    )


def _mean_alike(first: Sequence[str], second: Sequence[str], embed: Embed) -> bool:
    """Whether each word that only one has stands for one that only the other has."""
    cosines = embed(first) @ embed(second).T
    return bool(cosines.max(axis=1).min() >= LEAST_WORD_COSINE and cosines.max(axis=0).min() >= LEAST_WORD_COSINE)


def group_alike(requests: Iterable[Request]) -> dict[str, str]:
    """For each key the one that it stands with, as far as words tell: the most frequent that may ask the same.

    `requests` come with the most frequent first.
    """
    leader: dict[str, str] = {}
    by_key = {request.key: request for request in requests}
    placed: dict[tuple[object, ...], list[str]] = defaultdict(list)
    counts = _count_stems(by_key.values())
    for key, request in by_key.items():
        places = [(stem, request.numbers, request.denies) for stem in _list_rarest(request.stems, counts)]
        near = {name for place in places for name in placed.get(place, ())[:MOST_WITH_A_WORD]}
        alike = _sort_alike(request, (by_key[name] for name in near))
        leader[key] = next((known.key for known in alike if may_ask_the_same(known, request)), key)
        if leader[key] == key:
            for place in places:
                placed[place].append(key)
    return leader


def _count_stems(requests: Iterable[Request]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for request in requests:
        for stem in request.stems:
            counts[stem] += 1
    return counts


def _sort_alike(request: Request, near: Iterable[Request]) -> list[Request]:
    """Those that share enough words with it, the likest first."""
    likeness = [(_measure_likeness(request.stems, each.stems), each.key, each) for each in near]
    kept = [each for each in likeness if each[0] >= LEAST_LIKE]
    return [each for _, _, each in sorted(kept, key=lambda each: (-each[0], each[1]))]


def _list_rarest(stems: frozenset[str], counts: dict[str, int]) -> list[str]:
    """So many of the rarest that two requests which share `LEAST_LIKE` of their words share one of these."""
    ordered = sorted(stems, key=lambda stem: (counts[stem], stem))
    return ordered[: len(ordered) - int(np.ceil(LEAST_LIKE * len(ordered))) + 1]


def _measure_likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
