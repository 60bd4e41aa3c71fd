"""Questions and the answers that they take."""

import pytest

from feedback.review.questions import (
    ANSWER,
    CANNOT_TELL,
    NONE,
    OUTCOME,
    REACTION,
    Asked,
    ModeChoice,
    Question,
    ask,
    check_choices,
    read_mode,
)


@pytest.mark.parametrize("question", list(Question))
def test_each_answer_has_a_key_of_its_own_from_1_to_9(question: Question) -> None:
    modes = [ModeChoice(number, f"mode {number}") for number in range(1, 20)]
    keys = [choice.key for choice in ask(question, modes).choices]
    assert len(keys) == len(set(keys)) <= 9
    assert CANNOT_TELL in keys


def test_the_modes_that_there_are_can_be_the_answer() -> None:
    asked = ask(Question.FAILURE_MODE, [ModeChoice(3, "Invented links")])
    assert [choice.title for choice in asked.choices] == ["Invented links", "None of these", "Cannot tell"]
    assert read_mode(asked.choices[0].key) == 3


def test_answers_are_kept_in_the_order_of_the_question() -> None:
    assert check_choices(REACTION, ["rephrase", "complaint", "rephrase"]) == ("complaint", "rephrase")


@pytest.mark.parametrize(
    ("asked", "chosen", "told"),
    [
        (OUTCOME, [], "Choose an answer"),
        (OUTCOME, ["satisfied", "dissatisfied"], "cannot hold at once"),
        (REACTION, [NONE, "praise"], "cannot hold at once"),
        (ANSWER, ["unsupported", CANNOT_TELL], "cannot hold at once"),
        (OUTCOME, ["great"], "is no answer to this question"),
    ],
)
def test_what_cannot_hold_is_refused_in_words(asked: Asked, chosen: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_choices(asked, chosen)
