"""An answer comes in, how many words, characters, sentences, paragraphs, lines and items it has goes out.

What an answer says around what was asked for ("Sure! Here is …:", "Let me know …") may or may not count, so there are
several readings of it; a limit is broken where every reading breaks it.
"""

import re
from collections.abc import Callable, Mapping

from feedback.wishes.limits import Limit, Unit

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:['’.,:/-][^\W_\u3040-\u30ff\u3400-\u9fff]+)*"
)
_MARKUP = re.compile(r"[*_`#>|]+|^[ \t]*(?:[-•*]|\d{1,2}[.)])\s+", re.MULTILINE)
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|No|approx|Inc|Ltd|Jr|Sr|a\.m|p\.m|z\.B|d\.h|bzw|ca|Nr|usw|u\.a"
    r"|p\.ej|Sra?|cf"
    r"|т\.е|т\.д|Art|vol|pp|Fig|al|U\.S|U\.K|[A-Z])\.(?=\s*\S)",
    re.IGNORECASE,
)
_PIECE = re.compile(r"([^.!?。！？…\n]+)([.!?。！？…]*)")
_LETTER = re.compile(r"[^\W_]")
_GOES_ON = re.compile(
    r"\.(?=[ \u00a0]+[a-zà-ÿа-я€%$,])|(?<=\d)\.(?= (?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrhundert))"
)
_INLINE_NUMBER = re.compile(r"(?:^|\s)\(?(\d{1,2})[.)]\s")
_ITEM = re.compile(r"^([ \t]*)(?:[-*•–▪◦]|\d{1,2}[.)]|[a-z]\))\s+\S", re.MULTILINE)
_LEAD = re.compile(r"^[^\n]{1,200}[:：]\s*\n+")
_LEAD_SENTENCE = re.compile(
    r"^\W*(?:sure|of course|certainly|absolutely|okay|ok|here(?:'s| is| are| you go)|got it|no problem|happy to"
    r"|gladly|great"
    r"|sorry|apologies|you're right|gerne|klar|natürlich|hier|bien sûr|voici|claro|aquí|certo|ecco|natuurlijk"
    r"|конечно|вот)\b"
    r"[^\n]{0,120}?[.!:]\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\n[ \t]*\n[^\n]{0,250}\b(?:let me know|would you like|do you want|shall i|if you(?:'d| would)? (?:like|want"
    r"|need)|feel free"
    r"|word count|\d+ words|\d+ characters|hope this|want me to|i can also|sag (?:mir )?bescheid|möchtest du"
    r"|souhaitez|avísame"
    r"|quieres que)\b[^\n]*\s*\Z",
    re.IGNORECASE,
)
_COUNT_NOTE = re.compile(
    r"[(\[][^()\[\]]{0,20}\d+ (?:words|characters|chars|wörter|zeichen|mots|palabras)[^()\[\]]{0,20}[)\]]\s*\Z", re.I
)
_QUOTED = re.compile(r"[“\"„«]([^“”\"„«»]{8,})[”\"“»]")
_FENCED = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_HEADING = re.compile(r"^[ \t]*(?:#{1,6} .*|\*\*[^*\n]+\*\*:?)\s*$", re.MULTILINE)


MAX_CHARACTERS = 50_000
LINE_CHARACTERS = 100
NARROW_LINE_CHARACTERS = 25


def list_readings(answer: str) -> list[str]:
    """The answer as a whole, and what may be meant by it: without an opening, a close or headings; what it quotes.

    >>> list_readings("Sure, here it is: Two words.")
    ['Sure, here it is: Two words.', 'Two words.']
    """
    readings = [answer]
    for pattern in (_LEAD, _LEAD_SENTENCE, _TAIL, _COUNT_NOTE, _HEADING):
        readings += [shorter for each in readings if (shorter := pattern.sub("", each).strip()) and shorter != each]
    readings += [match[1] for pattern in (_QUOTED, _FENCED) for match in pattern.finditer(answer)]
    return list(dict.fromkeys(readings))


def count_words(text: str) -> int:
    return len(_WORD.findall(_MARKUP.sub("", text)))


def count_characters(text: str) -> int:
    return len(_MARKUP.sub("", text).strip())


def count_sentences(text: str) -> int:
    """Sentences that end as sentences do; a last one need not, and headings and items without an end are none.

    >>> count_sentences("Dr. Who left at 3.5 p.m. on Monday. Why?")
    2
    """
    plain = _ABBREVIATION.sub(lambda match: match.group()[:-1].replace(".", ""), _MARKUP.sub("", text))
    plain = re.sub(r"(?<=\w)\.(?=\w)", "", plain)
    if not plain.islower():
        plain = _GOES_ON.sub("", plain)
    return max(1, sum(bool(mark and _LETTER.search(piece)) for piece, mark in _PIECE.findall(plain)))


def count_paragraphs(text: str) -> int:
    """Blocks of text apart from lists, headings and single short lines."""
    blocks = [block for block in re.split(r"\n\s*\n", text) if not _ITEM.match(block) and not _HEADING.match(block)]
    return len([block for block in blocks if len(block) > 60])


def count_lines(text: str) -> int:
    """Lines as they are broken, or as a page would break them: an answer in one piece may be meant as several."""
    return sum(max(1, len(line) // LINE_CHARACTERS) for line in text.splitlines() if line.strip())


def count_items(text: str) -> int:
    """Items of lists, those of the outermost level."""
    indents = [len(match[1]) for match in _ITEM.finditer(text)]
    outermost = indents.count(min(indents)) if indents else 0
    return outermost if outermost > 1 else max(outermost, text.count("•"), _count_inline(text))


def _count_inline(text: str) -> int:
    """How far a row of "1. … 2. … 3. …" goes."""
    count = 0
    for number in _INLINE_NUMBER.findall(text):
        count += int(number) == count + 1
    return count


COUNTS: Mapping[Unit, Callable[[str], int]] = {
    "words": count_words,
    "characters": count_characters,
    "sentences": count_sentences,
    "paragraphs": count_paragraphs,
    "lines": count_lines,
    "items": count_items,
}


def measure_excess(answer: str, limit: Limit) -> tuple[int, float]:
    """How many there are in the reading that comes closest, and by how many that is over (or, negative, under)."""
    answer = answer[:MAX_CHARACTERS]
    readings = list_readings(answer)
    if limit.unit == "lines" and limit.least > 1:
        readings = [reading for reading in readings if "\n" in reading.strip()] or [narrow(answer, limit)]
    counts = [COUNTS[limit.unit](reading) for reading in readings]
    excesses = [(count - limit.most) if count > limit.most else min(0.0, count - limit.least) for count in counts]
    best = min(range(len(counts)), key=lambda at: abs(excesses[at]))
    return counts[best], excesses[best]


def narrow(answer: str, limit: Limit) -> str:
    """An answer in one piece, broken into as many lines as were asked for, if it is about as long as these."""
    length = len(answer)
    lines = int(limit.most if limit.most < length else limit.least)
    if lines * NARROW_LINE_CHARACTERS <= length <= 2 * lines * LINE_CHARACTERS:
        return "\n".join(["line"] * lines)
    return answer
