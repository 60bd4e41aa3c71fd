from collections.abc import Callable
from typing import Any

import pytest

from feedback.detectors.format_failure import detect, is_json_asked, read_schema
from feedback.detectors.material import Material
from tests.feedback.detectors.asked import ask
from tracing.conversations import Conversation

SCHEMA = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}
STRUCTURED = {"response_format": {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}}


def test_broken_json_fires_and_marks_where_it_breaks() -> None:
    answer = '{"name": "Anna",}'
    [signal] = detect(ask("return it as JSON: Anna", answer))
    assert (signal.kind, signal.label, signal.fired, signal.polarity) == ("format_failure", "json", True, -1)
    assert signal.evidence.text == "answer"
    [(start, end)] = signal.evidence.offsets
    assert answer[start:end] in (",", "}")


def test_json_that_was_asked_for_and_given_is_no_failure() -> None:
    assert list(detect(ask("return it as JSON: Anna", 'Here you are:\n```json\n{"name": "Anna"}\n```'))) == []


def test_prose_around_json_fails_only_where_json_alone_was_asked_for() -> None:
    answer = 'Here is your JSON:\n{"a": 1}'
    assert list(detect(ask("give me json: a is 1", answer))) == []
    assert [signal.fired for signal in detect(ask("JSON only, no prose: a is 1", answer))] == [True]


@pytest.mark.parametrize(
    "parameters",
    [
        {"response_format": {"type": "json_object"}},
        {"response_format": "json_object"},
        {"output.type": "json"},
        STRUCTURED,
    ],
)
def test_parameters_ask_for_json(parameters: dict[str, Any]) -> None:
    [signal] = detect(ask("who are you", "I am an assistant.", parameters=parameters))
    assert (signal.label, signal.fired, signal.confidence) == ("json", True, 0.9)


@pytest.mark.parametrize("parameters", [{"response_format": {"type": "text"}}, {"output.type": "text"}, {"top_p": 1}])
def test_other_parameters_do_not(parameters: dict[str, Any]) -> None:
    assert not is_json_asked(parameters)
    assert list(detect(ask("who are you", "I am an assistant.", parameters=parameters))) == []


def test_json_that_does_not_fit_the_schema_says_why() -> None:
    [signal] = detect(ask("Anna is 30", '{"age": "thirty"}', parameters=STRUCTURED))
    assert (signal.label, signal.fired) == ("schema", True)
    assert "integer" in signal.evidence.reason
    assert list(detect(ask("Anna is 30", '{"age": 30}', parameters=STRUCTURED))) == []


def test_a_schema_is_found_however_deep_it_lies() -> None:
    assert read_schema({"type": "json_schema", "schema": SCHEMA}) == SCHEMA
    assert read_schema(SCHEMA) == SCHEMA
    assert read_schema({"type": "json_object"}) is None
    assert read_schema("Person") is None


def test_a_schema_that_is_none_fails_nothing() -> None:
    broken = {"response_format": {"type": "json_schema", "schema": {"type": "no such type", "properties": 3}}}
    assert list(detect(ask("Anna", '{"age": 30}', parameters=broken))) == []


def test_instructions_ask_for_every_answer_and_the_message_goes_before() -> None:
    rules = "Respond with JSON only."
    [signal] = detect(ask("hi", "Hello!", instructions=rules))
    assert signal.fired
    assert list(detect(ask("put it in a table: a 1", "| a |\n|---|\n| 1 |", instructions=rules))) == []


def test_who_asks_back_or_declines_has_no_form_to_fail() -> None:
    assert not any(signal.fired for signal in detect(ask("in a table pls", "Which columns would you like?")))
    refused = "I'm sorry, but I can't help with that."
    assert not any(signal.fired for signal in detect(ask("return json with the codes", refused)))


@pytest.mark.parametrize("outcome", ["error", "stopped"])
def test_an_answer_that_did_not_end_by_itself_is_not_judged(outcome: str) -> None:
    assert list(detect(ask("return it as JSON", '{"a": ', outcome=outcome))) == []


def test_json_asked_for_earlier_must_still_be_json(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("JSON only: a", '{"a": 1}'), ("now b", '```json\n{"b": 2,}\n```'))
    [signal] = detect(Material(conversation))
    assert (signal.target, signal.fired) == (1, True)


def test_a_broken_block_that_nobody_asked_for_is_told_and_does_not_fire(talk: Callable[..., Conversation]) -> None:
    [signal] = detect(Material(talk(("a shopping list", '```json\n{"milk": 1,}\n```'))))
    assert not signal.fired
    assert list(detect(Material(talk(("show a config", '```json\n{"a": ...}\n```'))))) == []


def test_each_answer_to_a_message_is_judged(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("JSON only: a", "a is one", '{"a": 1}'))
    assert [signal.span_id for signal in detect(Material(conversation))] == ["span-1"]
