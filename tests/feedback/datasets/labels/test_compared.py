"""Two answers that somebody saw side by side."""

from typing import Any

import pytest

from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import assert_no_pair, find_pair, tell


def ask() -> Dialogue:
    """Two answers with ids as spans have them, which a program asked for at once."""
    attempts = [
        {"text": text, "span_id": name * 16, "trace_id": name * 32, "message_id": f"m-{name}"}
        for name, text in (("a", "dull"), ("b", "bright"))
    ]
    return Dialogue().ask("one?", *attempts)


def compare(dialogue: Dialogue, label: str, a: dict[str, str], b: dict[str, str], **fields: Any) -> Dialogue:
    given = {"trace_id": "", "span_id": "", "conversation_id": dialogue.id, **fields}
    return tell(dialogue, 0, "comparison", label=label, metadata={"a": a, "b": b}, **given)


A, B = {"span_id": "a" * 16}, {"span_id": "b" * 16}


@pytest.mark.parametrize(
    ("a", "b"),
    [(A, B), ({"message_id": "m-a"}, {"message_id": "m-b"}), ({"trace_id": "a" * 32}, {"trace_id": "b" * 32})],
)
def test_the_answer_called_better_wins(a: dict[str, str], b: dict[str, str]) -> None:
    pair = find_pair(compare(ask(), "a", a, b))
    assert (pair.completion[0].content, pair.rejected[0].content, pair.margin) == ("dull", "bright", 1.0)
    told = pair.provenance
    assert (told.pair_rule, told.label_source, told.tier) == ("compared", "comparison", "gold")
    assert find_pair(compare(ask(), "b", a, b)).completion[0].content == "bright"


@pytest.mark.parametrize("label", ["tie", "neither", "c"])
def test_without_a_better_one_there_is_no_pair(label: str) -> None:
    assert_no_pair(compare(ask(), label, A, B), "machine_retry")


def test_only_people_compare_and_only_answers_that_are_there() -> None:
    assert_no_pair(compare(ask(), "a", A, B, annotator_kind="LLM"), "machine_retry")
    assert_no_pair(compare(ask(), "a", A, {"span_id": "c" * 16}), "machine_retry")
    assert_no_pair(compare(ask(), "a", A, A), "machine_retry")
    assert_no_pair(compare(ask(), "a", {"model": "x"}, {"model": "y"}), "machine_retry")


def test_answers_to_different_messages_are_no_pair() -> None:
    first = {"text": "dull", "span_id": "a" * 16}
    dialogue = Dialogue().ask("one?", first).ask("two?", {"text": "bright", "span_id": "b" * 16})
    assert_no_pair(compare(dialogue, "a", A, B))


def test_people_who_disagree_make_no_pair() -> None:
    both = compare(compare(ask(), "a", A, B), "b", A, B)
    assert_no_pair(both, "contradictory_thumbs")
    assert_no_pair(both.notice(0, "regeneration", attempt=0), "contradictory_thumbs")


def test_no_other_rule_contradicts_what_was_called_better() -> None:
    dialogue = compare(ask(), "a", A, B).notice(0, "complaint", attempt=0)
    assert_no_pair(dialogue.notice(0, "regeneration", attempt=0), "kept_was_criticised", "contradictory_thumbs")


def test_a_thumb_against_the_better_one_drops_the_pair() -> None:
    assert_no_pair(compare(ask().thumb(0, "down"), "b", A, B), "kept_was_criticised")
