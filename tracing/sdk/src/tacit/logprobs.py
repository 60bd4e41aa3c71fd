"""Log-probabilities of an answer's tokens in, as they arrive; how sure the model was of its words out."""

import math
from collections.abc import Iterable
from typing import Final

from tacit import attributes
from tacit.fields import get_field, get_items

_LEAST: Final = -1e5
"""What is below is no log-probability."""


class Logprobs:
    """Sums over the tokens of one answer: nothing of a token itself is kept."""

    __slots__ = ("_count", "_entropies", "_entropy", "_least", "_sum")

    def __init__(self) -> None:
        self._count = self._entropies = 0
        self._sum = self._least = self._entropy = 0.0

    def add(self, tokens: Iterable[object]) -> None:
        """Tokens as OpenAI's APIs send them: each with a `logprob`, and `top_logprobs` where they were asked for."""
        for token in tokens:
            value = _read(token)
            if value is None:
                continue
            self._least = min(self._least, value)
            self._sum += value
            self._count += 1
            alternatives = [each for each in map(_read, get_items(token, "top_logprobs")) if each is not None]
            if len(alternatives) > 1:
                self._entropy += _measure_entropy(alternatives)
                self._entropies += 1

    def describe(self) -> dict[str, float]:
        """Mean and minimum, and the mean entropy over the alternatives; empty without any token."""
        if not self._count:
            return {}
        told = {attributes.LOGPROB_MEAN: self._sum / self._count, attributes.LOGPROB_MIN: self._least}
        return told | ({attributes.LOGPROB_ENTROPY: self._entropy / self._entropies} if self._entropies else {})


def _read(token: object) -> float | None:
    value = get_field(token, "logprob")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return min(float(value), 0.0) if _LEAST < value <= 1e-6 else None


def _measure_entropy(logprobs: list[float]) -> float:
    weights = [math.exp(value) for value in logprobs]
    total = sum(weights) or 1.0
    return -sum(weight / total * math.log(weight / total) for weight in weights if weight)
