"""What is usual in a service: how long its conversations are, how long its answers take, how sure its models are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENOUGH = 50
"""Of fewer nothing is said to be usual."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the middle and the ends of a quantity lie, over `count` observations."""

    count: int
    low: float
    """Five of a hundred are lower."""
    middle: float
    high: float
    """Five of a hundred are higher."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Of one project, over the last thirty days; what there is not enough of is missing."""

    turns: Mapping[str, Spread] = field(default_factory=dict)
    """By service, turns of a conversation."""
    seconds: Mapping[tuple[str, str], Spread] = field(default_factory=dict)
    """By service and model, from asking to the end of a complete answer."""
    logprobs: Mapping[tuple[str, str], Spread] = field(default_factory=dict)
    """By service and model, mean log-probability of an answer's tokens."""
    named: Mapping[str, float] = field(default_factory=dict)
    """By service, the share (0 to 1) of conversations that tell their user."""


UNKNOWN = Usual()
