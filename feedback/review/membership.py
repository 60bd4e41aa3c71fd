"""What reviewers said of conversations in failure modes comes in; how many of each mode's belong to it goes out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from feedback.review.weighted import WeightedShare, estimate_share

LEAST_REVIEWED: Final = 5
"""Members of a mode that were reviewed, before anything is said of it."""
MOST_PART: Final = 0.5
NONE: Final = 0

Verdict = Literal["unsure", "verified", "mixed"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A conversation of which reviewers said to which failure mode it belongs."""

    conversation_id: str
    held: int
    """The mode that Tacit had it in as it was drawn, `NONE` for none."""
    said: int
    """The mode that reviewers said, `NONE` for none of those that there were."""
    propensity: float = 1.0
    """With which probability it was chosen, over 0 to 1."""


@dataclass(frozen=True, slots=True)
class Membership:
    """What reviews say of a mode. The share is that of all its conversations that belong to it."""

    reviewed: int = 0
    """Conversations that Tacit had in it and that were reviewed."""
    belonging: int = 0
    """Those of them of which reviewers said the same."""
    found: int = 0
    """Conversations that Tacit had elsewhere or nowhere and that belong to it."""
    share: WeightedShare | None = None

    @property
    def verdict(self) -> Verdict:
        """Verified where surely more than half belongs to it, mixed where surely less does."""
        if self.share is None or self.reviewed < LEAST_REVIEWED:
            return "unsure"
        if self.share.low > MOST_PART:
            return "verified"
        return "mixed" if self.share.high < MOST_PART else "unsure"

    @property
    def is_verified(self) -> bool:
        return self.verdict == "verified"

    @property
    def missing(self) -> int:
        """Members that are still to be reviewed, at least, before it can be verified."""
        return max(0, LEAST_REVIEWED - self.reviewed)


def measure_memberships(judged: Iterable[Judged]) -> dict[int, Membership]:
    """By the number of the mode, of those that reviews say anything of.

    >>> five = [Judged(f"c-{number}", held=3, said=3) for number in range(5)]
    >>> found = measure_memberships([*five, Judged("c-9", held=0, said=3)])[3]
    >>> found.reviewed, found.belonging, found.found, found.verdict
    (5, 5, 1, 'verified')
    """
    every = list(judged)
    held: defaultdict[int, list[Judged]] = defaultdict(list)
    found: defaultdict[int, int] = defaultdict(int)
    for each in every:
        held[each.held].append(each)
        found[each.said] += each.said != each.held
    numbers = sorted({each.held for each in every} | {each.said for each in every} - {NONE})
    return {number: _measure(number, held[number], found[number]) for number in numbers if number != NONE}


def _measure(number: int, members: list[Judged], found: int) -> Membership:
    hits = [each.said == number for each in members]
    weights = [1 / each.propensity for each in members]
    share = estimate_share(hits, weights, [each.conversation_id for each in members])
    return Membership(len(members), sum(hits), found, share)


NOT_REVIEWED: Final = Membership()


def find_membership(found: Mapping[int, Membership], number: int) -> Membership:
    return found.get(number, NOT_REVIEWED)
