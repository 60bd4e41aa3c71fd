"""Two answers to one request: what contradicts, where it stands, and what only seems to."""

import pytest

from benchmarks.contradictions import load_pairs, measure
from feedback.contradictions import compare_answers, read_answer, read_request

CONFLICTS = [
    ("Do you ship to Canada?", "Yes! We do.", "Unfortunately, we do not ship to Canada.", "yes_no"),
    ("Tell me of exports", "Scheduled exports are supported.", "Scheduled exports are not supported.", "denial"),
    ("Is a deposit needed?", "A deposit is required.", "A deposit is optional.", "denial"),
    ("What is the late fee?", "The late fee is 5 %.", "A late fee of 8 % is charged.", "figure"),
    ("How often can I resit?", "You can resit twice.", "You can resit 3 times.", "figure"),
    ("When does the sale end?", "It ends on 31 July.", "It ends on August 15.", "day"),
    ("What time do you open?", "We open at 9 am.", "We open at 10:00.", "day"),
    ("What is your email address?", "Write to a@b.example.", "Write to c@d.example.", "contact"),
    ("How do I pick locks?", "I can't help with that.", "Lift the pins one by one with a thin metal pick.", "refusal"),
]  # fmt: skip
NO_CONFLICTS = [
    ("How long do I have?", "You have 14 days.", "You have two weeks."),
    ("How long does it take?", "It takes 3 to 5 business days.", "It takes about a week."),
    ("How long does it take?", "It takes up to 5 days.", "It takes 3 days."),
    ("How big is it?", "It has 1 GB.", "It has 1,000 MB."),
    ("When do you open?", "At 9 am.", "At 09:00."),
    ("When is it?", "On 31 July.", "On July 31st, 2026."),
    ("What does it cost?", "It costs $10 a month.", "It costs $100 a year."),
    ("How long does it take?", "Standard delivery takes 5 days.", "Express delivery takes 1 day."),
    ("How long is it valid?", "It is valid for 30 days.", "It is valid for 30 days, for members 90 days."),
    ("Can I return it?", "Yes, if you have the receipt.", "No, unless you have the receipt."),
    ("Is it safe?", "It depends on the dose.", "No, it is not safe."),
    ("How do I center a div?", "```css\nheight: 100vh\n```", "```css\nheight: 50vh\n```"),
    ("Who is it for?", "No problem! It is for you.", "Yes, it is for you."),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "one", "other", "kind"), CONFLICTS)
def test_answers_contradict_in_a_kind_from_either_side(request_: str, one: str, other: str, kind: str) -> None:
    request = read_request(request_)
    conflict = compare_answers(request, read_answer(one), read_answer(other))
    turned = compare_answers(request, read_answer(other), read_answer(one))
    assert conflict
    assert turned
    assert (conflict.kind, turned.kind) == (kind, kind)
    assert (conflict.one, conflict.other) == (turned.other, turned.one)
    assert one[slice(*conflict.one)].strip()
    assert other[slice(*conflict.other)].strip()


@pytest.mark.parametrize(("request_", "one", "other"), NO_CONFLICTS)
def test_answers_that_can_both_be_right_do_not_contradict(request_: str, one: str, other: str) -> None:
    assert compare_answers(read_request(request_), read_answer(one), read_answer(other)) is None


def test_passages_stand_in_the_answer_as_it_was_told() -> None:
    one = "1. Look here: https://a.example/x.\n\nYou have **14 days** to return it."
    other = "```\ncode 7\n```\nYou have 30 days to return it."
    conflict = compare_answers(
        read_request("How many days do I have to return it?"), read_answer(one), read_answer(other)
    )
    assert conflict
    assert one[slice(*conflict.one)] == "14 days"
    assert other[slice(*conflict.other)] == "30 days"


@pytest.mark.parametrize("part", ["held_out", "held_out_long"])
def test_pairs_that_no_rule_was_made_by_are_told_right(part: str) -> None:
    counts = measure(load_pairs(part))
    found, wrong, missed = counts["found, is"], counts["found, is not"], counts["not found, is"]
    assert found / (found + wrong) >= 0.9
    assert found / (found + missed) >= 0.7
