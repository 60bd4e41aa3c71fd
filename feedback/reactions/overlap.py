"""Two requests of a user and the answer between come in, how much the later one asks the same again goes out.

A similar next request is not negative by itself, so likeness alone decides little: what is measured besides is how much
of the message repeats the request before it, what is new in it, and how people mark that they ask again.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, takewhile

from feedback.reactions.concepts import MAX_CHARACTERS
from feedback.reactions.pasted import blank_pasted
from feedback.replies import find_refusal

_RESTATED = re.compile(
    r"\b(?:my question|i(?:'m| am) (?:asking|after)|(?:once|one) more(?: time)?[:,]|in other words"
    r"|different words|differently|another way|rephrase|let me (?:boil|narrow|put|rephrase|ask)"
    r"|what i(?:'d like| want| need| meant?)|as stated|yes(?: or |/| )no|again but"
    r"|(?:say|explain) (?:it|that|this) (?:again|like|with)|(?:je|eu|lo) reformul\w+|autrement dit|nochmals"
    r"|anders gesagt|otra vez|en otras palabras|in altre parole)",
    re.IGNORECASE,
)
_REMINDED = re.compile(
    r"\bi (?:said|asked|wrote|wanted|typed)\b|\bthat(?:'s| was) (?:literally|half|the whole)\b", re.IGNORECASE
)
_OWN_MISTAKE = re.compile(
    r"\b(?:wait,? no|oops|my (?:bad|own|mistake|slip)|i mean|sorry,? i meant?|actually)\b", re.IGNORECASE
)
_NEXT_STEP = re.compile(
    r"\W*(?:and|now|also|next|then|what if|what about|how about|thank(?:s| you)?|great|perfect|cool|nice"
    r"|ok now|another|continue)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_STEM_LETTERS = 6
_COMPARED_CHARACTERS = 500
"""Of which the groups of letters are compared."""
_MOST_WORDS_COUNTED = 30
_ANSWER_CHARACTERS = 2_000
_COMMON_WORDS = """
    a all am an and any are as at be been but by can could did do does don't dont for from get got
    had has have he her here him his how i i'm if im in into is it it's its just may me more my need
    no not of ok on one or our out please pls shall she should so some than that the their them then
    there these they this those to u up ur us want was we were what when where which who why will
    with would yes you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Request:
    """A message as it is compared: the person's own words, and the stems of those that carry meaning."""

    own: str
    words: tuple[str, ...]
    stems: frozenset[str]
    stressed: frozenset[str]
    """Stems of words in capitals."""
    groups: frozenset[str]
    """Groups of three and four letters that stand in it."""


@lru_cache(512)
def read_request(text: str) -> Request:
    """The message as it is compared; each is needed twice, as the message and as the request before the next one."""
    own = blank_pasted(text)[:MAX_CHARACTERS]
    words = _WORD.findall(own)
    stressed = frozenset(
        stem for word in words if len(word) > 1 and word.isupper() for stem in list_stems(word.lower())
    )
    lower = tuple(word.lower() for word in words)
    groups = frozenset(chain.from_iterable(map(_list_groups, own[:_COMPARED_CHARACTERS].lower().split())))
    return Request(own, lower, frozenset(chain.from_iterable(map(list_stems, lower))), stressed, groups)


@lru_cache(32_768)
def _list_groups(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    threes = [padded[at : at + 3] for at in range(len(padded) - 2)]
    return (*threes, *[padded[at : at + 4] for at in range(len(padded) - 3)])


@lru_cache(32_768)
def list_stems(word: str) -> tuple[str, ...]:
    """The first letters of a word in lower case; pairs of letters where words are not set apart by spaces.

    Nothing of a word that is in every sentence.

    >>> list_stems("reservation"), list_stems("the"), list_stems("退款政策")
    (('reserv',), (), ('退款', '款政', '政策'))
    """
    if word in _COMMON:
        return ()
    if _UNSPACED.match(word) and len(word) > 1:
        return tuple(word[at : at + 2] for at in range(len(word) - 1))
    return (word[:_STEM_LETTERS],)


def measure_likeness(before: Request, after: Request) -> float:
    """Cosine, 0 to 1, between the groups of three and four letters that stand in the words of the two."""
    shared = len(before.groups & after.groups)
    return shared / math.sqrt(len(before.groups) * len(after.groups)) if shared else 0.0


@lru_cache(512)
def list_answer_stems(answer: str) -> frozenset[str]:
    words = _WORD.findall(answer[:_ANSWER_CHARACTERS].lower())
    return frozenset(chain.from_iterable(map(list_stems, words)))


def measure_overlap(before: Request, answer: str, after: Request) -> dict[str, float]:
    """What is measured by its name; shares and likeness are 0 to 1, marks 0 or 1."""
    shared = before.stems & after.stems
    stressed = bool((after.stressed & before.stems) - before.stressed)
    restated = _RESTATED.search(after.own) is not None
    marked = stressed or restated or _REMINDED.search(after.own) is not None
    count = max(len(after.stems), 1)
    repeated = len(shared) / count
    return {
        "likeness": measure_likeness(before, after),
        "repeated": repeated,
        "covered": len(shared) / max(len(before.stems), 1),
        "emphasised": float(stressed),
        "restated": float(restated),
        "repeated_with_mark": repeated if marked else 0.0,
        "own_mistake": float(_OWN_MISTAKE.search(after.own) is not None),
        "next_step": float(_NEXT_STEP.match(after.own) is not None),
        "from_answer": len((after.stems - before.stems) & list_answer_stems(answer)) / count,
        "length": math.log1p(min(len(after.stems), _MOST_WORDS_COUNTED)),
        "refused": float(find_refusal(answer) is not None),
        "same_frame": 0.0 if marked else _measure_frame(before, after),
    }


def _measure_frame(before: Request, after: Request) -> float:
    """The share of the message that is a frame kept from the one before around something new.

    "Haiku about printers", "haiku about Fridays": the next request, however alike.
    """
    if not after.stems - before.stems:
        return 0.0
    kept = takewhile(lambda pair: pair[0] == pair[1], zip(before.words, after.words, strict=False))
    return len(list(kept)) / len(after.words)


def find_repeated(before: Request, message: str) -> Sequence[tuple[int, int]]:
    """Offsets of the words of a message that stood in the request before."""
    words = _WORD.finditer(blank_pasted(message))
    return [match.span() for match in words if not before.stems.isdisjoint(list_stems(match.group().lower()))]
