"""Two versions of an answer that people rated."""

from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import assert_no_pair, find_pair, read_pairs, tell


def rate(dialogue: Dialogue, score: float, attempt: int, **metadata: float) -> Dialogue:
    return tell(dialogue, 0, "rating", attempt, score=score, metadata=metadata or {"min": 1, "max": 5})


def ask() -> Dialogue:
    return Dialogue().ask("one?", "dull", "bright")


def test_the_better_rated_answer_wins_whichever_came_first() -> None:
    pair = find_pair(ask().thumb(0, "up", attempt=0).thumb(0, "down"))
    assert (pair.completion[0].content, pair.rejected[0].content, pair.margin) == ("dull", "bright", 1.0)
    assert (pair.provenance.pair_rule, pair.provenance.label_source) == ("rated", "thumbs:up")


def test_stars_count_where_they_differ_clearly() -> None:
    assert find_pair(rate(rate(ask(), 2, 0), 5, 1)).margin == 0.75
    assert_no_pair(rate(rate(ask(), 4, 0), 5, 1), "machine_retry")


def test_a_rating_whose_scale_was_not_told_does_not_count() -> None:
    dialogue = tell(tell(ask(), 0, "rating", 0, score=1), 0, "rating", 1, score=5)
    assert_no_pair(dialogue, "machine_retry")


def test_a_rating_that_another_contradicts_does_not_count() -> None:
    dialogue = ask().thumb(0, "up").thumb(0, "down").thumb(0, "down", attempt=0)
    assert_no_pair(dialogue, "machine_retry")


def test_a_rated_answer_that_failed_makes_no_pair() -> None:
    cut = Dialogue().ask("one?", "dull", {"text": "bright", "outcome": "truncated"})
    assert_no_pair(cut.thumb(0, "down", attempt=0).thumb(0, "up"), "kept_failed")


def test_what_different_people_asked_differently_is_no_pair() -> None:
    dialogue = ask().change_generation(0, 0, system_instructions="Be dull.")
    assert_no_pair(dialogue.thumb(0, "down", attempt=0).thumb(0, "up"), "different_prompts")


def test_the_best_of_three_beats_the_latest_of_the_worse() -> None:
    dialogue = Dialogue().ask("one?", "a", "b", "c").thumb(0, "down", 0).thumb(0, "up", 1).thumb(0, "down", 2)
    assert read_pairs(dialogue) == [("b", "c")]
