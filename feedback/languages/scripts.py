"""Words come in, the writing that most of them are in goes out: many a language is known by its letters alone."""

from collections.abc import Iterable

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x0400, "greek"),
    (0x0400, 0x0530, "cyrillic"),
    (0x0530, 0x0590, "armenian"),
    (0x0590, 0x0600, "hebrew"),
    (0x0600, 0x0780, "arabic"),
    (0x0900, 0x0980, "devanagari"),
    (0x0980, 0x0A00, "bengali"),
    (0x0A00, 0x0A80, "gurmukhi"),
    (0x0A80, 0x0B00, "gujarati"),
    (0x0B80, 0x0C00, "tamil"),
    (0x0C00, 0x0C80, "telugu"),
    (0x0C80, 0x0D00, "kannada"),
    (0x0D00, 0x0D80, "malayalam"),
    (0x0D80, 0x0E00, "sinhala"),
    (0x0E00, 0x0E80, "thai"),
    (0x0E80, 0x0F00, "lao"),
    (0x1000, 0x1080, "burmese"),
    (0x10A0, 0x1100, "georgian"),
    (0x1100, 0x1200, "hangul"),
    (0x1200, 0x1380, "ethiopic"),
    (0x1780, 0x1800, "khmer"),
    (0x1F00, 0x2000, "greek"),
    (0x3040, 0x3100, "kana"),
    (0x3400, 0xA000, "han"),
    (0xAC00, 0xD7B0, "hangul"),
    (0xF900, 0xFB00, "han"),
    (0xFB50, 0xFF00, "arabic"),
    (0xFF66, 0xFFA0, "kana"),
)
_CELL_BITS = 4
_SCRIPTS = {
    cell: script for start, end, script in _RANGES for cell in range(start >> _CELL_BITS, (end - 1 >> _CELL_BITS) + 1)
}
LATIN = "latin"
WRITTEN_WITHOUT_SPACES = frozenset({"han", "kana", "hangul", "thai", "lao", "khmer", "burmese"})
_LETTERS_A_WORD = 3
"""Of scripts without spaces: so many letters say what a word says."""

ONLY_LANGUAGE = {
    "greek": "el",
    "armenian": "hy",
    "hebrew": "he",
    "bengali": "bn",
    "gurmukhi": "pa",
    "gujarati": "gu",
    "tamil": "ta",
    "telugu": "te",
    "kannada": "kn",
    "malayalam": "ml",
    "sinhala": "si",
    "thai": "th",
    "lao": "lo",
    "burmese": "my",
    "georgian": "ka",
    "hangul": "ko",
    "ethiopic": "am",
    "khmer": "km",
    "kana": "ja",
    "han": "zh",
}
"""Of scripts that one language is nearly always meant by."""


def list_ranges(script: str) -> list[tuple[int, int]]:
    """The first and the last code point of each range of a script's letters; Japanese is written with han, too.

    >>> list_ranges("greek")
    [(880, 1023), (7936, 8191)]
    """
    if script == LATIN:
        return [(0x41, 0x24F), (0x1E00, 0x1EFF)]
    own = {script, "han"} if script == "kana" else {script}
    return [(start, end - 1) for start, end, name in _RANGES if name in own]


def weigh_scripts(words: Iterable[str]) -> dict[str, float]:
    """How many words each script has.

    >>> weigh_scripts(["the", "привет", "日本語"])
    {'latin': 1.0, 'cyrillic': 1.0, 'han': 1.0}
    """
    weights: dict[str, float] = {}
    for word in words:
        script = find_script(word)
        weight = len(word) / _LETTERS_A_WORD if script in WRITTEN_WITHOUT_SPACES else 1.0
        weights[script] = weights.get(script, 0.0) + weight
    return weights


def find_script(word: str) -> str:
    """The script of the word's first letter; kana where any letter is, for Japanese words begin with han."""
    if word.isascii():
        return LATIN
    found = _SCRIPTS.get(ord(word[0]) >> _CELL_BITS, LATIN)
    if found == "han" and any(_SCRIPTS.get(ord(letter) >> _CELL_BITS) == "kana" for letter in word):
        return "kana"
    return found
