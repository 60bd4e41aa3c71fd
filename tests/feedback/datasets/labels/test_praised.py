"""Which answers are examples to imitate, and which are not."""

from dataclasses import replace

import pytest

from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.record import Drop, Reason
from tests.feedback.datasets.dialogue import Dialogue, build, read_drops, read_rows
from tests.feedback.datasets.selecting import select, tell


def read_last_answers(dialogue: Dialogue) -> list[str]:
    return [row["messages"][-1]["content"] for row in read_rows(build("trl-sft", dialogue))]


def test_a_praised_answer_comes_with_the_conversation_before_it() -> None:
    dialogue = Dialogue().ask("one?", "first").ask("two?", "second").ask("three?", "third").thumb(1, "up")
    assert read_rows(build("trl-sft", dialogue)) == [
        {
            "messages": [
                {"role": "user", "content": "one?"},
                {"role": "assistant", "content": "first"},
                {"role": "user", "content": "two?"},
                {"role": "assistant", "content": "second"},
            ]
        }
    ]


@pytest.mark.parametrize("action", ["copy", "accept"])
def test_an_answer_that_was_used_is_praised(action: str) -> None:
    assert read_last_answers(Dialogue().ask("one?", "used").act(0, action)) == ["used"]


def test_thanks_are_praise() -> None:
    assert read_last_answers(Dialogue().ask("one?", "nice").notice(0, "praise", polarity=1)) == ["nice"]


def test_a_happy_tone_alone_is_not() -> None:
    dialogue = Dialogue().ask("one?", "nice").notice(0, "sentiment", polarity=1)
    assert read_last_answers(dialogue) == []


@pytest.mark.parametrize("kind", ["complaint", "refusal", "sentiment"])
def test_any_fired_negative_signal_outweighs_praise(kind: str) -> None:
    dataset = build("trl-sft", Dialogue().ask("one?", "nice").thumb(0, "up").notice(0, kind, score=0.35))
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"criticised": 1}


def test_a_thumb_down_outweighs_a_copy() -> None:
    assert read_last_answers(Dialogue().ask("one?", "nice").act(0, "copy").thumb(0, "down")) == []


def test_a_negative_signal_about_another_answer_does_no_harm() -> None:
    dialogue = Dialogue().ask("one?", "dull", "bright").thumb(0, "up")
    assert read_last_answers(dialogue.notice(0, "regeneration", attempt=0)) == ["bright"]


def test_an_incomplete_answer_is_no_example() -> None:
    stopped = {"text": "half", "outcome": "stopped", "ended_by": "client"}
    dataset = build("trl-sft", Dialogue().ask("one?", stopped).thumb(0, "up"))
    assert read_drops(dataset) == {"incomplete": 1}


def test_answers_that_nobody_praised_are_counted() -> None:
    dataset = build("trl-sft", Dialogue().ask("one?", "first").ask("two?", "second").thumb(1, "down"))
    assert read_drops(dataset) == {"not_praised": 2}


def test_an_answer_that_was_only_shared_is_no_example() -> None:
    assert select(PRAISED, Dialogue().ask("one?", "shared").act(0, "share")) == ([], {"not_praised": 1})


def test_a_high_rating_is_praise() -> None:
    dialogue = tell(Dialogue().ask("one?", "nice"), 0, "rating", score=5, metadata={"max": 5})
    assert [each.provenance.label_source for each in select(PRAISED, dialogue)[0]] == ["rating:high"]


def test_praise_in_a_conversation_that_a_reviewer_found_bad_is_in_doubt() -> None:
    labelled = Dialogue().ask("one?", "nice").ask("two?", "bad").thumb(0, "up").finish()
    labelled = replace(labelled, verdicts=["satisfied", "dissatisfied"])
    assert list(PRAISED.select(labelled)) == [Drop(Reason.CRITICISED), Drop(Reason.NOT_PRAISED, "early/short/")]


def test_an_example_tells_what_is_known_of_it() -> None:
    dialogue = Dialogue().ask("one?", {"text": "nice", "model": "m"}).thumb(0, "up")
    (record,) = PRAISED.select(replace(dialogue.finish(), failure_mode=3))
    assert not isinstance(record, Drop)
    told = record.provenance
    assert (record.model, record.failure_mode, record.stratum) == ("m", 3, "first/short/m")
    assert (told.tier, told.pair_rule, told.confidence) == ("gold", "", 1.0)
