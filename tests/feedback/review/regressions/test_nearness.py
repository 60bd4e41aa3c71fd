"""Nearness to the better answer, on answers written by hand: good ones pass, the failure in other words does not."""

from feedback.review.regressions.checks import find_fault
from tests.feedback.review.regressions.answers import FOURS

LEAST_RIGHT = 46
"""Of two judged answers for each of the fours."""


def test_answers_in_other_words_are_mostly_judged_rightly() -> None:
    right = 0
    for each in FOURS:
        case = {"bad_answer": each.bad, "better_answer": each.better}
        right += find_fault({"kind": "nearer"}, case, each.good_again) == ""
        right += find_fault({"kind": "nearer"}, case, each.bad_again) != ""
    assert 2 * len(FOURS) == 48
    assert right >= LEAST_RIGHT
