"""An answer comes in, where it declines goes out, and whether it then helps all the same.

A refusal stands in the first sentences. "Can't" later on, or about how things are ("you can't divide by zero", "I can't
see an error in it"), or for want of something that the user may still tell, is none; nor is one in a letter or in
quotation marks.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from feedback.replies.phrases import PhraseBook, load_phrases

OPENING_CHARACTERS = 280
LONGEST_REFUSAL_CHARACTERS = 900
LONGEST_REQUEST_CHARACTERS = 2_000
LEAST_HELP_CHARACTERS = 120
"""What follows an offer and is no longer does not help yet."""

_QUOTED = re.compile(r"“[^“”]*”?|„[^„“”]*[“”]?|«[^«»]*»?|「[^「」]*」?|\"[^\"]*\"?|```.*", re.DOTALL)
_LETTER = re.compile(
    r"^\W*(?:dear|hi|hello|hey|subject|betreff|hallo|liebe\w?|sehr geehrte\w?|bonjour|cher|chère|hola"
    r"|estimad[oa]|querid[oa]|olá|prezad[oa]|ciao|gentile|car[oa]|beste)\b(?:[^\n!.?]|(?:mr|mrs|ms|dr|sr"
    r"|sra)\.){0,50}(?:[,:]?\s*\n|, we\b)|^\W*[\u4e00-\u9fff]{2,8}[，,]?(?:您好|你好)[：:，,]?\s*\n",
    re.IGNORECASE,
)
_LACKS_SOMETHING = re.compile(
    r"^[^.!?\n]{0,80}?\b(?:without (?:the|your|more|an?|any|knowing|seeing|access)|until (?:you|i|we)"
    r"|unless (?:you|i|we)"
    r"|because (?:the|your|i)|yet\b)",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|when|whether|why|say|says|said|reply|answer|tell (?:them|him|her)|like|where|wenn|falls|si|se"
    r"|если)\W*$",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"\b(?:here(?:'s| is| are)|instead[,:]|hier ist|hier sind|voici|aquí (?:tienes|está)|aqui está|ecco|вот)\b|```",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:but|however|that said|instead|what i can|i can,? (?:however|though)|aber|jedoch|mais|cependant|pero"
    r"|sin embargo"
    r"|mas|porém|ma|tuttavia|maar|ale|но|однако|ama|ancak|men|tetapi|nhưng)\b|不过|但是|但|でも|ただし|하지만|لكن|लेकिन",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^[ \t]*(?:[-*•]|\d+[.)])\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where the answer declines, in characters; `is_partial` where it then helps all the same."""

    start: int
    end: int
    is_partial: bool


@lru_cache(maxsize=1024)
def find_refusal(answer: str) -> Refusal | None:
    """Return where the answer declines; None where it does not.

    >>> find_refusal("I'm sorry, but I can't help with that.")
    Refusal(start=15, end=27, is_partial=False)
    >>> find_refusal("You can't divide by 0.") is None
    True
    """
    opening = answer[:OPENING_CHARACTERS].replace("’", "'")
    for match in load_refusals().find(opening):
        if not _is_about_something_else(opening, match):
            return Refusal(match.start(), match.end(), helps_all_the_same(answer, match.end()))
    return None


def quotes_refusal(request: str) -> bool:
    """Whether a message holds the words of a refusal itself, to have them translated or answered."""
    return any(True for _ in load_refusals().find(request[:LONGEST_REQUEST_CHARACTERS].replace("’", "'")))


def _is_about_something_else(opening: str, match: re.Match[str]) -> bool:
    return bool(
        _LACKS_SOMETHING.search(opening, match.end())
        or _SUPPOSED.search(opening[: match.start()])
        or opens_a_letter(opening)
        or any(start < match.start() < end for start, end in list_foreign_words(opening))
    )


def opens_a_letter(opening: str) -> bool:
    """Whether the answer is a letter, which speaks for somebody else."""
    return _LETTER.search(opening) is not None


def list_foreign_words(text: str) -> list[tuple[int, int]]:
    """Where something is quoted, or code."""
    return [match.span() for match in _QUOTED.finditer(text)]


def helps_all_the_same(answer: str, end: int) -> bool:
    """Whether what follows the refusal is help."""
    if len(answer) > LONGEST_REFUSAL_CHARACTERS or _HERE.search(answer, end):
        return True
    offer = _OFFER.search(answer, end)
    return offer is not None and (
        len(answer) - offer.end() >= LEAST_HELP_CHARACTERS or bool(_LISTED.search(answer, offer.end()))
    )


@cache
def load_refusals() -> PhraseBook:
    return load_phrases(Path(__file__).parent / "refusals.json")
