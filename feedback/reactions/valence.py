"""Words come in, how much good and how much ill they say goes out, by the lexicon of VADER (Hutto and Gilbert, 2014).

It knows English, and things rather than assistants: it is one measure among many.
"""

import math
from collections.abc import Sequence
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

_NEGATION_WORDS = """
    aren't can't cannot didn't didnt doesn't doesnt don't dont isn't isnt never no not wasn't won't
"""
_NEGATIONS = frozenset(_NEGATION_WORDS.split())
_REACH = 3
"""Words over which a negation reaches."""
_NEGATED = -0.7
_HALF_WAY = 15.0
"""The square of the sum that is taken for 0.7, as VADER takes it."""


def measure_valence(words: Sequence[str]) -> tuple[float, float]:
    """The good and the ill in the words, in lower case; each 0 to 1.

    >>> good, ill = measure_valence("this is not good".split())
    >>> good < ill
    True
    """
    lexicon = load_lexicon()
    good = ill = 0.0
    for place, word in enumerate(words):
        valence = lexicon.get(word)
        if valence is None:
            continue
        if not _NEGATIONS.isdisjoint(words[max(0, place - _REACH) : place]):
            valence *= _NEGATED
        good += max(valence, 0.0)
        ill -= min(valence, 0.0)
    return _bound(good), _bound(ill)


def _bound(total: float) -> float:
    return total / math.sqrt(total * total + _HALF_WAY)


@cache
def load_lexicon() -> dict[str, float]:
    lexicon: dict[str, float] = SentimentIntensityAnalyzer().lexicon
    return lexicon
