"""Each thing is said once and never both ways."""

import pytest

from tests.feedback.datasets.dialogue import Dialogue, build, read_drops, read_rows


def test_equal_rows_of_different_people_are_one_row_of_the_first() -> None:
    later = Dialogue("c2", "u2", start_seconds=1_800_000_000).ask("one?", "good   one").thumb(0, "up")
    first = Dialogue("c1", "u1").ask("one?", "good one").thumb(0, "up")
    dataset = build("trl-kto", later, first)
    assert [row["completion"][0]["content"] for row in read_rows(dataset)] == ["good one"]
    assert read_drops(dataset) == {"duplicate": 1}


@pytest.mark.parametrize("format_name", ["trl-sft", "trl-dpo", "trl-kto"])
def test_the_same_conversation_twice_gives_its_rows_once(format_name: str) -> None:
    dialogue = Dialogue().ask("one?", "dull", "bright").thumb(0, "up").notice(0, "regeneration", attempt=0)
    once, twice = build(format_name, dialogue), build(format_name, dialogue, dialogue)
    assert once.files["train.jsonl"] == twice.files["train.jsonl"] != b""


def test_the_same_text_with_both_labels_is_dropped_on_both_sides() -> None:
    liked = Dialogue("c1", "u1").ask("one?", "answer").thumb(0, "up")
    disliked = Dialogue("c2", "u2").ask("one?", "answer").thumb(0, "down")
    dataset = build("trl-kto", liked, disliked)
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"contradiction": 2}


def test_the_same_pair_both_ways_is_dropped_on_both_sides() -> None:
    one = Dialogue("c1", "u1").ask("one?", "a", "b").notice(0, "regeneration", attempt=0)
    other = Dialogue("c2", "u2").ask("one?", "b", "a").notice(0, "regeneration", attempt=0)
    dataset = build("trl-dpo", one, other)
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"contradiction": 2}


def test_the_same_answer_to_another_prompt_is_another_row() -> None:
    dialogue = Dialogue().ask("one?", "yes").ask("two?", "yes").thumb(0, "up").thumb(1, "up")
    assert len(read_rows(build("trl-kto", dialogue))) == 2
