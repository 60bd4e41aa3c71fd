"""Preference pairs of OpenAI's shape."""

from feedback.datasets.openai_dpo import check_row, write_row
from feedback.datasets.record import Reason
from tests.feedback.datasets.specimens import make_agent, make_record


def test_a_pair_has_an_input_and_two_outputs() -> None:
    assert write_row(make_record("Q?", answer="yes", rejected="no"), True) == {
        "input": {"messages": [{"role": "user", "content": "Q?"}]},
        "preferred_output": [{"role": "assistant", "content": "yes"}],
        "non_preferred_output": [{"role": "assistant", "content": "no"}],
    }


def test_tools_stand_in_the_input() -> None:
    row = write_row(make_agent(), True)
    assert set(row["input"]) == {"messages", "tools", "parallel_tool_calls"}
    assert row["input"]["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"city": "Ås", "days": [1, 2]}'
    assert check_row(row) is None


def test_equal_outputs_and_bad_names_are_refused() -> None:
    assert check_row(write_row(make_record(answer="yes", rejected="yes"), True)) is Reason.SAME_TEXT
    assert check_row(write_row(make_record(tools=({"name": "a.b"},)), True)) is Reason.FUNCTION_NAME
