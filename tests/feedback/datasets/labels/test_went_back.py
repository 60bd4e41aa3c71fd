"""Who goes back to an older answer prefers it."""

from dataclasses import replace

from feedback.datasets.labels.examples import build_prompt
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.ratings import RATINGS
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import (
    assert_no_pair,
    confirm,
    find_pair,
    go_on_from,
    react,
    read_pairs,
    select,
    tell,
)


def regenerate(*attempts: str) -> Dialogue:
    dialogue = Dialogue().ask("one?", *attempts)
    for attempt in range(len(attempts) - 1):
        dialogue.notice(0, "regeneration", attempt=attempt)
    return dialogue


def test_a_history_with_the_older_answer_makes_it_the_chosen_one() -> None:
    pair = find_pair(go_on_from(regenerate("older", "newer"), 0, "two?", "second"))
    assert (pair.completion[0].content, pair.rejected[0].content) == ("older", "newer")
    told = pair.provenance
    assert (told.pair_rule, told.label_source, told.tier, told.confidence) == ("went_back", "history", "silver", 0.85)
    assert (told.span_id, told.rejected_span_id) == ("c1-s0-0", "c1-s0-1")


def test_a_history_with_the_newer_answer_keeps_that() -> None:
    assert read_pairs(go_on_from(regenerate("older", "newer"), 1, "two?", "second")) == [("newer", "older")]


def test_what_is_done_with_the_older_answer_after_the_newer_shows_it_as_well() -> None:
    for act in ("accept", "select", "copy"):
        pair = find_pair(tell(regenerate("older", "newer"), 0, act, attempt=0))
        assert (pair.completion[0].content, pair.provenance.label_source) == ("older", f"action:{act}")


def test_what_was_done_before_the_newer_answer_shows_nothing() -> None:
    dialogue = tell(regenerate("older", "newer"), 0, "accept", attempt=0)
    dialogue.feedback = [replace(dialogue.feedback[0], time_ns=dialogue.turns[0].answer.start_time_ns - 1)]
    assert Course(dialogue.finish()).find_kept(dialogue.turns[0]).answer.text == "newer"


def test_the_clearest_act_decides() -> None:
    dialogue = tell(tell(regenerate("older", "newer"), 0, "accept", attempt=0), 0, "copy")
    assert read_pairs(dialogue) == [("older", "newer")]


def test_without_a_persons_wish_for_the_newer_answer_there_is_no_pair() -> None:
    dialogue = go_on_from(Dialogue().ask("one?", "older", "newer"), 0, "two?", "second")
    assert_no_pair(dialogue, "machine_retry")


def test_a_curious_wish_is_one() -> None:
    dialogue = Dialogue().ask("one?", "older", "newer").notice(0, "regeneration", 0, 0, fired=False, score=0.3)
    assert read_pairs(go_on_from(dialogue, 0, "two?", "second")) == [("older", "newer")]


def test_the_newer_answer_must_not_be_liked_nor_the_older_disliked() -> None:
    assert_no_pair(go_on_from(regenerate("older", "newer").thumb(0, "up"), 0, "two?", "b"), "replaced_was_liked")
    disliked = regenerate("older", "newer").thumb(0, "down", attempt=0)
    assert_no_pair(go_on_from(disliked, 0, "two?", "b"), "kept_was_criticised")


def test_a_wish_that_was_confirmed_does_not_speak_against_going_back() -> None:
    dialogue = go_on_from(confirm(regenerate("older", "newer")), 0, "two?", "second")
    assert read_pairs(dialogue) == [("older", "newer")]


def test_the_latest_of_the_newer_answers_loses() -> None:
    dialogue = go_on_from(regenerate("older", "newer", "newest"), 0, "two?", "second")
    assert read_pairs(dialogue) == [("older", "newest")]


def test_an_answer_in_the_middle_beats_those_around_it_once() -> None:
    dialogue = go_on_from(regenerate("older", "middle", "newest"), 1, "two?", "second")
    assert read_pairs(dialogue) == [("middle", "newest")]


def test_what_the_next_message_says_is_about_the_answer_gone_back_to() -> None:
    dialogue = react(go_on_from(regenerate("older", "newer"), 0, "no!", "second"), "complaint")
    assert_no_pair(dialogue, "kept_was_criticised")
    records, _ = select(RATINGS, dialogue)
    assert {each.completion[0].content: each.label for each in records} == {"older": False}


def test_told_history_has_the_answer_gone_back_to_and_leaves_out_what_was_left() -> None:
    dialogue = tell(regenerate("older", "newer"), 0, "accept", attempt=0).ask("two?", "second").ask("three?", "third")
    dialogue.turns[2] = replace(dialogue.turns[2], follows=0)
    last = dialogue.turns[2]
    told = [message.content for message in build_prompt(Course(dialogue.finish()), last, last.answer)]
    assert told == ["one?", "older", "three?"]
