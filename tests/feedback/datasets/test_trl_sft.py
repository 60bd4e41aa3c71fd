"""Rows of TRL's `SFTTrainer`, conversational."""

from feedback.datasets.trl_sft import FORMAT, check_row, write_row
from tests.feedback.datasets.specimens import make_agent, make_record, say

PART = FORMAT.parts[0]


def test_a_row_is_the_dialogue_that_ends_with_the_answer() -> None:
    record = make_record(*say("Hi", "Hello.", "Who?"), answer="Me.")
    assert write_row(record, False) == {
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Who?"},
            {"role": "assistant", "content": "Me."},
        ]
    }


def test_arguments_are_objects_and_tools_stand_beside_the_messages() -> None:
    row = write_row(make_agent(), True)
    assert row["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"city": "Ås", "days": [1, 2]}
    assert row["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {"city": {}}}
    assert check_row(row) is None


def test_the_loss_is_advised_to_be_on_answers_and_the_columns_kept_as_they_are() -> None:
    advice = PART.advise([])
    assert (advice["trainer"], advice["assistant_only_loss"]) == ("SFTTrainer", True)
    assert advice["features"] == {"messages": "List(Json())", "tools": "List(Json())"}
