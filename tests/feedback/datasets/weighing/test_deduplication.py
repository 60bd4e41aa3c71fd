"""Each thing is said once and never both ways."""

import pytest

from feedback.datasets.record import Reason
from feedback.datasets.weighing.deduplication import drop_contradictions, drop_duplicates, find_contested
from feedback.datasets.weighing.outline import Outline
from tests.feedback.datasets.dialogue import Dialogue, build, read_drops, read_rows
from tests.feedback.datasets.outlining import make_record, number_rows


def list_places(rows: list[Outline]) -> list[int]:
    return [row.place for row in rows]


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


def test_of_equal_rows_the_surest_stays() -> None:
    rows = number_rows(
        make_record("one?", "answer", time_ns=time_ns, confidence=confidence, tier=tier)
        for time_ns, confidence, tier in [(1, 0.6, "silver"), (2, 0.99, "silver"), (3, 0.7, "gold"), (4, 0.7, "gold")]
    )
    kept, dropped = drop_duplicates(rows)
    assert list_places(kept) == [2]
    assert dropped[Reason.DUPLICATE] == 3


def test_rows_with_other_tools_or_instructions_are_other_rows() -> None:
    rows = number_rows(
        (
            make_record("one?", "answer"),
            make_record("one?", "answer", system="Be kind."),
            make_record("one?", "answer", tools=({"name": "look_up"},)),
        )
    )
    assert drop_duplicates(rows)[0] == rows


def test_nobody_chooses_twice_between_answers_to_one_prompt() -> None:
    pairs = number_rows(
        make_record("one?", f"good {user} {number}", rejected="bad", user_id=user, confidence=0.6 + number / 10)
        for user in ("u1", "u2", "")
        for number in range(2)
    )
    kept, dropped = drop_duplicates(pairs)
    assert list_places(kept) == [1, 3, 4, 5]
    assert dropped[Reason.OLDER_ATTEMPT] == 2


def test_ratings_of_several_answers_to_one_prompt_all_stay() -> None:
    rows = number_rows(make_record("one?", f"answer {number}", user_id="u1", label=True) for number in range(3))
    assert drop_duplicates(rows)[0] == rows


def test_all_rows_that_contradict_each_other_go_and_no_others() -> None:
    rows = number_rows(
        make_record("one?", answer, label=label)
        for answer, label in [("yes", True), ("yes ", False), ("yes", True), ("no", False)]
    )
    kept, dropped = drop_contradictions(rows, find_contested(rows))
    assert list_places(kept) == [3]
    assert dropped[Reason.CONTRADICTION] == 3
