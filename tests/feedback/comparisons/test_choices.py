"""Which answer people chose, by what they did with several to one message."""

from typing import Any

from feedback.comparisons.choices import STAYED, USED, WENT_ON, Choice, ShownAnswer, list_choices


def show(name: str, **fields: Any) -> ShownAnswer:
    given = {
        "trace_id": f"{name}-trace",
        "span_id": f"{name}-span",
        "model": name,
        "characters": 100,
        "outcome": "completed",
        "is_replaced": False,
        "is_used": False,
    }
    return ShownAnswer(**(given | fields))


def choose(*answers: ShownAnswer, continued: frozenset[int] = frozenset()) -> list[Choice]:
    return list(list_choices(answers, continued))


def test_the_last_answer_was_kept_against_each_that_a_person_had_replaced() -> None:
    found = choose(show("x", is_replaced=True), show("y", is_replaced=True), show("z"))
    assert found == [Choice(2, 0, STAYED), Choice(2, 1, STAYED)]
    assert not any(each.is_first_chosen for each in found)


def test_an_answer_that_a_program_replaced_was_never_seen() -> None:
    assert choose(show("x"), show("y")) == []
    assert choose(show("retried"), show("x", is_replaced=True), show("y")) == [Choice(2, 1, STAYED)]


def test_what_was_copied_is_chosen_though_another_came_after_it() -> None:
    [choice] = choose(show("x", is_replaced=True, is_used=True), show("y"))
    assert choice == Choice(0, 1, USED)
    assert choice.is_first_chosen


def test_what_was_copied_from_both_decides_nothing() -> None:
    assert choose(show("x", is_replaced=True, is_used=True), show("y", is_used=True)) == []


def test_the_answer_that_the_conversation_goes_on_from_is_chosen() -> None:
    first, last = (
        show("x", is_replaced=True, told=frozenset({1, 9})),
        show("y", told=frozenset({2, 9})),
    )
    assert choose(first, last, continued=frozenset({1, 9})) == [Choice(0, 1, WENT_ON)]
    assert choose(first, last, continued=frozenset({2})) == [Choice(1, 0, WENT_ON)]


def test_a_key_that_both_have_tells_nothing() -> None:
    first, last = show("x", is_replaced=True, told=frozenset({9})), show("y", told=frozenset({9}))
    assert choose(first, last, continued=frozenset({9})) == [Choice(1, 0, STAYED)]


def test_an_answer_that_failed_was_stopped_or_is_to_be_replaced_did_not_stay() -> None:
    replaced = show("x", is_replaced=True)
    assert choose(replaced, show("y", outcome="error")) == []
    assert choose(replaced, show("y", outcome="stopped")) == []
    assert choose(replaced, show("y", is_replaced=True)) == []


def test_what_failed_loses_to_nothing() -> None:
    assert choose(show("x", is_replaced=True, outcome="error"), show("y")) == []
