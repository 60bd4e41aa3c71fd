"""Several questions are asked at once, and none waits for a thread that waits for it."""

import threading

import pytest

from tracing.together import AT_ONCE, ask_together


def test_answers_come_in_the_order_of_the_questions() -> None:
    assert ask_together(lambda: 1, lambda: 2, lambda: 3) == [1, 2, 3]


def test_questions_are_asked_at_once() -> None:
    both = threading.Barrier(2, timeout=5)
    assert sorted(ask_together(both.wait, both.wait)) == [0, 1]


def test_questions_may_ask_together_themselves_however_deep() -> None:
    def count(depth: int) -> int:
        return 1 if depth == 0 else sum(ask_together(*[lambda: count(depth - 1)] * 3))

    assert AT_ONCE < 3**4
    assert count(4) == 3**4


@pytest.mark.parametrize("failing", [0, 1])
def test_what_goes_wrong_is_told_to_whoever_asked(failing: int) -> None:
    questions = [lambda: 1, lambda: 1]
    questions[failing] = lambda: 1 // 0
    with pytest.raises(ZeroDivisionError):
        ask_together(*questions)
