"""A wish for words and an answer come in, how the answer breaks the wish goes out."""

import re
from dataclasses import dataclass

from feedback.wishes.counting import list_readings
from feedback.wishes.wording import WordWish

_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u26ff\u2728\u2705\u2764\u2b50\u274c\U0001f1e6-\U0001f1ff]")
_HASHTAG = re.compile(r"(?<![\w&/#])#[^\W\d]\w*")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_OPENING_MARKS = " \t\n*_#>\"“”„«»'‘’`-–—…("
_CLOSING_MARKS = " \t\n*_\"“”„«»'‘’`)."
MOST_OTHER_CASE = 0.02
_LETTER = re.compile(r"[^\W\d_]")
LEAST_LETTERS = 12
_ABOUT_WORDS = re.compile(
    r"\b(?:without|avoid(?:ed|ing)?|removed|left out|no longer|instead of|don't|not (?:using|mentioning))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Breach:
    """Where the answer breaks a wish (nowhere, if by what it lacks), and how, for people."""

    reason: str
    offsets: tuple[tuple[int, int], ...] = ()


def find_breach(answer: str, wish: WordWish) -> Breach | None:
    """Return how the answer breaks the wish; None where it keeps it.

    >>> find_breach("A cheap lamp.", WordWish("avoid", ("cheap",), 0, 0)).reason
    'the answer has “cheap”, which was to be left out'
    """
    match wish.demand:
        case "avoid":
            return _find_avoided(answer, wish.words)
        case "include":
            return _find_missing(answer, wish.words)
        case "start" | "end":
            return _find_other_ends(answer, wish)
        case "lower_case" | "upper_case":
            return _find_other_case(answer, is_lower=wish.demand == "lower_case")
        case "no_emoji":
            return _find_sign(answer, _EMOJI, "an emoji")
        case "no_hashtag":
            return _find_sign(answer, _HASHTAG, "a hashtag")
        case "no_exclamation":
            return _find_sign(answer, re.compile("[!！]"), "an exclamation mark")


def _find_avoided(answer: str, words: tuple[str, ...]) -> Breach | None:
    for word in words:
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?:s|'s|’s)?(?!\w)", re.IGNORECASE)
        for match in pattern.finditer(answer):
            if not _ABOUT_WORDS.search(answer, max(0, match.start() - 40), match.start()):
                return Breach(f"the answer has “{word}”, which was to be left out", (match.span(),))
    return None


def _find_missing(answer: str, words: tuple[str, ...]) -> Breach | None:
    told = answer.casefold().replace("’", "'")
    missing = [word for word in words if word.casefold().replace("’", "'").rstrip(".,!?") not in told]
    return Breach(f"the answer lacks “{missing[0]}”, which it was to hold") if missing else None


def _find_other_ends(answer: str, wish: WordWish) -> Breach | None:
    word = wish.words[0].casefold().strip(_OPENING_MARKS + ".")
    for reading in list_readings(answer):
        told = reading.casefold()
        if told.lstrip(_OPENING_MARKS).startswith(word) if wish.demand == "start" else _ends_with(told, word):
            return None
    return Breach(f"the answer does not {wish.demand} with “{wish.words[0]}”")


def _ends_with(told: str, word: str) -> bool:
    return told.rstrip(_CLOSING_MARKS + "!?").endswith(word.rstrip(_CLOSING_MARKS + "!?"))


def _find_other_case(answer: str, *, is_lower: bool) -> Breach | None:
    for reading in list_readings(_CODE.sub(" ", answer)):
        letters = [letter for letter in _LETTER.findall(reading) if letter.isupper() or letter.islower()]
        other = sum(letter.isupper() == is_lower for letter in letters)
        if len(letters) < LEAST_LETTERS or other <= MOST_OTHER_CASE * len(letters):
            return None
    return Breach(f"the answer is not in {'lower' if is_lower else 'upper'} case")


def _find_sign(answer: str, pattern: re.Pattern[str], name: str) -> Breach | None:
    found = pattern.search(answer)
    return Breach(f"the answer has {name}, which was to be left out", (found.span(),)) if found else None
