"""Names of people where words or keys say that they are names: a text and its place come in, findings go out.

"My name is Jane Roe", a signature, `"customer_name": "Jane Roe"`. Names that merely stand there need a model of
language, which this is not: they are not found.
"""

import re
from collections.abc import Iterator
from typing import Final

from tracing.personal_data import Finding

LONGEST_NAME: Final = 60
_WORD: Final = r"[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*"
_WORDS: Final = rf"(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau)\b\.? )?(?P<words>{_WORD}(?:[ ]{_WORD}){{0,4}})"
_INTRODUCED: Final = re.compile(
    r"\b(?:my (?:full |first |last )?name(?: is|['’]s|:)|i am called|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle"
    r"|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|(?:o )?meu nome é|me chamo|chamo-me|mijn naam is"
    r"|ik heet|jag heter|mitt namn är|jeg hedder|mit navn er|nazywam się|mam na imię|меня зовут) +" + _WORDS,
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(
    r"^[ \t]*(?:(?:(?:best|kind|warm|many) )?(?:regards|wishes)|(?:many )?thanks(?: a lot| so much| again)?|thank you"
    r"|cheers|sincerely|yours (?:sincerely|faithfully|truly)|mit freundlichen gr(?:ü|ue)(?:ß|ss)en"
    r"|(?:viele|liebe|beste) gr(?:ü|ue)(?:ß|ss)e|mfg|lg|(?:bien )?cordialement|bien à vous|(?:un )?saludos?"
    r"|saludos cordiales|atentamente|(?:cordiali |distinti )?saluti|atenciosamente|abraços"
    r"|met vriendelijke groet(?:en)?|med vänliga? hälsning(?:ar)?|med venlig hilsen|pozdrawiam|с уважением)"
    r"[,.!]?[ \t]*\n\s*" + _WORDS + r"[ \t]*(?=\n|\Z)",
    re.IGNORECASE | re.MULTILINE,
)
_CALLED: Final = re.compile(
    r"\b(?:(?:customer|user|client|guest|patient|passenger|contact|employee|recipient|(?:card|account) ?holder|first"
    r"|last|full|given|family)(?:['’]?s)?[ _-]?(?:full[ _-])?|sur)name[\"']?(?:\s{0,2}[:=]\s{0,3}| is )[\"']?" + _WORDS,
    re.IGNORECASE,
)
_HINTS: Final = ("name", "hei", "appelle", "nom", "llamo", "nombre", "chiamo", "chamo", "heet", "heter", "hedder")
_MORE_HINTS: Final = ("navn", "nazywam", "mam na", "меня", "called")
_BETWEEN: Final = frozenset(
    (
        "van",
        "von",
        "der",
        "den",
        "de",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "di",
        "du",
        "la",
        "le",
        "bin",
        "ibn",
        "al",
        "el",
    )
)
"""Words that stand small inside names."""
_NOBODY_TEXT: Final = (
    "team support service services customer client user guest your the our name first last full none null unknown"
    " company gmbh ltd inc llc ag department office and a an not is string text value optional required n any all"
    " mr mrs ms miss dr prof herr frau"
)
_NOBODY: Final = frozenset(_NOBODY_TEXT.split())
"""Words that no name begins with: titles, parts of organisations, what stands where a name would."""


def find_names(text: str, *, typed: bool) -> Iterator[Finding]:
    """Where names are said to be names; in what a user typed also where they introduce themselves and sign."""
    lower = text.lower()
    if "name" in lower:
        yield from _tell(_CALLED, text)
    if typed and any(hint in lower for hint in (*_HINTS, *_MORE_HINTS)):
        yield from _tell(_INTRODUCED, text)
    if typed and "\n" in text:
        yield from _tell(_SIGNED, text, whole=True)


def _tell(pattern: re.Pattern[str], text: str, *, whole: bool = False) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        words = match["words"][:LONGEST_NAME]
        name = take_name(words)
        if name and (not whole or name == words):
            yield Finding("name", match.start("words"), match.start("words") + len(name), 0.9, "a name")


def take_name(words: str) -> str:
    """The words that a text begins with and that may be a name; empty where it begins otherwise.

    >>> take_name("Jane van der Roe and I"), take_name("Customer Support"), take_name("not important")
    ('Jane van der Roe', '', '')
    """
    taken: list[str] = []
    for word in words.split(" "):
        if word.lower() in _NOBODY or not (word[0].isupper() or (taken and word in _BETWEEN)):
            break
        taken.append(word)
    while taken and taken[-1] in _BETWEEN:
        taken.pop()
    return "" if words.split(" ")[0].lower() in _NOBODY or _is_an_office(words) else " ".join(taken)


def _is_an_office(words: str) -> bool:
    """Whether an organisation's part signs, such as a team."""
    return not {"team", "support", "service", "services", "gmbh", "ltd", "inc", "department"}.isdisjoint(
        words.lower().split(" ")
    )
