"""An answer comes in, where the assistant says sorry for its own fault goes out.

"I'm sorry to hear that" is sympathy, "sorry, I can't" is a refusal, and a letter that says sorry is the user's: these
are none. "You're right: …" owns a mistake without a word of regret; it is told apart.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback.replies.phrases import PhraseBook, load_phrases
from feedback.replies.refusals import find_refusal, list_foreign_words, opens_a_letter

OPENING_CHARACTERS = 200
ENDING_CHARACTERS = 90
LONGEST_WITH_ENDING = 700
"""In longer answers the last words are part of what was asked for."""
_SAME_SENTENCE = re.compile(r"[.!?。！？\n]")
_SYMPATHY = re.compile(
    r"^[^.!?\n]{0,40}?\b(?:to (?:hear|learn|read) |for your loss|(?:you|he|she|they)(?:'re|'ve| are| have"
    r"| had)? (?:going through|feeling|having"
    r"|dealing|had to)|d'apprendre|zu hören|escuchar|saber que|sentire|te horen)",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:say(?:ing)?|says|said|don't be|to be|being|not|never|no need to|better safe than|feel|without an?|an"
    r"|your|his|her"
    r"|their)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Apology:
    """Where the assistant says so, in characters; `is_regret` where it says sorry, else it owns that it was wrong."""

    start: int
    end: int
    is_regret: bool


def find_apology(answer: str) -> Apology | None:
    """Return where the assistant says sorry, or owns a mistake; None where it does not.

    >>> find_apology("You're right, my mistake.")
    Apology(start=14, end=24, is_regret=True)
    >>> find_apology("I'm sorry to hear that your train was late.") is None
    True
    """
    straight = answer.replace("’", "'")
    opening = straight[:OPENING_CHARACTERS]
    if opens_a_letter(opening):
        return None
    for start, part in _cut_parts(straight):
        for match in load_apologies().find(part):
            if not _is_about_something_else(part, match):
                return Apology(start + match.start(), start + match.end(), is_regret=True)
    admission = next(load_admissions().find(opening), None)
    return Apology(admission.start(), admission.end(), is_regret=False) if admission else None


def _cut_parts(answer: str) -> list[tuple[int, str]]:
    """Where it stands, if it does: the first words, and the last ones of a short answer."""
    parts = [(0, answer[:OPENING_CHARACTERS])]
    last = len(answer) - ENDING_CHARACTERS
    if last >= OPENING_CHARACTERS and len(answer) <= LONGEST_WITH_ENDING:
        parts.append((last, answer[last:]))
    return parts


def _is_about_something_else(part: str, match: re.Match[str]) -> bool:
    return bool(
        _SYMPATHY.search(part, match.end())
        or _SUPPOSED.search(part[: match.start()])
        or any(start < match.start() < end for start, end in list_foreign_words(part))
        or _declines(part, match.end())
    )


def _declines(part: str, start: int) -> bool:
    """Whether the same sentence goes on to decline."""
    end = _SAME_SENTENCE.search(part, start)
    refusal = find_refusal(part[start : end.start() if end else len(part)])
    return refusal is not None


@cache
def load_apologies() -> PhraseBook:
    return load_phrases(Path(__file__).parent / "apologies.json")


@cache
def load_admissions() -> PhraseBook:
    return load_phrases(Path(__file__).parent / "admissions.json")
