"""A pair: of two answers to the same message that people rated, the one with the clearly better rating wins."""

from collections.abc import Iterator, Mapping
from typing import Final

from feedback.datasets.examples import find_fault
from feedback.datasets.opinions import Opinion, list_explicit, weigh_opinions
from feedback.datasets.pair import Case, Claim, build_pair, find_reason
from feedback.datasets.record import Reason, Record
from tracing.conversations import Answer

RULE: Final = "rated"
LEAST_DIFFERENCE: Final = 0.5
"""Of the scale: a thumb up and one down are 1, five stars and three are 0.5."""


def find_claims(case: Case) -> Iterator[Claim]:
    """One for each answer that was rated clearly worse than the best, the latest first; by how much is the margin."""
    if not case.turn.alternatives:
        return
    places = {number: opinion for number, opinion in _read_places(case).items() if opinion.place is not None}
    if len(places) < len(("one", "other")):
        return
    best = max(places, key=lambda number: (places[number].place or 0, number))
    for number in sorted(places, reverse=True):
        margin = (places[best].place or 0) - (places[number].place or 0)
        if margin >= LEAST_DIFFERENCE:
            rejected = case.turn.answers[number]
            yield Claim(RULE, rejected, _pair(case, case.turn.answers[best], rejected, places[best], margin))


def _read_places(case: Case) -> Mapping[int, Opinion]:
    """The rating of each answer that was given one and not another that contradicts it."""
    explicit = (list_explicit(case.list_opinions(answer)) for answer in case.turn.answers)
    weighed = (weigh_opinions([each for each in opinions if each.place is not None]) for opinions in explicit)
    return {number: each for number, each in enumerate(weighed) if isinstance(each, Opinion)}


def _pair(case: Case, chosen: Answer, rejected: Answer, opinion: Opinion, margin: float) -> Record | Reason:
    reason = find_fault(rejected) or find_reason(case, chosen, rejected)
    return reason or build_pair(case, RULE, chosen, rejected, opinion, margin)
