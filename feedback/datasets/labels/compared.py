"""A pair: of two answers to the same message that somebody saw side by side, the one that they called better wins."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from feedback.comparisons.comparison import NAME, ComparisonError, Side, read_comparison
from feedback.datasets.labels.examples import find_fault
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.opinions import Opinion
from feedback.datasets.labels.pair import Case, Choice, Claim, build_pair, find_reason
from feedback.datasets.labels.statements import list_current
from feedback.datasets.record import Reason, Record
from feedback.detectors.targets import Target, TargetFinder
from feedback.explicit import Feedback

RULE: Final = "compared"
MARGIN: Final = 1.0
"""As a thumb up and one down: nobody says by how much."""


def find_claims(case: Case) -> Iterator[Claim]:
    """One for each choice, the latest first."""
    for choice in reversed(case.choices):
        yield Claim(RULE, choice.rejected, _pair(case, choice))


def collect_choices(course: Course) -> Mapping[int, Sequence[Choice]]:
    """What people chose, by index of the turn, the oldest first; comparisons of answers to different messages, or that
    name no answers, are none."""
    told = [each for each in list_current(course.labelled.feedback) if each.name == NAME]
    if not told:
        return {}
    finder = TargetFinder(course.conversation)
    found: dict[int, list[Choice]] = defaultdict(list)
    for feedback in told:
        sides = _find_sides(finder, feedback)
        if sides and sides[0].turn.index == sides[1].turn.index and sides[0].attempt != sides[1].attempt:
            found[sides[0].turn.index].append(Choice(sides[0].answer, sides[1].answer))
    return found


def _find_sides(finder: TargetFinder, feedback: Feedback) -> tuple[Target, Target] | None:
    """The better answer and the other; None where neither is better, or one of them is none of the conversation."""
    try:
        told = read_comparison(feedback)
    except ComparisonError:
        return None
    better, other = (told.a, told.b) if told.outcome == "a" else (told.b, told.a)
    if told.outcome not in ("a", "b"):
        return None
    chosen, rejected = _find_answer(finder, feedback, better), _find_answer(finder, feedback, other)
    return (chosen, rejected) if chosen and rejected else None


def _find_answer(finder: TargetFinder, feedback: Feedback, side: Side) -> Target | None:
    return finder.find(
        replace(feedback, conversation_id="", trace_id=side.trace_id, span_id=side.span_id, message_id=side.message_id)
    )


def _pair(case: Case, choice: Choice) -> Record | Reason:
    reason = find_fault(choice.rejected) or find_reason(case, choice.chosen, choice.rejected)
    opinion = Opinion(NAME, good=True, is_explicit=True)
    return reason or build_pair(case, RULE, choice.chosen, choice.rejected, opinion, MARGIN)
