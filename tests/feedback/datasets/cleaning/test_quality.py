"""Answers that nobody should imitate go; as the worse side of a pair, or undesirable, they may stay."""

from typing import Any

import pytest

from feedback.datasets.cleaning import QUALITY
from feedback.datasets.cleaning.quality import goes_in_circles
from feedback.datasets.record import Reason
from tests.feedback.datasets.cleaning.rows import apply, call, row
from tracing.generations import Message

REFUSAL = "I'm sorry, but I can't help with that."
LOOP = "The parcel is on its way. " * 8


def judge(*prompt: Message | str, **fields: Any) -> Reason | None:
    [kept] = apply(QUALITY, row(*prompt, **fields))
    return kept if isinstance(kept, Reason) else None


def test_a_good_answer_stays() -> None:
    assert judge("Where is it?", answer="It is on its way and comes on Tuesday.") is None


@pytest.mark.parametrize(("label", "reason"), [(None, Reason.REFUSAL), (True, Reason.REFUSAL), (False, None)])
def test_a_refusal_is_no_example_but_of_what_is_bad(label: bool | None, reason: Reason | None) -> None:
    assert judge("Where is my parcel?", answer=REFUSAL, label=label) is reason
    assert judge("Where is my parcel?", answer="On its way.", rejected=REFUSAL) is None


def test_a_refusal_of_harm_or_one_that_was_wished_or_that_helps_stays() -> None:
    assert judge("How can I poison my neighbour?", answer=REFUSAL) is None
    assert judge("Write a short mail that declines the offer", answer="I'm sorry, but I can't accept it.") is None
    helps = REFUSAL + " However, you can do it yourself:\n- open the settings\n- press the button"
    assert judge("Where is my parcel?", answer=helps) is None


@pytest.mark.parametrize(("label", "reason"), [(None, Reason.LOOP), (True, Reason.LOOP), (False, None)])
def test_a_loop_is_no_example_but_of_what_is_bad(label: bool | None, reason: Reason | None) -> None:
    assert judge("Where is it?", answer=LOOP, label=label) is reason
    assert judge("Where is it?", answer="On its way.", rejected=LOOP) is None


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("no " * 40, True),
        ("First this. Then: " + "a b c d e f g " * 10, True),
        ("我会看看。" * 20, True),
        ("All is well so far, and then it goes on and on. " + "and so on, " * 20, True),
        ("| 0 | 0 | 0 | 0 |\n" * 20, False),
        ("```\n" + "x = x + 1\n" * 30 + "```", False),
        ("-" * 200, False),
        ("Monday: open. Tuesday: open. Wednesday: open. Thursday: open. Friday: open. Saturday: closed. " * 2, False),
        ("Yes, yes, yes, yes!", False),
        ("", False),
    ],
)
def test_what_goes_in_circles(text: str, loops: bool) -> None:
    assert goes_in_circles(text) is loops


def test_a_row_longer_than_asked_goes_by_the_longer_of_its_answers() -> None:
    prompt = ("x" * 50, call({"q": "y" * 10}), Message("tool", "z" * 10, tool_call_id="call-1"))
    length = 50 + len('{"q": "yyyyyyyyyy"}') + 10
    record = row(*prompt, answer="a" * 5, rejected="b" * 20)
    assert apply(QUALITY, record, longest=length + 20) == [record]
    assert apply(QUALITY, record, longest=length + 19) == [Reason.TOO_LONG]


def test_an_answer_that_says_nothing_goes() -> None:
    assert judge("Hello", answer=" \n") is Reason.EMPTY
