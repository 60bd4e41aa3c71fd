"""Repeatable chance: the same key always draws the same number, in every process and on every machine."""

from hashlib import sha256
from statistics import NormalDist


def draw_share(*key: object) -> float:
    """A number in (0, 1), evenly spread over keys."""
    digest = sha256("\x1f".join(map(str, key)).encode()).digest()
    return (int.from_bytes(digest[:6]) + 0.5) / 2**48


def draw_lognormal(median: float, sigma: float, *key: object) -> float:
    """A positive number with that median; `sigma` is the standard deviation of its logarithm."""
    return float(median * 2.718281828459045 ** NormalDist(0, sigma).inv_cdf(draw_share(*key)))
