"""Rows of TRL's `SFTTrainer` whose answers stand apart."""

from feedback.datasets.record import Reason
from feedback.datasets.trl_prompt_completion import FORMAT, check_row, write_row
from tests.feedback.datasets.specimens import make_record, say


def test_the_answer_stands_apart_from_what_was_said_before() -> None:
    row = write_row(make_record(*say("Hi", "Hello.", "Who?"), answer="Me."), True)
    assert [message["content"] for message in row["prompt"]] == ["Hi", "Hello.", "Who?"]
    assert row["completion"] == [{"role": "assistant", "content": "Me."}]
    assert row["tools"] == []


def test_a_prompt_that_no_answer_follows_is_refused() -> None:
    row = write_row(make_record(*say("Hi", "Hello."), answer="Me."), False)
    assert check_row(row) is Reason.WRONG_LAST_ROLE


def test_the_loss_is_on_the_completion() -> None:
    assert FORMAT.parts[0].advise([])["completion_only_loss"] is True
