"""Rows with one planted fault each, of the kinds that TRL trains on without a word."""

import json
from typing import Any

import pytest

from feedback.datasets.validation import encode_line
from tests.feedback.datasets.dialogue import Dialogue, build, read_drops, read_rows
from tracing.generations import Message, ToolCall
from tracing.texts.stand_ins import stand_in

CALL = ToolCall("call_1", "get_weather", {"city": "Oslo"})
ASKS = Message("user", "Weather in Oslo?")
CALLS = Message("assistant", "", tool_calls=(CALL,))
RESULT = Message("tool", "4 degrees", tool_call_id="call_1")
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}


def praise(**generation: Any) -> Dialogue:
    return Dialogue().ask("Weather in Oslo?", "It is 4 degrees.", **generation).thumb(0, "up")


def pass_argument(value: float) -> tuple[Message, ...]:
    call = ToolCall("call_1", "wait", {"seconds": value})
    return ASKS, Message("assistant", "", tool_calls=(call,)), RESULT


FAULTS: dict[str, dict[str, Any]] = {
    "orphan_tool_call-without-result": {"input_messages": (ASKS, CALLS, Message("user", "and?"))},
    "orphan_tool_call-without-call": {"input_messages": (ASKS, RESULT)},
    "orphan_tool_call-other-id": {"input_messages": (ASKS, CALLS, Message("tool", "4 degrees", tool_call_id="call_2"))},
    "orphan_tool_call-in-answer": {"output_messages": (Message("assistant", "Let me see.", tool_calls=(CALL,)),)},
    "unknown_role": {"input_messages": (Message("developer", "Be brief."), ASKS)},
    "empty_message": {"input_messages": (ASKS, Message("assistant", ""), Message("user", "and?"))},
    "wrong_last_role": {"input_messages": (ASKS, Message("assistant", "It is"))},
    "no_user_message": {"input_messages": (Message("system", "Be brief."),)},
    "text_not_kept": {"input_messages": (Message("user", stand_in("What is it?", b"secret")),)},
    "not_text": {"input_messages": (Message("user", "What is it?", parts=({"type": "image_url"},)),)},
    "not_json-not-a-number": {"input_messages": pass_argument(float("nan"))},
    "not_json-infinite": {"input_messages": pass_argument(float("inf"))},
}


@pytest.mark.parametrize("format_name", ["trl-sft", "trl-kto"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_row_is_dropped_with_its_reason(format_name: str, fault: str) -> None:
    dataset = build(format_name, praise(**FAULTS[fault]))
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {fault.split("-")[0]: 1}


@pytest.mark.parametrize("fault", [name for name in FAULTS if not name.endswith("in-answer")])
def test_a_faulty_prompt_drops_a_pair(fault: str) -> None:
    dialogue = Dialogue().ask("Weather?", "bad", "good", **FAULTS[fault]).notice(0, "regeneration", attempt=0)
    dataset = build("trl-dpo", dialogue)
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {fault.split("-")[0]: 1}


def test_an_agents_tool_calls_are_kept_with_the_tools() -> None:
    agent = {"input_messages": (ASKS, CALLS, RESULT), "tool_definitions": (TOOL,)}
    (row,) = read_rows(build("trl-sft", praise(**agent)))
    assert [message["role"] for message in row["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert row["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"city": "Oslo"}
    assert row["tools"][0]["function"]["name"] == "get_weather"


def test_tools_stand_in_every_row_as_soon_as_one_has_them_and_else_in_none() -> None:
    agent = praise(input_messages=(ASKS, CALLS, RESULT), tool_definitions=(TOOL,))
    plain = Dialogue("c2").ask("one?", "first").thumb(0, "up")
    assert [len(row["tools"]) for row in read_rows(build("trl-kto", agent, plain))] == [1, 0]
    assert all("tools" not in row for row in read_rows(build("trl-kto", plain)))


@pytest.mark.parametrize("text", ["a\nb", "a\tb", '"},{"label":true}', "<script>", "=1+1", "\\u0041"])
def test_hostile_text_stays_in_its_line_and_reads_back_unchanged(text: str) -> None:
    dataset = build("trl-kto", Dialogue().ask(text, text + "!").thumb(0, "up"))
    train = dataset.files["train.jsonl"].decode()
    assert len(train.splitlines()) == 1
    assert json.loads(train)["prompt"][0]["content"] == text


@pytest.mark.parametrize("text", ["a\u2028b", "a\u2029b", "a\x85b", "a\r\nb", "a\x00b", "a\x1eb"])
def test_a_line_is_one_line_to_every_reader(text: str) -> None:
    line = encode_line({"text": text})
    assert line is not None
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == {"text": text}


@pytest.mark.parametrize("text", ["half \ud83d of it", "\ude00\ud83d"])
def test_half_a_character_gives_no_line(text: str) -> None:
    assert encode_line({"text": text}) is None


def test_a_value_that_json_would_change_gives_no_line() -> None:
    assert encode_line({"keys": {1: "one"}}) is None
    assert encode_line({"text": "é"}) == '{"text": "é"}\n'.encode()
