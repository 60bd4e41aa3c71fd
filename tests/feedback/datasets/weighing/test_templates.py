"""Questions that differ in numbers, names and placeholders only are one template."""

import pytest

from feedback.datasets.weighing.templates import find_template
from tests.feedback.datasets.outlining import make_record


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is my order 12345?", "where is my order #99-b1?"),
        ("Please write to <EMAIL_1> about the bill.", "Please write to <EMAIL_2> about the bill."),
        ("How do I get to Berlin from Rome?", "How do I get to Paris from Oslo?"),
        ("Stop.  Now!", "stop now"),
    ],
)
def test_numbers_names_and_placeholders_do_not_count(one: str, other: str) -> None:
    assert find_template(make_record(one, "a")) == find_template(make_record(other, "b"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Where is my order?", "Cancel my order."), ("17", "18"), ("Berlin", "Rome"), ("\ud800", "\ud801")],
)
def test_other_questions_are_other_templates(one: str, other: str) -> None:
    assert find_template(make_record(one, "a")) != find_template(make_record(other, "a"))


def test_nouns_of_german_are_no_names() -> None:
    one, other = (make_record(f"Was kostet der {noun}?", "a", language="de") for noun in ("Tisch", "Stuhl"))
    assert find_template(one) != find_template(other)


def test_the_same_word_after_another_talk_is_another_template() -> None:
    one, other = (make_record(f"tell me {what}", "so", "go on", "and so on") for what in ("a story", "the news"))
    assert find_template(one) != find_template(other)


def test_who_wrote_nothing_has_no_template() -> None:
    assert find_template(make_record(" \n", "a")) == ""
