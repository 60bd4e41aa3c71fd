"""Which regenerations become DPO pairs, and which do not."""

from typing import Any

import pytest

from feedback.datasets import Dataset
from tests.feedback.datasets.dialogue import Dialogue, build, read_drops, read_rows
from tracing.generations import Message


def regenerate(replaced: str | dict[str, Any], kept: str | dict[str, Any]) -> Dialogue:
    return Dialogue().ask("one?", replaced, kept).notice(0, "regeneration", attempt=0)


def read_pairs(dataset: Dataset) -> list[tuple[str, str]]:
    """Return chosen and rejected of each row."""
    return [(row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in read_rows(dataset)]


def assert_dropped(dialogue: Dialogue, reason: str) -> None:
    dataset = build("trl-dpo", dialogue)
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {reason: 1}


def test_the_answer_that_stayed_is_chosen_over_the_replaced_one() -> None:
    dataset = build("trl-dpo", regenerate("dull", "bright"))
    assert read_rows(dataset) == [
        {
            "prompt": [{"role": "user", "content": "one?"}],
            "chosen": [{"role": "assistant", "content": "bright"}],
            "rejected": [{"role": "assistant", "content": "dull"}],
        }
    ]


def test_an_answer_that_a_machine_replaced_gives_no_pair() -> None:
    assert_dropped(Dialogue().ask("one?", "first", "second"), "machine_retry")


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
    assert_dropped(regenerate(replaced, "bright answer"), reason)


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
    assert_dropped(regenerate("dull", kept), "kept_failed")


def test_a_stopped_answer_with_text_may_be_the_rejected_one() -> None:
    stopped = {"text": "dull and", "outcome": "stopped", "ended_by": "client"}
    assert read_pairs(build("trl-dpo", regenerate(stopped, "bright"))) == [("bright", "dull and")]


def test_thumbs_that_speak_against_the_choice_drop_the_pair() -> None:
    assert_dropped(regenerate("dull", "bright").thumb(0, "down"), "kept_was_criticised")
    assert_dropped(regenerate("dull", "bright").thumb(0, "up", attempt=0), "replaced_was_liked")
    both = regenerate("dull", "bright").thumb(0, "down").thumb(0, "up")
    assert_dropped(both, "contradictory_thumbs")


def test_a_kept_answer_that_met_a_complaint_gives_no_pair_unless_it_got_a_thumb_up() -> None:
    dialogue = regenerate("dull", "bright").notice(0, "complaint")
    assert_dropped(dialogue, "kept_was_criticised")
    assert read_pairs(build("trl-dpo", dialogue.thumb(0, "up"))) == [("bright", "dull")]


def test_thumbs_that_agree_with_the_choice_keep_the_pair() -> None:
    dialogue = regenerate("dull", "bright").thumb(0, "up").thumb(0, "down", attempt=0)
    assert read_pairs(build("trl-dpo", dialogue)) == [("bright", "dull")]


def test_one_turn_gives_one_pair_with_the_latest_attempt_that_suits() -> None:
    dialogue = Dialogue().ask("one?", "dull", "grey", "bright")
    dialogue.notice(0, "regeneration", attempt=0).notice(0, "regeneration", attempt=1)
    dataset = build("trl-dpo", dialogue)
    assert read_pairs(dataset) == [("bright", "grey")]
    assert read_drops(dataset) == {"older_attempt": 1}


def test_an_older_attempt_steps_in_where_the_latest_does_not_suit() -> None:
    dialogue = Dialogue().ask("one?", "dull", {"text": "x", "outcome": "error"}, "bright")
    dataset = build("trl-dpo", dialogue.notice(0, "regeneration", attempt=0))
    assert read_pairs(dataset) == [("bright", "dull")]


def test_asking_again_and_again_is_browsing() -> None:
    dialogue = Dialogue().ask("one?", "a", "b", "c", "d")
    for attempt in range(3):
        dialogue.notice(0, "regeneration", attempt=attempt)
    dataset = build("trl-dpo", dialogue)
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"browsing": 3}


@pytest.mark.parametrize(
    "change",
    [
        {"system_instructions": "Be brief."},
        {"input_messages": (Message("user", "one, with other documents?"),)},
        {"tool_definitions": ({"type": "function", "name": "search", "parameters": {}},)},
    ],
)
def test_different_prompts_or_tools_give_no_pair(change: dict[str, Any]) -> None:
    assert_dropped(regenerate("dull", "bright").change_generation(0, 0, **change), "different_prompts")


def test_provenance_names_both_answers() -> None:
    dataset = build("trl-dpo", regenerate("dull", "bright"))
    line = dataset.files["provenance.jsonl"].decode()
    assert '"span_id": "c1-s0-1"' in line
    assert '"rejected_span_id": "c1-s0-0"' in line
    assert '"label_source": "signal:regeneration"' in line
