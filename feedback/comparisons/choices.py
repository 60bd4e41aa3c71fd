"""What people did with several answers to one message, as comparisons: a turn's answers come in, `Choice`s go out.

An answer is chosen that the user copied or accepted while another was not; else the one that the conversation goes on
from; else, where that is not known, the last one, which stayed. Answers that the user never saw do not count: those
that a program replaced by itself, and failures. A second answer is only asked for when the first did not do, so the
one that was shown first mostly loses; the term for the order takes that, and where nothing else is known it takes all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

USED = "used"
WENT_ON = "went on"
STAYED = "stayed"
REASONS = {
    USED: "copied or accepted, the other not",
    WENT_ON: "the conversation went on from it",
    STAYED: "stayed after the other was replaced",
}
SEEN = ("completed", "truncated", "stopped")


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One of the answers to a message, in the order in which they were shown."""

    trace_id: str
    span_id: str
    model: str
    characters: int
    outcome: str
    is_replaced: bool
    """Whether a person asked for another instead; without it and not the last, a program did."""
    is_used: bool
    """Whether the user copied or accepted it."""
    told: frozenset[int] = frozenset()
    """Keys of the histories that may go on from it; see `tracing.histories`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Of two answers the user chose one. Both are given by their place among those that were shown."""

    chosen: int
    other: int
    why: str

    @property
    def is_first_chosen(self) -> bool:
        return self.chosen < self.other


def list_choices(answers: Sequence[ShownAnswer], continued: frozenset[int]) -> Iterator[Choice]:
    """The choices among answers to one message; `continued` are the keys of what the next turn goes on from."""
    seen = [place for place, each in enumerate(answers) if was_seen(answers, place)]
    used = [place for place in seen if answers[place].is_used]
    if used:
        chosen, why = used, USED
    elif went_on := find_continued(answers, seen, continued):
        chosen, why = went_on, WENT_ON
    else:
        chosen, why = [place for place in seen[-1:] if stayed(answers, place)], STAYED
    for one, other in product(chosen, seen):
        if other not in chosen:
            yield Choice(one, other, why)


def was_seen(answers: Sequence[ShownAnswer], place: int) -> bool:
    answer = answers[place]
    return answer.outcome in SEEN and (answer.is_replaced or place == len(answers) - 1)


def stayed(answers: Sequence[ShownAnswer], place: int) -> bool:
    """Whether it is the last one, and nobody stopped it or asked for yet another."""
    answer = answers[place]
    return place == len(answers) - 1 and not answer.is_replaced and answer.outcome != "stopped"


def find_continued(answers: Sequence[ShownAnswer], seen: Sequence[int], continued: frozenset[int]) -> list[int]:
    """The only answer whose own history the next turn goes on from; none where several have it."""
    own = [
        place
        for place in seen
        if continued
        & (answers[place].told - frozenset().union(*(answers[other].told for other in seen if other != place)))
    ]
    return own if len(own) == 1 else []
