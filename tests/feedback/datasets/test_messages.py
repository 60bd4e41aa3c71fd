"""Messages and tools as TRL's chat templates read them."""

from feedback.datasets.messages import normalise_text, same_messages, write_messages, write_tools
from tracing.generations import Message, ToolCall

CALL = ToolCall("call_1", "get_weather", {"city": "Oslo"})


def test_tool_arguments_are_an_object_and_content_is_a_string() -> None:
    rows = write_messages([Message("assistant", "", tool_calls=(CALL,)), Message("tool", "4°", tool_call_id="call_1")])
    assert rows == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": {"city": "Oslo"}},
                }
            ],
        },
        {"role": "tool", "content": "4°", "tool_call_id": "call_1", "name": "get_weather"},
    ]


def test_flat_tool_definitions_are_nested_and_nested_ones_kept() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    nested = {"type": "function", "function": {"name": "get_weather", "parameters": schema}}
    assert write_tools([{"type": "function", "name": "get_weather", "parameters": schema}]) == [nested]
    assert write_tools([nested]) == [nested]


def test_white_space_and_unicode_form_do_not_make_texts_differ() -> None:
    assert normalise_text("cafe\u0301\n ok ") == normalise_text("café ok")
    assert same_messages([Message("user", "a  b")], [Message("user", "a b\n")])


def test_role_words_and_tool_calls_make_messages_differ() -> None:
    said = [Message("assistant", "a")]
    assert not same_messages(said, [Message("user", "a")])
    assert not same_messages(said, [Message("assistant", "b")])
    assert not same_messages(said, [Message("assistant", "a", tool_calls=(CALL,))])
