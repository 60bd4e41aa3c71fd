"""Rows of supervised finetuning of OpenAI's shape."""

from feedback.datasets.format import Format
from feedback.datasets.openai_sft import FORMAT, check_row, write_row
from feedback.datasets.record import Reason
from tests.feedback.datasets.specimens import CALLS, RESULT, TOOL, make_agent, make_record, say
from tracing.generations import Message, ToolCall


def test_arguments_are_a_text_and_no_key_is_there_that_the_service_does_not_know() -> None:
    assert write_row(make_agent(), True) == {
        "messages": [
            {"role": "user", "content": "Wie ist das Wetter in Ås? 🌧"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "get_weather", "arguments": '{"city": "Ås", "days": [1, 2]}'},
                    }
                ],
            },
            {"role": "tool", "content": "4 degrees", "tool_call_id": "call_1"},
            {"role": "assistant", "content": "4 Grad."},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "parameters": {"type": "object", "properties": {"city": {}}},
                },
            }
        ],
    }


def test_what_nobody_judged_is_read_and_not_learnt() -> None:
    """Of the last turn all is learnt, also the call of a tool that led to the answer."""
    messages = write_row(make_record(*say("Hi", "Hello.", "Rain?"), CALLS, RESULT, answer="No."), False)["messages"]
    assert [(message["role"], message.get("weight")) for message in messages] == [
        ("user", None),
        ("assistant", 0),
        ("user", None),
        ("assistant", None),
        ("tool", None),
        ("assistant", None),
    ]


def test_a_row_without_tools_names_none_as_an_empty_list_is_refused() -> None:
    assert set(write_row(make_record(), True)) == {"messages"}
    built_in = make_record(tools=({"type": "web_search"},))
    assert set(write_row(built_in, True)) == {"messages"}


def test_keys_of_other_providers_tools_are_left_out() -> None:
    tool = {"name": "find", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}
    [written] = write_row(make_record(tools=(tool,)), True)["tools"]
    assert written == {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}


def test_a_function_whose_name_is_refused_refuses_the_row() -> None:
    assert check_row(write_row(make_record(tools=(TOOL,)), True)) is None
    assert check_row(write_row(make_record(tools=({"name": "server.find"},)), True)) is Reason.FUNCTION_NAME
    call = Message("assistant", "", tool_calls=(ToolCall("call_1", "a b", {}),))
    assert check_row(write_row(make_record("Q?", call, RESULT), True)) is Reason.FUNCTION_NAME


def list_warnings(chosen: Format, rows: int, file_bytes: int) -> list[str]:
    return [words for limit in chosen.limits if (words := limit.warn(rows, file_bytes))]


def test_what_each_service_takes_is_said() -> None:
    assert list_warnings(FORMAT, 50, 10**6) == []
    assert list_warnings(FORMAT, 2, 10**3) == [
        "OpenAI or Azure takes 10 rows or more; there are 2.",
        "Fireworks takes 3 rows or more; there are 2.",
    ]
    assert list_warnings(FORMAT, 4_000_000, 6 * 10**8) == [
        "OpenAI or Azure takes 536,870,912 bytes a file at most; there are 600,000,000.",
        "Fireworks takes 3,000,000 rows at most; there are 4,000,000.",
    ]
