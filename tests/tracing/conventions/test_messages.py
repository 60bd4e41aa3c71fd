import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.conventions.messages import find_user_text, flatten_tool, parse_json, parse_messages, split_system
from tracing.generations import Message, ToolCall


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("Hello", [Message("user", "Hello")]),
        ("", []),
        (None, []),
        (7, []),
        ({"role": "user", "content": "Hi"}, [Message("user", "Hi")]),
        ([{"role": "User", "content": "Hi"}], [Message("user", "Hi")]),
        (["Hi", {"role": "assistant", "content": None}], [Message("user", "Hi"), Message("assistant", "")]),
        ([{"content": "no role"}, 5, None, {"role": 5}], []),
        ([{"role": "user", "parts": [{"type": "text", "content": "a"}, "b"]}], [Message("user", "a\nb")]),
        ([{"role": "user", "content": [{"type": "input_text", "text": "a"}]}], [Message("user", "a")]),
        ([{"role": "user", "content": {"a": 1}}], [Message("user", '{"a": 1}')]),
        ([{"role": "user", "name": "anna", "content": "x"}], [Message("user", "x", name="anna")]),
    ],
)
def test_messages_in_all_shapes(value: object, messages: list[Message]) -> None:
    assert list(parse_messages(value)) == messages
    if isinstance(value, (list, dict)):
        assert list(parse_messages(json.dumps(value))) == messages


@pytest.mark.parametrize(
    ("role", "normalised"),
    [("human", "user"), ("AI", "assistant"), ("model", "assistant"), ("developer", "system"), ("critic", "critic")],
)
def test_roles_of_other_vendors_are_translated(role: str, normalised: str) -> None:
    [message] = parse_messages([{"role": role, "content": "x"}])
    assert message.role == normalised


@pytest.mark.parametrize(
    "call",
    [
        {"id": "t", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}},
        {"id": "t", "name": "add", "arguments": {"a": 1}},
        {"id": "t", "function": {"name": "add", "arguments": {"a": 1}}},
    ],
)
def test_tool_calls_in_both_shapes(call: dict[str, object]) -> None:
    [message] = parse_messages([{"role": "assistant", "content": None, "tool_calls": [call, "rubbish"]}])
    assert message.tool_calls == (ToolCall("t", "add", {"a": 1}),)


@pytest.mark.parametrize(
    ("arguments", "decoded"),
    [("", {}), (None, {}), ("[1]", {"value": [1]}), ("not json", {"value": "not json"}), ("{}", {})],
)
def test_arguments_of_a_tool_call_are_always_an_object(arguments: object, decoded: object) -> None:
    [message] = parse_messages([{"role": "assistant", "tool_calls": [{"name": "f", "arguments": arguments}]}])
    assert message.tool_calls[0].arguments == decoded


def test_parts_that_are_no_text_are_kept_beside_the_text() -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:…"}}]
    [message] = parse_messages([{"role": "user", "content": parts}])
    assert (message.content, list(message.parts)) == ("What is this?", parts)


def test_the_answer_of_a_tool_names_its_call() -> None:
    [openai] = parse_messages([{"role": "tool", "tool_call_id": "t1", "content": "21"}])
    [genai] = parse_messages(
        [{"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "21"}]}]
    )
    assert [(each.tool_call_id, each.content) for each in (openai, genai)] == [("t1", "21")] * 2


def test_system_messages_are_split_off_and_the_last_user_message_is_the_users_text() -> None:
    messages = parse_messages(
        [
            {"role": "system", "content": "A"},
            {"role": "user", "content": "first"},
            {"role": "developer", "content": "B"},
            {"role": "user", "content": "last"},
            {"role": "tool", "content": "result"},
        ]
    )
    system, rest = split_system(messages)
    assert system == "A\n\nB"
    assert [each.role for each in rest] == ["user", "user", "tool"]
    assert find_user_text(rest) == "last"
    assert find_user_text(()) == ""


def test_half_characters_that_javascript_cuts_are_replaced() -> None:
    assert parse_json('{"\\ud83d": ["a\\ud83d", "\\ud83d\\ude00"]}') == {"\ufffd": ["a\ufffd", "😀"]}


def test_numbers_that_json_does_not_have_become_texts() -> None:
    assert parse_json("[NaN, Infinity, -Infinity]") == ["NaN", "Infinity", "-Infinity"]


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 101 + "1" + "}" * 101, "[1" * 5])
def test_json_that_nests_absurdly_or_never_ends_stays_text(text: str) -> None:
    assert parse_json(text) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = st.sampled_from(
    ["role", "content", "parts", "tool_calls", "type", "id", "name", "arguments", "function", "response", "text"]
)
NEAR_MESSAGES = st.recursive(
    JSON | st.sampled_from(["user", "assistant", "tool_call", "tool_call_response", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
)


@given(NEAR_MESSAGES)
def test_anything_at_all_becomes_messages_that_can_be_stored(value: object) -> None:
    for message in parse_messages(json.dumps(value)):
        message.content.encode()
        json.dumps([message.parts, [call.arguments for call in message.tool_calls]], allow_nan=False)


RESULT = {"type": "tool_call_response", "id": "t1", "response": "Monday"}


@pytest.mark.parametrize(
    "result",
    [
        RESULT,
        {"type": "tool_result", "tool_use_id": "t1", "content": "Monday"},
        {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "Monday"}]},
    ],
)
@pytest.mark.parametrize("key", ["parts", "content"])
def test_what_a_tool_said_is_not_the_users_word(result: dict[str, object], key: str) -> None:
    messages = parse_messages([{"role": "user", "content": "When?"}, {"role": "user", key: [result]}])
    assert [(each.role, each.content, each.tool_call_id) for each in messages] == [
        ("user", "When?", ""),
        ("tool", "Monday", "t1"),
    ]
    assert find_user_text(messages) == "When?"


