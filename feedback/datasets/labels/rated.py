"""A pair: of two answers to the same message that people rated, the one with the clearly better rating wins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.datasets.labels.examples import find_fault
from feedback.datasets.labels.opinions import Opinion, list_explicit, weigh_opinions
from feedback.datasets.labels.pair import Case, Claim, build_pair, find_reason
from feedback.datasets.record import Reason, Record
from tracing.conversations import Answer

RULE: Final = "rated"
LEAST_DIFFERENCE: Final = 0.5
"""Of the scale: a thumb up and one down are 1, five stars and three are 0.5."""


@dataclass(frozen=True, slots=True)
class Rating:
    """Where on its scale, 0 the worst and 1 the best, people put an answer."""

    answer: Answer
    opinion: Opinion
    place: float


def find_claims(case: Case) -> Iterator[Claim]:
    """One for each answer that was rated clearly worse than the best, the latest first; by how much is the margin."""
    ratings = _list_ratings(case) if case.turn.alternatives else []
    best = max(ratings, key=lambda rating: rating.place, default=None)
    for rating in ratings:
        if best and best.place - rating.place >= LEAST_DIFFERENCE:
            yield Claim(RULE, rating.answer, _pair(case, best, rating))


def _list_ratings(case: Case) -> list[Rating]:
    """Of each answer that was given one and not another that contradicts it, the latest answer first."""
    weighed = ((answer, _weigh(case.list_opinions(answer))) for answer in reversed(case.turn.answers))
    return [
        Rating(answer, opinion, opinion.place)
        for answer, opinion in weighed
        if isinstance(opinion, Opinion) and opinion.place is not None
    ]


def _weigh(opinions: Sequence[Opinion]) -> Opinion | Reason:
    return weigh_opinions([opinion for opinion in list_explicit(opinions) if opinion.place is not None])


def _pair(case: Case, best: Rating, worse: Rating) -> Record | Reason:
    reason = find_fault(worse.answer) or find_reason(case, best.answer, worse.answer)
    return reason or build_pair(case, RULE, best.answer, worse.answer, best.opinion, best.place - worse.place)
