"""A reward model that needs no accelerator and no minutes: lessons come in, a judge that gives answers scores goes out.

MiniLM, as it is shipped, reads request and answer; a linear head weighs the vector of the answer, its likeness to the
request, and the words and pairs of words in it. The head is learnt to its optimum: a lesson on one answer has the
logistic loss, good and bad ones with the same weight in sum; one on two answers that of Bradley and Terry.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.flywheel_loop.lessons import Lesson
from feedback.embedding import load_encoder

Floats = npt.NDArray[np.float64]

STRENGTH: Final = 0.001
"""Of the head, as scikit-learn's `C`; chosen, like the scales, on seeds 100 to 102, the same for all."""
VECTOR_SCALE, LIKENESS_SCALE = 10.0, 10.0
FEWEST_TEXTS: Final = 3
"""That have a word, for it to be weighed."""
_WORD = re.compile(r"\w+|[^\w\s]|\n+")


class Reader:
    """The vectors of MiniLM; each text is read once."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def embed(self, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, load_encoder().embed(new), strict=True))
        return np.array([self._known[text] for text in texts], float)

    def liken(self, requests: Sequence[str], answers: Sequence[str]) -> Floats:
        """The cosines of their vectors."""
        return (self.embed(requests) * self.embed(answers)).sum(1)


@dataclass(frozen=True)
class Judge:
    """A head, and the words that it knows."""

    reader: Reader
    words: CountVectorizer
    weights: Floats

    def score(self, requests: Sequence[str], answers: Sequence[str]) -> Floats:
        return look(self.reader, self.words, requests, answers) @ self.weights


def teach(lessons: Sequence[Lesson], reader: Reader) -> Judge:
    """All of one sort: on one answer each, or on two."""
    requests, answers = [each.request for each in lessons], [each.answer for each in lessons]
    losers, weights = [each.loser for each in lessons if each.loser], [each.weight for each in lessons]
    words = CountVectorizer(analyzer=list_words, binary=True, min_df=FEWEST_TEXTS).fit([*answers, *losers])
    seen = look(reader, words, requests, answers)
    head = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000, fit_intercept=not losers)
    if losers:
        seen = seen - look(reader, words, requests, losers)
        head.fit(sparse.vstack([seen, -seen]), np.repeat([True, False], len(losers)), weights + weights)
    else:
        head.fit(seen, [each.is_good for each in lessons], weights)
    return Judge(reader, words, head.coef_[0])


def look(reader: Reader, words: CountVectorizer, requests: Sequence[str], answers: Sequence[str]) -> Any:
    """What the head sees, a row for each answer."""
    likeness = reader.liken(requests, answers)[:, None]
    vectors = np.hstack([VECTOR_SCALE * reader.embed(answers), LIKENESS_SCALE * likeness])
    return sparse.hstack([words.transform(answers), vectors]).tocsr()


def list_words(text: str) -> list[str]:
    """Words, marks and line ends of an answer, and what stands side by side.

    >>> list_words("No. Yes")
    ['^', 'no', '.', 'yes', '$', '^ no', 'no .', '. yes', 'yes $']
    """
    words = ["^", *_WORD.findall(text.lower()), "$"]
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]
