"""Groups of texts come in, what sets each apart goes out: the words for its title, without any model.

A term weighs what its class-based TF-IDF says (Grootendorst 2022, here by shares of texts): the share of the group's
texts that hold it, times the logarithm of how many times as common that is as among the other groups, or as among the
texts that went well, whichever is more. So a topic that goes well as often does not name the failure.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from feedback.languages.scripts import WRITTEN_WITHOUT_SPACES, find_script

TITLE_TERMS, TERMS = 3, 8
"""In a title, and in all."""
LEAST_TEXTS = 2
"""That a term stands in."""
LEAST_WEIGHT = 0.35
"""Of a term that is told, as a share of the strongest."""
PHRASE_FROM = 0.6
"""A phrase takes the place of its words where it weighs at least so many times as much."""
READ_CHARACTERS = 600
READ_TEXTS = 1_000
"""Of each group, evenly over it; of what they are held against five times as many."""
TITLE_CHARACTERS = 80
FUNCTION_WORDS = frozenset(Path(__file__).with_name("function_words.txt").read_text(encoding="utf-8").split())
"""Of English: no terms, and not in phrases but for those that link. In other languages being common everywhere has to
do."""
LINKING = frozenset(("to", "of", "for", "from", "with"))
_STEM_LETTERS = 5
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_SHORTEST, _LONGEST = 2, 40
"""Letters of a word: longer ones are keys, digests and hostile."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or two, and the share of texts that hold it."""

    text: str
    within: float
    elsewhere: float
    """Among the other groups or the texts that went well, whichever is more."""

    @property
    def weight(self) -> float:
        return self.within * math.log(self.within / self.elsewhere)


