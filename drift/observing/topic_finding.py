"""Vectors of first messages come in, the centres of topics go out, and names by their words: spherical k-means.

Topics are only to be the same from day to day, not to be right: a shift between two halves of one topic is told by
neither, one of both by either. What they say of people is little: a word of a name stands in several conversations.
"""

import math
from collections.abc import Sequence

import numpy as np

from drift.observing.topics import Numbers, Vectors
from feedback.failure_modes.clustering import normalise
from feedback.failure_modes.naming import TITLE_TERMS, Name, name_groups, shorten

FEWEST, MOST = 4, 20
"""Topics: each is a part of one metric."""
PER_TOPIC = 10
SEED = 12
ROUNDS = 40
LEAST_TEXTS = 3
"""That a word of a name stands in."""


def choose_number(conversations: int) -> int:
    """
    >>> [choose_number(count) for count in (300, 1_000, 100_000)]
    [5, 10, 20]
    """
    return min(MOST, max(FEWEST, round(math.sqrt(conversations / PER_TOPIC))))


def find_centres(vectors: Vectors, number: int) -> Vectors:
    """Rows of length one, the largest topic first; fewer where rows are not so many different ones."""
    centres = draw_centres(vectors, number)
    topics = np.full(len(vectors), -1)
    for _ in range(ROUNDS):
        found = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(found, topics):
            break
        topics = found
        sums = np.zeros_like(centres)
        np.add.at(sums, topics, vectors)
        counts = np.bincount(topics, minlength=len(centres))
        centres = np.where(counts[:, None] > 0, normalise(sums), centres)
    counts = np.bincount((vectors @ centres.T).argmax(axis=1), minlength=len(centres))
    return centres[np.argsort(-counts, kind="stable")][: int((counts > 0).sum())]


def draw_centres(vectors: Vectors, number: int) -> Vectors:
    """By k-means++: far from each other rather than near."""
    dice = np.random.default_rng(SEED)
    chosen = [int(dice.integers(len(vectors)))]
    apart = 1 - vectors @ vectors[chosen[0]]
    while len(chosen) < number:
        weights = np.maximum(apart, 0.0).astype(np.float64)
        if weights.sum() <= 1e-6:
            break
        chosen.append(int(dice.choice(len(vectors), p=weights / weights.sum())))
        apart = np.minimum(apart, 1 - vectors @ vectors[chosen[-1]])
    return vectors[chosen]


def find_nearest(vectors: Vectors, centres: Vectors, most: int) -> list[Numbers]:
    """Of each topic the rows that are nearest to its centre, of its own rows."""
    likeness = vectors @ centres.T
    topics = likeness.argmax(axis=1)
    nearest = []
    for number in range(len(centres)):
        own = np.flatnonzero(topics == number)
        nearest.append(own[np.argsort(-likeness[own, number], kind="stable")][:most])
    return nearest


def name_topics(texts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A name for each topic by texts of it: words that stand in several of them, else its number."""
    known = [each if each else [""] for each in texts]
    found = name_groups(known)
    names = [tell_name(name, len(own)) for name, own in zip(found, known, strict=True)]
    return tuple(name or f"topic {number}" for number, name in enumerate(names, 1))


def tell_name(name: Name, texts: int) -> str:
    common = [term.text for term in name.terms if term.within * (texts + 1) >= LEAST_TEXTS]
    return shorten(", ".join(common[:TITLE_TERMS]))
