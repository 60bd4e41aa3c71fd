"""What users of one failure mode say alike: their failures come in, the numbers and dates that they hold against those
of the answers go out, as a check of each answer that has the wrong one.

Who complains seldom says whole what is right. But where users of three conversations hold 30 against the 14 of their
answers, a new answer that says 14 and not 30 has failed again, and one that says neither may be well. Where the answer
has it from does not matter: instructions that are out of date are what such failures come from.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.review.regressions.case import Check, Failure
from feedback.review.regressions.checks import holds
from feedback.review.regressions.values import Value, list_values

LEAST_ALIKE: Final = 3
"""Conversations."""
KINDS: Final = ("number", "date")
"""Of values that one can be wrong about and another right; names that several users tell are what they talk of."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Of one failure mode."""

    right: tuple[Value, ...] = ()
    wrong: tuple[Value, ...] = ()


def find_agreed(failures: Sequence[Failure]) -> Agreed:
    """What users of at least three conversations say, and what at least three answers say in its place."""
    right = count_alike(failures, list_told)
    wrong = [each for each in count_alike(failures, list_made) if each not in right]
    return Agreed(tuple(right), tuple(wrong)) if right and wrong else Agreed()


def count_alike(failures: Iterable[Failure], list_own: Callable[[Failure], Iterator[Value]]) -> list[Value]:
    """Those that enough failures have, in an order that stays."""
    counts = Counter(value for failure in failures for value in set(list_own(failure)))
    return sorted(value for value, count in counts.items() if value.kind in KINDS and count >= LEAST_ALIKE)


def list_told(failure: Failure) -> Iterator[Value]:
    """What its user says, and neither the answer nor they before it did."""
    before = f"{read_asked(failure)}\n{failure.bad_answer}"
    yield from (each for each in list_values(failure.reaction) if not is_said(before, each))


def list_made(failure: Failure) -> Iterator[Value]:
    """What the answer says, and its user did not before it."""
    asked = read_asked(failure)
    yield from (each for each in list_values(failure.bad_answer) if not is_said(asked, each))


def read_asked(failure: Failure) -> str:
    """All that its user had said."""
    return "\n".join([failure.request, *(each.content for each in failure.prompt if each.role == "user")])


def read_given(failure: Failure) -> str:
    return "\n".join(each.content for each in failure.prompt)


def is_said(text: str, value: Value) -> bool:
    return any(holds(text, way) for way in value.ways)


def check_agreed(failure: Failure, agreed: Agreed) -> Iterator[Check]:
    """For each kind of value of which the answer has the wrong one."""
    for kind in KINDS:
        right = [each for each in agreed.right if each.kind == kind]
        wrong = [each for each in agreed.wrong if each.kind == kind and is_said(failure.bad_answer, each)]
        if right and wrong:
            told = [", ".join(f"“{each.text}”" for each in values) for values in (right, wrong)]
            ways = {
                "right": [way for each in right for way in each.ways],
                "wrong": [way for each in wrong for way in each.ways],
            }
            yield {"kind": "instead", **ways, "why": f"in several conversations users hold {told[0]} against {told[1]}"}
