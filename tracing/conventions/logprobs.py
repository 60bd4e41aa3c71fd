"""How sure a model was of its words: log-probabilities of an answer's tokens in, their mean, minimum and entropy out.

OpenAI's APIs send them in the choices of a completion or in the texts of a response, Gemini's as one mean.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tacit import attributes as keys

from tracing.spans import AttributeValue

TOLD = {
    "logprob_mean": keys.LOGPROB_MEAN,
    "logprob_min": keys.LOGPROB_MIN,
    "logprob_entropy": keys.LOGPROB_ENTROPY,
}
LONGEST = 100_000
"""Tokens of an answer that are looked at."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """Natural logarithms; the entropy is in nats, over the alternatives that were sent with each token."""

    mean: float | None = None
    least: float | None = None
    entropy: float | None = None

    def as_fields(self) -> dict[str, Any]:
        return {"logprob_mean": self.mean, "logprob_min": self.least, "logprob_entropy": self.entropy}


UNKNOWN = Certainty()


def read_certainty(body: Any) -> Certainty:
    """Of the first answer in a response's body.

    >>> read_certainty({"choices": [{"logprobs": {"content": [{"logprob": -0.5}, {"logprob": -1.5}]}}]})
    Certainty(mean=-1.0, least=-1.5, entropy=None)
    """
    if not isinstance(body, dict):
        return UNKNOWN
    first = first_mapping(body.get("choices")) or first_mapping(body.get("candidates"))
    if "avgLogprobs" in first or "avg_logprobs" in first:
        return Certainty(mean=read_logprob(first.get("avgLogprobs", first.get("avg_logprobs"))))
    tokens = list_tokens(first.get("logprobs")) or [token for item in list_texts(body) for token in list_tokens(item)]
    return summarise_tokens(tokens[:LONGEST])


def read_told_certainty(attributes: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """As our own SDK measured it, by the fields of a `Generation`."""
    values = {field: attributes.get(key) for field, key in TOLD.items()}
    return {field: value for field, value in values.items() if isinstance(value, float) and math.isfinite(value)}


def summarise_tokens(tokens: Sequence[Mapping[str, Any]]) -> Certainty:
    """Of tokens with a `logprob` and, where they were asked for, their `top_logprobs`."""
    told = [value for token in tokens if (value := read_logprob(token.get("logprob"))) is not None]
    if not told:
        return UNKNOWN
    entropies = [value for token in tokens if (value := measure_entropy(token.get("top_logprobs"))) is not None]
    entropy = math.fsum(entropies) / len(entropies) if entropies else None
    return Certainty(math.fsum(told) / len(told), min(told), entropy)


def measure_entropy(alternatives: Any) -> float | None:
    """Entropy in nats over at least two alternatives, as if there were no others.

    >>> measure_entropy([{"logprob": -1.0}, {"logprob": -1.0}]) == math.log(2)
    True
    """
    listed = alternatives.values() if isinstance(alternatives, dict) else list_of(alternatives)
    told = [read_logprob(each.get("logprob") if isinstance(each, dict) else each) for each in listed]
    weights = [math.exp(value) for value in told if value is not None]
    total = math.fsum(weights)
    if len(weights) < 2 or not total:
        return None
    return -math.fsum(weight / total * math.log(weight / total) for weight in weights if weight)


def list_tokens(logprobs: Any) -> list[Mapping[str, Any]]:
    """The tokens of a choice's `logprobs`: a list, one under `content`, or, of old completions, several lists."""
    if isinstance(logprobs, dict) and isinstance(logprobs.get("token_logprobs"), list):
        tops = list_of(logprobs.get("top_logprobs"))
        tops = tops if len(tops) == len(logprobs["token_logprobs"]) else [None] * len(logprobs["token_logprobs"])
        return [
            {"logprob": each, "top_logprobs": top} for each, top in zip(logprobs["token_logprobs"], tops, strict=True)
        ]
    content = logprobs.get("content") if isinstance(logprobs, dict) else logprobs
    return [token for token in list_of(content) if isinstance(token, dict)]


def list_texts(body: Mapping[str, Any]) -> Iterable[Any]:
    """The `logprobs` of each text of a response."""
    for item in list_of(body.get("output")):
        for part in list_of(item.get("content") if isinstance(item, dict) else None):
            if isinstance(part, dict):
                yield part.get("logprobs")


def read_logprob(value: Any) -> float | None:
    """A finite number of at most 0; APIs send -9999 for a token that was all but impossible."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e5 < value <= 1e-6:
        return None
    return min(float(value), 0.0)


def first_mapping(value: Any) -> Mapping[str, Any]:
    listed = list_of(value)
    return listed[0] if listed and isinstance(listed[0], dict) else {}


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
