"""Texts from before a change and since come in; words that are more common on one side go out, pure."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.failure_modes.naming import Counts, Term, choose_terms, count_terms, weigh_terms

LEAST_TEXTS = 3
"""That hold a word, each of another conversation: what one person wrote is told of nobody."""
SURE = 3.0
"""Standard errors between both shares."""


@dataclass(frozen=True, slots=True)
class TellingWord:
    """A word or two, and the shares of texts from before and since that hold it."""

    text: str
    before: float
    since: float


def find_telling_words(before: Sequence[str], since: Sequence[str]) -> tuple[list[TellingWord], list[TellingWord]]:
    """Words that became rarer, and words that became more common, the most telling first.

    >>> old, new = ["reset my router"] * 20, ["reset my router"] * 10 + ["cancel my contract"] * 10
    >>> [word.text for word in find_telling_words(old, new)[1]]
    ['cancel', 'contract']
    """
    spellings: Counter[tuple[str, str]] = Counter()
    old, new = count_terms(before, spellings), count_terms(since, spellings)
    rarer = [TellingWord(term.text, term.within, term.elsewhere) for term in choose(old, new)]
    commoner = [TellingWord(term.text, term.elsewhere, term.within) for term in choose(new, old)]
    return rarer, commoner


def choose(own: Counts, other: Counts) -> Iterator[Term]:
    """Terms that are surely more common among `own` texts."""
    both = Counts(own.texts + other.texts, own.holding + other.holding)
    terms = weigh_terms(own, both, Counts(0, Counter()))
    sure = [
        term for term in terms if own.holding[term.text] >= LEAST_TEXTS and measure_surety(term, own, other) >= SURE
    ]
    yield from choose_terms(sure)


def measure_surety(term: Term, own: Counts, other: Counts) -> float:
    """Standard errors between the two shares."""
    if not own.texts or not other.texts:
        return 0.0
    within, elsewhere = own.holding[term.text] / own.texts, other.holding[term.text] / other.texts
    pooled = (own.holding[term.text] + other.holding[term.text]) / (own.texts + other.texts)
    error = math.sqrt(pooled * (1 - pooled) * (1 / own.texts + 1 / other.texts))
    return (within - elsewhere) / error if error else 0.0
