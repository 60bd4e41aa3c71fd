"""What was asked of an answer besides its matter comes in as words of messages, the checks of it go out: of its length,
its words, its form, its language."""

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from feedback.detectors.constraint_violation import read_asked, read_told
from feedback.detectors.format_failure import is_json_asked, read_schema
from feedback.languages import identify_language, name_language, read_prose
from feedback.languages.identification import load_model
from feedback.languages.scripts import ONLY_LANGUAGE, list_ranges
from feedback.review.regressions.case import Check, Failure
from feedback.wishes.forms import FormWish, find_form_wishes, find_standing_form_wishes
from feedback.wishes.languages import find_language_wishes
from feedback.wishes.limits import Limit
from feedback.wishes.wording import WordWish

TELLING_WORDS: Final = 120
"""Of each language, those that tell it best from the other."""
PATTERNS: Final = {
    "no_emoji": ("[\U0001f300-\U0001faff\u2600-\u26ff\u2728\u2705\u2764\u2b50\u274c]", "an emoji"),
    "no_hashtag": (r"(?<![\w&/#])#[^\W\d]\w*", "a hashtag"),
    "no_exclamation": ("[!！]", "an exclamation mark"),
    "plain": (r"```|^#{1,6} \S|\*\*[^*\n]+\*\*|^[ \t]*\|.*\|[ \t]*$", "markup"),
}
"""What is not to be found, and its name."""
WANTED: Final = {
    "list": (r"^[ \t]*(?:[-*•–▪◦]|\d{1,2}[.)]|[a-z]\))\s+\S", "list"),
    "table": (r"^[ \t]*\|?[^|\n]+\|[^\n]*\n[ \t]*\|?\s*:?-{2,}|<table|┌|╔", "table"),
}
"""What is to be found."""


def read_system(failure: Failure) -> str:
    return "\n".join(each.content for each in failure.prompt if each.role == "system")


def check_constraints(failure: Failure) -> Iterator[Check]:
    """Of its length and its words, as the message and the instructions ask."""
    for asked in (read_asked(failure.request), read_told(read_system(failure))):
        yield from map(_limit, asked.limits)
        yield from (check for wish in asked.wishes for check in _word(wish))


def _limit(limit: Limit) -> Check:
    most = None if math.isinf(limit.most) else limit.most
    bounds = (f"at least {limit.least:g}" * bool(limit.least), f"at most {most:g}" if most is not None else "")
    why = f"{' and '.join(filter(None, bounds))} {limit.unit} were asked for"
    return {"kind": "count", "unit": limit.unit, "least": limit.least or None, "most": most, "why": why}


def _word(wish: WordWish) -> Iterator[Check]:
    named = ", ".join(f"“{word}”" for word in wish.words)
    match wish.demand:
        case "avoid":
            yield {"kind": "lacks", "values": list(wish.words), "why": f"{named} was to be left out"}
        case "include":
            yield {"kind": "holds", "values": [[word] for word in wish.words], "why": f"{named} was to be in it"}
        case "start" | "end":
            word = re.escape(wish.words[0].strip(" .!?"))
            pattern = rf"(?i)\A\W*{word}" if wish.demand == "start" else rf"(?i){word}\W*\Z"
            yield _want(pattern, f"{wish.demand} {named}", f"it was to {wish.demand} with {named}")
        case "lower_case" | "upper_case":
            told = wish.demand.replace("_", " ")
            yield {"kind": "case", "is_lower": wish.demand == "lower_case", "why": f"{told} was asked for"}
        case demand:
            pattern, what = PATTERNS[demand]
            yield _refuse(pattern, what, f"{what} was to be left out")


def _want(pattern: str, what: str, why: str) -> Check:
    return {"kind": "pattern", "pattern": pattern, "is_wanted": True, "what": what, "why": why}


def _refuse(pattern: str, what: str, why: str) -> Check:
    return {"kind": "pattern", "pattern": pattern, "is_wanted": False, "what": what, "why": why}


def check_form(failure: Failure) -> Iterator[Check]:
    """JSON, a list, a table, plain text, as the call, the message or the instructions ask."""
    if is_json_asked(failure.parameters):
        yield _json(is_only=True, schema=read_schema(failure.parameters.get("response_format")))
        return
    wishes = find_form_wishes(failure.request) or find_standing_form_wishes(read_system(failure))
    yield from (check for wish in wishes for check in _form(wish))


def _form(wish: FormWish) -> Iterator[Check]:
    if wish.form == "json":
        yield _json(is_only=wish.is_only, schema=None)
    elif wish.form == "plain":
        yield _refuse(*PATTERNS["plain"], why="plain text was asked for")
    elif wish.form in WANTED:
        pattern, what = WANTED[wish.form]
        yield _want(pattern, what, f"a {what} was asked for")


def _json(*, is_only: bool, schema: Any) -> Check:
    why = "JSON of a schema was asked for" if schema is not None else "JSON was asked for"
    return {"kind": "json", "is_only": is_only, "schema": schema, "why": why}


def check_language(failure: Failure) -> Iterator[Check]:
    """The language that the message or the instructions ask for, else the one that the user writes."""
    given = identify_language(read_prose(failure.bad_answer)).code
    wished = find_language_wishes(failure.request) or find_language_wishes(read_system(failure))
    wanted = wished[-1].code if wished else identify_language(read_prose(failure.request)).code
    if not wanted or not given or wanted == given:
        return
    name = name_language(wanted)
    why = f"{name} was asked for" if wished else f"its user writes {name}"
    script = find_script_of(wanted)
    if script != find_script_of(given):
        yield {"kind": "script", "language": name, "ranges": [list(pair) for pair in list_ranges(script)], "why": why}
    elif script in load_model().scripts:
        words = {"wanted": list_telling(wanted, given), "given": list_telling(given, wanted)}
        yield {"kind": "words", "language": name, **words, "why": why}


def find_script_of(code: str) -> str:
    """
    >>> find_script_of("ru"), find_script_of("de"), find_script_of("th")
    ('cyrillic', 'latin', 'thai')
    """
    several = (script for script, codes in load_model().scripts.items() if code in codes)
    only = (script for script, own in ONLY_LANGUAGE.items() if own == code)
    return next(iter((*several, *only)), "")


def list_telling(code: str, other: str) -> list[str]:
    """Words that are far more usual in the one language than in the other, in the order of letters."""
    leads = {
        word: dict(weights).get(code, 0.0) - dict(weights).get(other, 0.0)
        for word, weights in load_model().words.items()
        if "'" not in word
    }
    best = sorted(leads, key=lambda word: (-leads[word], word))[:TELLING_WORDS]
    return sorted(word for word in best if leads[word] > 0)
