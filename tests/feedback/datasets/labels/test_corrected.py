"""Answers after a correction, as answers to the message before it."""

from typing import Any

import pytest

from feedback.datasets.labels.ratings import RATINGS
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import assert_no_pair, find_pair, react, select
from tracing.generations import Message

QUESTION = "Name the capital of Australia in one word."
FIRST = "The capital of Australia is the city of Sydney."
SAID = "No, I asked for one word, and that's wrong!"
LATER = "Canberra"


def correct(said: str = SAID, later: str | dict[str, Any] = LATER, first: str | dict[str, Any] = FIRST) -> Dialogue:
    dialogue = Dialogue().ask(QUESTION, first).ask(said, later)
    return react(dialogue, "correction")


def test_the_later_answer_beats_the_first_on_the_prompt_before_the_correction() -> None:
    pair = find_pair(correct().thumb(1, "up"))
    assert [message.content for message in pair.prompt] == [QUESTION]
    assert (pair.completion[0].content, pair.rejected[0].content) == (LATER, FIRST)
    told = pair.provenance
    assert (told.pair_rule, told.label_source, told.tier) == ("corrected", "signal:correction", "silver")
    assert (told.turn_index, told.span_id, told.rejected_span_id) == (0, "c1-s1-0", "c1-s0-0")


def test_going_on_is_acceptance_and_less_sure_than_praise() -> None:
    went_on, praised = find_pair(correct().ask("thanks, and now?", "…")), find_pair(correct().thumb(1, "up"))
    assert went_on.provenance.confidence < praised.provenance.confidence


def test_without_acceptance_there_is_no_pair() -> None:
    assert_no_pair(correct(), "not_accepted")


def test_a_later_answer_that_met_a_complaint_is_no_better() -> None:
    assert_no_pair(react(correct().ask("still wrong", "…"), "complaint"), "kept_was_criticised")


@pytest.mark.parametrize(
    "said",
    [
        "No, it is Canberra.",
        "Wrong! Since 1913 it is another one.",
        "not Sydney, the second largest",
        "是堪培拉，不是悉尼",
    ],
)
def test_a_correction_that_tells_something_new_makes_no_pair_but_a_bad_answer(said: str) -> None:
    dialogue = correct(said).thumb(1, "up")
    assert_no_pair(dialogue, "new_fact")
    labels = {each.completion[0].content: each.label for each in select(RATINGS, dialogue)[0]}
    assert labels == {FIRST: False, LATER: True}


@pytest.mark.parametrize(
    "later",
    ["You're right, it is Canberra.", "Sorry about that. Canberra.", "Corrected: Canberra", "Tienes razón: Canberra"],
)
def test_a_later_answer_that_speaks_of_the_correction_makes_no_pair(later: str) -> None:
    assert_no_pair(correct(later=later).thumb(1, "up"), "refers_back")


def test_what_the_later_answer_was_given_besides_makes_no_pair() -> None:
    for change in (
        {"system_instructions": "Think."},
        {"tool_definitions": ({"type": "function", "name": "search", "parameters": {}},)},
    ):
        assert_no_pair(correct().change_generation(1, 0, **change).thumb(1, "up"), "different_prompts")


def test_documents_beside_the_correction_make_no_pair() -> None:
    sent = (Message("user", QUESTION), Message("assistant", FIRST), Message("user", f"[facts: Canberra] {SAID}"))
    assert_no_pair(correct().change_generation(1, 0, input_messages=sent).thumb(1, "up"), "different_prompts")


def test_the_same_answer_again_or_an_answer_that_failed_makes_no_pair() -> None:
    assert_no_pair(correct(later=FIRST).thumb(1, "up"), "same_text")
    assert_no_pair(correct(later={"text": LATER, "outcome": "stopped"}).thumb(1, "up"), "kept_failed")
    assert_no_pair(correct(first={"text": FIRST, "outcome": "error"}).thumb(1, "up"), "failed")


def test_a_first_answer_that_was_liked_outright_loses_against_nothing() -> None:
    assert_no_pair(correct().thumb(0, "up").thumb(1, "up"), "replaced_was_liked")


def test_a_correction_that_did_not_fire_is_none() -> None:
    dialogue = react(Dialogue().ask(QUESTION, FIRST).ask(SAID, LATER), "correction", fired=False)
    assert_no_pair(dialogue.thumb(1, "up"))
