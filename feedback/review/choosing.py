"""Which things are judged: candidates with how strongly each reason speaks for them come in, items go out, each with
the probability with which it was chosen.

Each reason would draw on its own, in proportion to its strength and never surer than surely; random draws from all
alike. So an item is chosen with pi = 1 - (1 - pi_uncertain)(1 - pi_disagreement)(1 - pi_failure_mode)(1 - pi_random),
where one factor for all is found that makes these add up to the size that is asked for. Exactly that many are taken, by
systematic sampling in an order that a hash shuffles, which keeps each one's pi. Where there are no more than asked for,
all are, surely and by chance alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from feedback.review.items import Item
from feedback.review.queue import Mix, Reason

Array = NDArray[np.float64]
REASONS = tuple(Reason)
"""Columns of chances; the last is random."""
STEPS = 60
"""Of halving: doubles have no more digits."""
CHANCES_OF_A_THING = 3
"""For where it stands in the order of the draw, for which reason is told, for its place among the items."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What could be judged, and from 0 to 1 how strongly each reason speaks for it. Turns as of an `Item`."""

    conversation_id: str
    turn_index: int
    answer_turn: int
    uncertain: float = 0.0
    disagreement: float = 0.0
    failure_mode: float = 0.0


def choose(candidates: Sequence[Candidate], mix: Mix, size: int, seed: str) -> list[Item]:
    """As many as asked for, or all, in an order that tells nothing; of the same candidates and seed the same."""
    if not candidates or size < 1:
        return []
    chances = find_chances(measure_strengths(candidates), np.array(astuple(mix)), size)
    propensities = unite(chances)
    orders, tellings, places = draw_numbers(candidates, seed).T
    taken = take(propensities, orders, draw_start(seed))
    return [
        Item(
            candidates[row].conversation_id,
            candidates[row].turn_index,
            candidates[row].answer_turn,
            tell_reason(chances[row], float(tellings[row])),
            min(1.0, float(propensities[row])),
        )
        for row in sorted(taken, key=lambda row: float(places[row]))
    ]


def measure_strengths(candidates: Sequence[Candidate]) -> Array:
    """A row for each, a column for each reason; random speaks for all alike."""
    return np.array([[each.uncertain, each.disagreement, each.failure_mode, 1.0] for each in candidates])


def find_chances(strengths: Array, parts: Array, size: int) -> Array:
    """With which probability each reason alone would choose each, so that all together choose `size` or, if there are
    not as many, all."""
    if size >= len(strengths):
        return np.ones_like(strengths)
    totals = strengths.sum(axis=0)
    shares = strengths / np.where(totals > 0, totals, 1.0) * (parts / parts.sum())
    low, high = 0.0, 1.0 / float(shares[0, -1])  # there random alone takes all
    for _ in range(STEPS):
        middle = (low + high) / 2
        is_short = unite(np.minimum(1.0, middle * shares)).sum() < size
        low, high = (middle, high) if is_short else (low, middle)
    chances: Array = np.minimum(1.0, high * shares)
    return chances


def unite(chances: Array) -> Array:
    """The probability that at least one of independent reasons chooses."""
    united: Array = 1.0 - np.prod(1.0 - chances, axis=1)
    return united


def take(propensities: Array, orders: Array, start: float) -> list[int]:
    """Rows by systematic sampling: put end to end in this order, those that a mark of every 1 falls on."""
    order = np.argsort(orders, kind="stable")
    ends = np.cumsum(propensities[order]) + start
    marks = np.floor(np.round(ends, 9))  # sums of certain ones end where they should
    is_hit = np.diff(marks, prepend=np.floor(start)) > 0
    return [int(row) for row in order[is_hit]]


def tell_reason(chances: Array, chance: float) -> Reason:
    """One that chose it: random as often as random would have, so that what is told to be random is a sample of its
    own; else each of the others as often as it chooses beside them."""
    by_random, by_all = float(chances[-1]), float(unite(chances[None, :])[0])
    by_others = np.cumsum(chances[:-1])
    left = chance * by_all - by_random
    if left < 0 or by_others[-1] <= 0:
        return Reason.RANDOM
    place = np.searchsorted(by_others, left / (by_all - by_random) * by_others[-1], side="right")
    return REASONS[min(int(place), len(REASONS) - 2)]


def draw_numbers(candidates: Sequence[Candidate], seed: str) -> Array:
    """Numbers of 0 to 1 by chance, three for each, which hang on the seed and on what it is alone."""
    told = (f"{seed}\0{each.turn_index}\0{each.conversation_id}" for each in candidates)
    digests = b"".join(digest(each, CHANCES_OF_A_THING) for each in told)
    return to_numbers(digests).reshape(-1, CHANCES_OF_A_THING)


def draw_start(seed: str) -> float:
    return float(to_numbers(digest(seed, 1))[0])


def digest(text: str, count: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8 * count).digest()


def to_numbers(digests: bytes) -> Array:
    """As many digits as a double has, so that none is rounded to 1."""
    numbers: Array = (np.frombuffer(digests, "<u8") >> np.uint64(11)).astype(np.float64)
    return numbers * 2.0**-53
