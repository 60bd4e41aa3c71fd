"""Answers that people edited, or corrected in full."""

import pytest

from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.labels.ratings import RATINGS
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import assert_no_pair, edit, find_pair, read_pairs, select, tell

ANSWER = "The meeting is on Monday at ten in the large room."
BETTER = "The meeting is on Monday at noon in the large room."
LONG = " ".join(f"word{number}" for number in range(100))


def ask() -> Dialogue:
    return Dialogue().ask("when?", ANSWER)


def read_example(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(each.completion[0].content, each.provenance.label_source) for each in select(PRAISED, dialogue)[0]]


def test_the_edited_text_beats_the_answer_and_is_an_example() -> None:
    pair = find_pair(edit(ask(), 0, BETTER))
    assert (pair.completion[0].content, pair.rejected[0].content) == (BETTER, ANSWER)
    told = pair.provenance
    assert (told.pair_rule, told.label_source, told.tier, told.confidence) == ("edited", "action:edit", "gold", 1.0)
    assert pair.margin == pytest.approx(1 / 12, abs=1e-5)
    assert read_example(edit(ask(), 0, BETTER)) == [(BETTER, "action:edit")]


def test_a_whole_answer_written_as_a_correction_is_as_good() -> None:
    dialogue = tell(ask(), 0, "correction", correction=BETTER)
    assert read_pairs(dialogue) == [(BETTER, ANSWER)]
    assert read_example(dialogue) == [(BETTER, "correction")]


def test_a_correction_that_is_no_whole_answer_is_only_against_it() -> None:
    dialogue = tell(ask(), 0, "correction", correction="no, it is at noon")
    assert_no_pair(dialogue, "edit_too_large")
    assert read_example(dialogue) == []
    (rated,), _ = select(RATINGS, dialogue)
    assert (rated.label, rated.provenance.label_source, rated.provenance.tier) == (False, "correction", "gold")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LONG + " ", "edit_too_small"),
        (LONG.replace("word5 ", "word "), "edit_too_small"),
        ("Something else altogether.", "edit_too_large"),
    ],
)
def test_an_edit_has_to_change_something_and_leave_something(text: str, reason: str) -> None:
    dialogue = edit(Dialogue().ask("list them", LONG), 0, text)
    assert_no_pair(dialogue, reason)
    assert select(PRAISED, dialogue) == ([], {reason: 1})


def test_an_edit_at_the_bounds_counts() -> None:
    words = LONG.split()
    for changed in (2, 60):
        text = " ".join([f"new{number}" for number in range(changed)] + words[changed:])
        assert read_pairs(edit(Dialogue().ask("list them", LONG), 0, text)) == [(text, LONG)]


def test_an_edit_that_only_cuts_or_adds_is_no_pair_but_an_example() -> None:
    dialogue = edit(ask(), 0, ANSWER + " Bring tea.")
    assert_no_pair(dialogue, "prefix")
    assert read_example(dialogue) == [(ANSWER + " Bring tea.", "action:edit")]


def test_an_answer_that_was_liked_outright_loses_against_nothing() -> None:
    dialogue = edit(ask().thumb(0, "up"), 0, BETTER)
    assert_no_pair(dialogue, "replaced_was_liked")
    assert read_example(dialogue) == [(BETTER, "action:edit")]


def test_a_disliked_answer_that_was_edited_is_an_example_in_its_new_words() -> None:
    assert read_example(edit(ask().thumb(0, "down"), 0, BETTER)) == [(BETTER, "action:edit")]


def test_the_last_edit_holds_and_only_peoples() -> None:
    later = BETTER.replace("large", "small")
    assert read_pairs(edit(edit(ask(), 0, BETTER), 0, later)) == [(later, ANSWER)]
    assert_no_pair(tell(ask(), 0, "edit", correction=BETTER, annotator_kind="CODE"))


def test_an_edit_of_what_a_page_showed_is_carried_over_to_what_the_model_wrote() -> None:
    dialogue = Dialogue().ask("when?", "The **meeting** is on `Monday` at ten in the large room.")
    edit(dialogue, 0, BETTER, before=ANSWER)
    assert read_pairs(dialogue)[0][0] == "The **meeting** is on `Monday` at noon in the large room."


def test_an_edit_of_another_text_is_none() -> None:
    assert_no_pair(edit(ask(), 0, "Come at noon, all of you.", before="Come at ten, all of you."), "other_text")


def test_a_small_edit_does_not_speak_against_the_answer_and_a_large_one_does() -> None:
    assert select(RATINGS, edit(ask(), 0, BETTER)) == ([], {"not_judged": 1})
    (rated,), _ = select(RATINGS, edit(ask(), 0, "The meeting is on Tuesday, and this time it is at noon."))
    assert (rated.label, rated.provenance.tier) == (False, "silver")
    assert 0.6 < rated.provenance.confidence < 0.8


def test_edits_keep_the_tool_calls_of_the_answer() -> None:
    pair = find_pair(edit(ask(), 0, BETTER))
    assert pair.completion[0].tool_calls == pair.rejected[0].tool_calls