@dataclass(frozen=True, slots=True)
class Name:
    """Of a group: at most `TITLE_CHARACTERS`, and the terms that mark it, the strongest first."""

    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of so many texts hold each term."""

    texts: int
    holding: Counter[str]

    def find_share(self, term: str) -> float:
        """With half a text added, so that what never was seen is rare, not impossible."""
        return (self.holding[term] + 0.5) / (self.texts + 1)


def name_groups(
    groups: Sequence[Sequence[str]], went_well: Sequence[str] = (), ungrouped: Sequence[str] = ()
) -> list[Name]:
    """A name for each group of texts, held against the others, what is in no group, and texts that went well.

    >>> lost, late = ["I lost my card", "my card is lost!"], ["my train is late", "late train again"]
    >>> [name.title for name in name_groups([lost, late])]
    ['card, lost', 'late, train']
    """
    spellings: Counter[tuple[str, str]] = Counter()
    counted = [count_terms(_spread(texts, READ_TEXTS), spellings) for texts in groups]
    well = count_terms(_spread(went_well, 5 * READ_TEXTS), spellings)
    every = [*counted, count_terms(_spread(ungrouped, READ_TEXTS), spellings)]
    total = Counts(sum(each.texts for each in every), sum((each.holding for each in every), Counter()))
    shown = _choose_spellings(spellings)
    return [_name_group(texts, each, total, well, shown) for texts, each in zip(groups, counted, strict=True)]


def _spread(texts: Sequence[str], most: int) -> Sequence[str]:
    return texts[:: max(1, math.ceil(len(texts) / most))]


def _name_group(texts: Sequence[str], own: Counts, total: Counts, well: Counts, shown: Mapping[str, str]) -> Name:
    terms = list(choose_terms(weigh_terms(own, total, well)))
    spelt = tuple(
        Term(" ".join(shown[word] for word in each.text.split()), each.within, each.elsewhere) for each in terms
    )
    title = ", ".join(each.text for each in spelt[:TITLE_TERMS]) or clean_text(texts[0])
    return Name(shorten(title), spelt)


def clean_text(text: str) -> str:
    """On one line, without characters that nobody sees: control characters, and marks that turn the direction of all
    that follows.

    >>> clean_text("a\\u202eb\\x00c\\n  d")
    'abc d'
    """
    return " ".join("".join(each for each in text if each.isspace() or unicodedata.category(each)[0] != "C").split())


def shorten(title: str) -> str:
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1].rstrip() + "…"


def count_terms(texts: Iterable[str], spellings: Counter[tuple[str, str]]) -> Counts:
    """How many texts hold each word and each phrase; how the words were spelt goes to `spellings`."""
    holding: Counter[str] = Counter()
    count = 0
    for text in texts:
        words = list(split_words(text[:READ_CHARACTERS]))
        spellings.update({(word.casefold(), word) for word in words})
        folded = [word.casefold() for word in words]
        holding.update({*folded, *list_phrases(folded)})
        count += 1
    return Counts(count, holding)


def list_phrases(words: Sequence[str]) -> Iterator[str]:
    """Two neighbours, and three of which the one between only links: "able to assist".

    >>> list(list_phrases(["not", "able", "to", "assist"]))
    ['able to assist']
    """
    for place, (first, last) in enumerate(pairwise(words)):
        if first != last and not {first, last} & FUNCTION_WORDS:
            yield f"{first} {last}"
        elif last in LINKING and place + 2 < len(words) and not {first, words[place + 2]} & FUNCTION_WORDS:
            yield f"{first} {last} {words[place + 2]}"


def split_words(text: str) -> Iterator[str]:
    """Words of two letters and more; where a script has no spaces, each two neighbouring letters.

    >>> list(split_words("Can't log in: 密码错误"))
    ["Can't", 'log', 'in', '密码', '码错', '错误']
    """
    for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        if len(word) >= _SHORTEST and find_script(word[:1]) in WRITTEN_WITHOUT_SPACES:
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        elif _SHORTEST <= len(word) <= _LONGEST and not word.isdigit():
            yield word


def weigh_terms(own: Counts, total: Counts, well: Counts) -> list[Term]:
    """Terms that are more common in the group than elsewhere, the weightiest first."""
    others = Counts(total.texts - own.texts, Counter())
    least = min(LEAST_TEXTS, own.texts)
    found = []
    for term, count in own.holding.items():
        if count < least or term in FUNCTION_WORDS:
            continue
        elsewhere = [(total.holding[term] - count + 0.5) / (others.texts + 1)] if others.texts else []
        elsewhere += [well.find_share(term)] if well.texts else []
        found.append(Term(term, own.find_share(term), max(elsewhere, default=0.5 / (own.texts + 1))))
    more = [each for each in found if each.within > each.elsewhere]
    return sorted(more, key=lambda each: (-each.weight, each.text))


def choose_terms(terms: Sequence[Term]) -> Iterator[Term]:
    """The few that are told: no two of one stem, a phrase rather than each of its words."""
    weights = {each.text: each.weight for each in terms}
    stems: set[str] = set()
    chosen = 0
    for term in terms:
        if chosen == TERMS or term.weight < LEAST_WEIGHT * terms[0].weight:
            return
        best = _find_phrase(term, terms, weights, stems)
        own = {word[:_STEM_LETTERS] for word in best.text.split()}
        if not own & stems:
            stems |= own
            chosen += 1
            yield best


def _find_phrase(term: Term, terms: Sequence[Term], weights: Mapping[str, float], stems: set[str]) -> Term:
    """The weightiest phrase that holds a single word, if it says nearly as much."""
    if " " in term.text:
        return term
    phrases = (each for each in terms if " " in each.text and term.text in each.text.split())
    free = (each for each in phrases if not {word[:_STEM_LETTERS] for word in each.text.split()} & stems)
    best = next(free, None)
    return best if best and best.weight >= PHRASE_FROM * weights[term.text] else term


def _choose_spellings(spellings: Counter[tuple[str, str]]) -> dict[str, str]:
    """By folded word how it is mostly spelt: "API", not "api"."""
    shown: dict[str, str] = {}
    for (folded, word), _ in sorted(spellings.items(), key=lambda each: (-each[1], each[0])):
        shown.setdefault(folded, word)
    return shown