def test_several_results_and_words_in_one_message_are_taken_apart() -> None:
    other = {"type": "tool_call_response", "id": "t2", "response": {"day": 2}}
    words = {"type": "text", "content": "And now?"}
    messages = parse_messages([{"role": "user", "parts": [RESULT, other, words]}])
    assert [(each.role, each.content, each.tool_call_id) for each in messages] == [
        ("tool", "Monday", "t1"),
        ("tool", '{"day": 2}', "t2"),
        ("user", "And now?", ""),
    ]


def test_a_call_as_anthropic_writes_it_is_a_tool_call() -> None:
    use = {"type": "tool_use", "id": "t1", "name": "find", "input": {"order": 1}}
    [message] = parse_messages([{"role": "assistant", "content": [use]}])
    assert message.tool_calls == (ToolCall("t1", "find", {"order": 1}),)


def test_a_definition_of_a_tool_has_its_name_at_the_top() -> None:
    nested = {"type": "function", "function": {"name": "find", "parameters": {}}}
    flat = {"type": "function", "name": "find", "parameters": {}}
    assert flatten_tool(nested) == flatten_tool(flat) == flat


DATA = "iVBORw0K" * 1000


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DATA}"}},
        {"type": "blob", "mime_type": "image/png", "content": DATA},
        {"type": "input_audio", "input_audio": {"data": DATA, "format": "wav"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA}},
        {"inlineData": {"mimeType": "image/png", "data": DATA}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{DATA}"}},
    ],
)
def test_long_data_is_noted_by_its_length_and_not_copied(part: dict[str, object]) -> None:
    [message] = parse_messages([{"role": "user", "content": [{"type": "text", "text": "See?"}, part]}])
    [_, kept] = message.parts
    told = json.dumps(kept)
    assert message.content == "See?"
    assert len(told) < 200
    assert "characters]" in told
    assert "mime" in told or "media" in told or "format" in told or "data:" in told


def test_long_texts_are_no_data() -> None:
    thought = {"type": "reasoning", "content": "I think so. " * 1000}
    [message] = parse_messages([{"role": "assistant", "parts": [thought, {"type": "text", "content": "a" * 5000}]}])
    assert message.parts[0] == thought
    assert message.content == "a" * 5000


def test_a_refusal_is_what_was_said() -> None:
    chat, part = {"content": None, "refusal": "No."}, {"content": [{"type": "refusal", "refusal": "No."}]}
    assert [each.content for each in parse_messages([{"role": "assistant"} | each for each in (chat, part)])] == [
        "No."
    ] * 2


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (
            {"functionCall": {"name": "find", "args": {"order": 1}}},
            {"functionResponse": {"name": "find", "response": {"at": "sea"}}},
        ),
        (
            {"toolUse": {"toolUseId": "t1", "name": "find", "input": {"order": 1}}},
            {"toolResult": {"toolUseId": "t1", "content": [{"text": '{"at": "sea"}'}]}},
        ),
    ],
)
def test_tools_of_gemini_and_of_bedrock_are_called_and_answer(
    call: dict[str, object], result: dict[str, object]
) -> None:
    messages = parse_messages([{"role": "model", "parts": [call]}, {"role": "user", "parts": [result]}])
    assert [each.role for each in messages] == ["assistant", "tool"]
    assert [(each.name, each.arguments) for each in messages[0].tool_calls] == [("find", {"order": 1})]
    assert messages[1].content == '{"at": "sea"}'


def test_tool_calls_that_are_no_list_are_none() -> None:
    [message] = parse_messages([{"role": "assistant", "content": "Hi", "tool_calls": True}])
    assert (message.content, message.tool_calls) == ("Hi", ())
