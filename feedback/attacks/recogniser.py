"""A text comes in, the probability that it is of a kind goes out: a linear model over words and concepts.

Its features are the text's words and pairs of words, the concepts that they stand for (see `feedback.attacks.lexicon`),
and which concept follows which closely: "ignore … rules" weighs more than "ignore" and "rules". Its weights were learnt
by `feedback.training.attacks` and can be read: a JSON object of features.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback.attacks.lexicon import TOKEN, Lexicon, Occurrence, Tokens, load_lexicon, read_tokens

HERE = Path(__file__).parent
PIECE_CHARACTERS = 1_000
"""Texts are read piece by piece, so that much harmless text does not hide little of another kind."""
CLOSE_TOKENS = 8
FEWEST_WORDS = 8
"""Texts of fewer words are weighed as if they had that many: a single word proves little."""
_MOST_NEIGHBOURS = 8
_LAST_OPENING_TOKEN = 1
_SHORTEST_TELLING = 2

MARKS = {
    "chat_marker": ("<|im_", "<|system", "[inst]", "<<sys>>", "</system", "<system", "### system", "### instruction:"),
    "role_json": ('"role"', "role=system", "role: system"),
    "image": ("![", "<img"),
    "filled_address": ("?q=", "?d=", "?data=", "?s=", "?k=", "?v=", "?u=", "?m=", "?c=", "{{", "?history", "?h="),
    "code_fence": ("```",),
    "hidden_markup": ("<!--", "display:none", "color:white", "[[", "||", "/* "),
    "quotation": ('"', "“", "«", "„", " '"),
    "question": ("?", "？", "؟"),
    "system_line": ("\nsystem:", "system: ", "[system", "\nassistant:", "\nai:", "\nhuman:", "system note"),
}
"""What is not made of words, by name; each by strings of which one stands in the text in lower case."""
_NEEDLES = [(needle, f"#{name}") for name, needles in MARKS.items() for needle in needles]


def list_concepts(tokens: Tokens, occurrences: list[Occurrence]) -> set[str]:
    """The concepts of a text, which of them follows which closely, how it opens, and its marks, each by a name."""
    found = {name for needle, name in _NEEDLES if needle in tokens.text}
    quotes = "#quotation" in found
    for place, concept in occurrences:
        if place > _LAST_OPENING_TOKEN:
            break
        found.add(f"^{concept}")
        if quotes:
            found.add(f"^{concept}#quotation")
    for number, (place, concept) in enumerate(occurrences):
        found.add(f"@{concept}")
        for later, other in occurrences[number + 1 : number + 1 + _MOST_NEIGHBOURS]:
            if later - place > CLOSE_TOKENS:
                break
            if concept != other:
                found.add(f"@{concept}>{other}")
    return found


def cut_pieces(text: str) -> list[str]:
    """The text in pieces of at most `PIECE_CHARACTERS`, cut at a space where there is one."""
    pieces = []
    while len(text) > PIECE_CHARACTERS:
        at = text.rfind(" ", PIECE_CHARACTERS // 2, PIECE_CHARACTERS)
        at = PIECE_CHARACTERS if at < 0 else at
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text]


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A linear model. Word weights are divided by the root of the number of different words and pairs."""

    lexicon: Lexicon
    bias: float
    words: Mapping[str, float]
    concepts: Mapping[str, float]

    def score(self, text: str) -> float:
        """The probability, 0 to 1, that the likeliest piece of the text is of the kind."""
        if len(text) <= PIECE_CHARACTERS:
            return self._score_piece(text)
        return max(map(self._score_piece, cut_pieces(text)))

    def _score_piece(self, text: str) -> float:
        tokens = read_tokens(text)
        used = {*tokens.words, *tokens.pairs}
        by_word, by_concept = self.words.get, self.concepts.get
        of_words = sum([by_word(word, 0.0) for word in used]) / math.sqrt(max(len(used), FEWEST_WORDS))
        concepts = list_concepts(tokens, self.lexicon.find(tokens))
        return to_probability(self.bias + of_words + sum([by_concept(concept, 0.0) for concept in concepts]))

    def find_telling_words(self, text: str, most: int = 6) -> list[tuple[int, int]]:
        """Offsets of the words that speak most for it, in order; neighbours are joined."""
        lower = text.lower()
        if len(lower) != len(text):
            return []
        found = [(self._weigh(match.group()), match.span()) for match in TOKEN.finditer(lower)]
        found += [
            (self._weigh_concepts(self.lexicon.runs[match.group()]), match.span())
            for match in self.lexicon.run.finditer(lower)
        ]
        telling = sorted((each for each in found if each[0] > 0 and _is_long(each[1])), reverse=True)[:most]
        return _join_neighbours(text, sorted(span for _, span in telling))

    def _weigh(self, word: str) -> float:
        return self.words.get(word, 0.0) / 4 + self._weigh_concepts(self.lexicon.list_concepts_of(word))

    def _weigh_concepts(self, concepts: Sequence[str]) -> float:
        return sum(self.concepts.get(f"@{concept}", 0.0) for concept in concepts)


def _is_long(span: tuple[int, int]) -> bool:
    return span[1] - span[0] >= _SHORTEST_TELLING


def to_probability(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, logit))))


def _join_neighbours(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


@cache
def load_recogniser(name: str) -> Recogniser:
    """Read the recogniser `attack` or `harm`, as it is shipped."""
    weights = json.loads((HERE / f"{name}_weights.json").read_text(encoding="utf-8"))
    lexicon = load_lexicon(HERE / f"{name}_concepts.json")
    return Recogniser(lexicon, weights["bias"], weights["words"], weights["concepts"])
