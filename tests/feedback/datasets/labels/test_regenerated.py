"""Which regenerations become pairs, and which do not."""

from typing import Any

import pytest

from feedback.datasets.labels.pairs import PAIRS
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import assert_no_pair, confirm, find_pair, go_on_from, read_pairs, select
from tracing.generations import Message


def regenerate(replaced: str | dict[str, Any], kept: str | dict[str, Any]) -> Dialogue:
    return Dialogue().ask("one?", replaced, kept).notice(0, "regeneration", attempt=0)


def test_the_answer_that_stayed_is_chosen_over_the_replaced_one() -> None:
    pair = find_pair(regenerate("dull", "bright"))
    assert pair.prompt == (Message("user", "one?"),)
    assert (pair.completion[0].content, pair.rejected[0].content) == ("bright", "dull")
    assert (pair.provenance.pair_rule, pair.provenance.tier) == ("regenerated", "silver")


def test_an_answer_that_a_machine_replaced_gives_no_pair() -> None:
    assert_no_pair(Dialogue().ask("one?", "first", "second"), "machine_retry")


@pytest.mark.parametrize(
    ("replaced", "reason"),
    [
        ({"text": "oops", "outcome": "error"}, "failed"),
        ({"text": " ", "outcome": "stopped", "ended_by": "client"}, "empty"),
        ("bright\n  answer ", "same_text"),
        ("bright", "prefix"),
    ],
)
def test_a_replaced_answer_that_teaches_nothing_gives_no_pair(replaced: str, reason: str) -> None:
    assert_no_pair(regenerate(replaced, "bright answer"), reason)


@pytest.mark.parametrize(
    "kept",
    [
        {"text": "half", "outcome": "stopped", "ended_by": "client"},
        {"text": "half", "outcome": "truncated"},
        {"text": "half", "outcome": "error"},
        "",
    ],
)
def test_a_kept_answer_that_is_not_whole_gives_no_pair(kept: str | dict[str, Any]) -> None:
    assert_no_pair(regenerate("dull", kept), "kept_failed")


def test_a_stopped_answer_with_text_may_be_the_rejected_one() -> None:
    stopped = {"text": "boring so", "outcome": "stopped", "ended_by": "client"}
    assert read_pairs(regenerate(stopped, "bright")) == [("bright", "boring so")]


def test_thumbs_that_speak_against_the_choice_drop_the_pair() -> None:
    assert_no_pair(regenerate("dull", "bright").thumb(0, "down"), "kept_was_criticised")
    assert_no_pair(regenerate("dull", "bright").thumb(0, "up", attempt=0), "replaced_was_liked")
    both = regenerate("dull", "bright").thumb(0, "up").thumb(0, "down")
    assert_no_pair(both, "contradictory_thumbs")


def test_a_kept_answer_that_met_a_complaint_gives_no_pair_unless_it_got_a_thumb_up() -> None:
    dialogue = regenerate("dull", "bright").notice(0, "complaint")
    assert_no_pair(dialogue, "kept_was_criticised")
    assert read_pairs(dialogue.thumb(0, "up")) == [("bright", "dull")]


def test_a_complaint_that_a_person_confirmed_is_as_good_as_a_thumb_down() -> None:
    dialogue = confirm(regenerate("dull", "bright").notice(0, "complaint", fired=False, score=0.1))
    assert_no_pair(dialogue, "kept_was_criticised")


def test_one_turn_gives_one_pair_with_the_latest_attempt_that_suits() -> None:
    dialogue = Dialogue().ask("one?", "dull", "grey", "bright")
    dialogue.notice(0, "regeneration", attempt=0).notice(0, "regeneration", attempt=1)
    records, reasons = select(PAIRS, dialogue)
    assert [(each.completion[0].content, each.rejected[0].content) for each in records] == [("bright", "grey")]
    assert reasons == {"older_attempt": 1}


def test_an_older_attempt_steps_in_where_the_latest_does_not_suit() -> None:
    dialogue = Dialogue().ask("one?", "dull", {"text": "x", "outcome": "error"}, "bright")
    assert read_pairs(dialogue.notice(0, "regeneration", attempt=0)) == [("bright", "dull")]


def test_asking_again_and_again_is_browsing() -> None:
    dialogue = Dialogue().ask("one?", "a", "b", "c", "d")
    for attempt in range(3):
        dialogue.notice(0, "regeneration", attempt=attempt)
    assert select(PAIRS, dialogue) == ([], {"browsing": 3})


@pytest.mark.parametrize(
    "change",
    [
        {"system_instructions": "Be brief."},
        {"input_messages": (Message("user", "one, with other documents?"),)},
        {"tool_definitions": ({"type": "function", "name": "search", "parameters": {}},)},
    ],
)
def test_different_prompts_or_tools_give_no_pair(change: dict[str, Any]) -> None:
    assert_no_pair(regenerate("dull", "bright").change_generation(0, 0, **change), "different_prompts")


def test_who_liked_the_answer_first_was_curious() -> None:
    curious = Dialogue().ask("one?", "dull", "bright").act(0, "copy", attempt=0)
    assert_no_pair(curious.notice(0, "regeneration", 0, 0, fired=False, score=0.3), "replaced_was_liked")


def test_a_pair_is_surer_where_more_shows_that_the_later_answer_was_kept() -> None:
    had_last = find_pair(regenerate("dull", "bright"))
    went_on = find_pair(go_on_from(regenerate("dull", "bright"), 1, "two?", "second"))
    used = find_pair(regenerate("dull", "bright").act(0, "copy"))
    sure = [each.provenance.confidence for each in (had_last, went_on, used)]
    assert sure == sorted(set(sure))
    margins = [each.margin for each in (had_last, went_on, used)]
    assert margins == sorted(margins, key=lambda margin: margin or 0)
