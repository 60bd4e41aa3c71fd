"""Where signals of words stand in a log: turns and answers by the places of messages, whatever stands between."""

import json
from typing import Any

import pytest

from feedback.detecting import KINDS, Chat, detect_chats, detect_rows, read_chat, tell_signal
from feedback.reactions.static import read_static
from tracing.importing.entries import Problem, Row, UnreadableError

USER, ANSWER, SYSTEM, TOOL = "user", "assistant", "system", "tool"
FIELDS = [
    *("conversation_id", "turn", "target", "kind", "label"),
    *("score", "confidence", "fired", "polarity", "evidence"),
]


def make_chat(*messages: tuple[str, Any]) -> Chat:
    turns = [{"role": role, "content": content} for role, content in messages]
    return read_chat({"conversation_id": "c", "turns": turns})


def detect(*messages: tuple[str, Any]) -> list[dict[str, Any]]:
    [(chat, signals)] = detect_chats([make_chat(*messages)], read_static)
    return [tell_signal(chat, signal) for signal in signals]


def list_tones(told: list[dict[str, Any]]) -> list[tuple[int, int | None]]:
    return [(each["turn"], each["target"]) for each in told if each["kind"] == "sentiment"]


def test_a_signal_tells_its_message_and_the_answer_that_it_is_about() -> None:
    told = detect((USER, "capital of australia?"), (ANSWER, "Sydney."), (USER, "no, that's wrong, it's Canberra"))
    assert [list(each) for each in told] == [FIELDS] * len(told)
    assert {(each["conversation_id"], each["turn"], each["target"]) for each in told} == {("c", 2, 1)}
    assert {each["kind"] for each in told} <= set(KINDS)
    assert max(told, key=lambda each: each["score"] * (each["kind"] != "sentiment"))["kind"] == "correction"
    assert all(each["score"] >= 0.01 for each in told if each["kind"] != "sentiment")


def test_every_message_of_a_user_after_the_first_has_one_tone() -> None:
    messages = [
        (SYSTEM, "Be brief."),
        (ANSWER, "Hi, I am the bot."),
        (USER, "first"),
        (USER, "second"),
        (ANSWER, "Yes?"),
        (ANSWER, "I am listening."),
        (SYSTEM, "Be nice."),
        (USER, ""),
        (USER, [{"type": "text", "text": "this is"}, {"type": "text", "text": "awful"}]),
        (ANSWER, None),
        (USER, None),
        (USER, [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]),
    ]
    assert list_tones(detect(*messages)) == [(3, 1), (7, 5), (8, 5), (10, 5), (11, 5)]


def test_an_answer_that_nobody_had_seen_is_no_target() -> None:
    assert list_tones(detect((USER, "one"), (USER, "two"), (ANSWER, "Both."), (USER, "thanks"))) == [(1, None), (3, 2)]


def test_what_is_said_after_the_tools_is_the_answer() -> None:
    chat = make_chat(
        (USER, "weather?"),
        (ANSWER, "Let me look."),
        (TOOL, "rain"),
        (ANSWER, "It rains."),
        (ANSWER, "All day."),
        (USER, "no"),
    )
    assert chat.conversation.turns[0].answer.text == "It rains.\n\nAll day."
    assert chat.answer_places[0] == 4


def test_a_message_that_only_brings_a_tools_result_is_not_the_users() -> None:
    result = [{"type": "tool_result", "tool_use_id": "t", "content": "rain"}]
    chat = make_chat((USER, "weather?"), (ANSWER, "Let me look."), (USER, result), (ANSWER, "It rains."))
    assert chat.places == (0,)


def test_offsets_are_those_of_the_joined_text() -> None:
    parts = [{"type": "text", "text": "no, that is wrong."}, {"type": "text", "text": "it's Canberra"}]
    told = detect((USER, "capital of australia?"), (ANSWER, "Sydney."), (USER, parts))
    text = "no, that is wrong.\nit's Canberra"
    for start, end in (pair for each in told for pair in each["evidence"]["offsets"]):
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip()


def test_a_conversation_without_a_later_message_says_nothing() -> None:
    assert detect() == detect((USER, "hello")) == detect((ANSWER, "hello")) == []


def test_the_same_words_in_a_row_are_two_messages() -> None:
    assert list_tones(detect((USER, "where is my order?"), (ANSWER, "?"), (USER, "where is my order?"))) == [(2, 1)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], 'the line is []; {"conversation_id", "turns": […]} was expected'),
        ({"turns": []}, "conversation_id is None; text was expected"),
        ({"conversation_id": True, "turns": []}, "conversation_id is True; text was expected"),
        ({"conversation_id": "c"}, "turns is None; a list of messages was expected"),
        ({"conversation_id": "c", "turns": ["hi"]}, """turns[0] is 'hi'; {"role", "content"} was expected"""),
        (
            {"conversation_id": "c", "turns": [{"role": "usr", "content": "hi"}]},
            "turns[0].role is 'usr'; user, assistant, system or tool was expected",
        ),
        (
            {"conversation_id": "c", "turns": [{"role": "user", "content": 5}]},
            "turns[0].content is 5; text or a list of parts was expected",
        ),
    ],
)
def test_what_is_no_conversation_is_told(value: Any, reason: str) -> None:
    with pytest.raises(UnreadableError) as told:
        read_chat(value)
    assert str(told.value) == reason


def test_rows_that_cannot_be_read_are_told_and_the_others_go_on() -> None:
    turns = [{"role": role, "content": "hm"} for role in ("user", "assistant", "user")]
    rows = [Row(1, {"conversation_id": 7, "turns": turns}), Problem(2, "no JSON"), Row(3, None)]
    found = detect_rows([*rows, Row(4, {"conversation_id": "é", "turns": turns})], read_static)
    assert [problem.line for problem in found.problems] == [2, 3]
    assert (found.chats, found.messages) == (2, 4)
    told = [json.loads(line) for line in found.output.splitlines()]
    assert [each["conversation_id"] for each in told if each["kind"] == "sentiment"] == [7, "é"]
