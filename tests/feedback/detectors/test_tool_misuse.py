"""Tools that were not offered, and arguments that do not fit."""

from typing import Any

import pytest

from feedback.detectors.schemas import find_schema_fault
from feedback.detectors.tool_misuse import DETECTOR
from tests.feedback.detectors.agents import Step, act

OPENAI = {
    "type": "function",
    "function": {"name": "find_order", "parameters": {"type": "object", "required": ["order"]}},
}
ANTHROPIC = {"name": "find_order", "input_schema": {"type": "object", "required": ["order"]}}


@pytest.mark.parametrize(
    ("step", "label"),
    [
        (Step("x", name="find_parcel"), "undeclared"),
        (Step("x", arguments={}), "arguments"),
        (Step("x", arguments={"order": "4711"}), "arguments"),
        (Step("x", arguments={"order": 1, "status": "lost"}), "arguments"),
        (Step("x", arguments={"order": 1, "more": 2}), "arguments"),
        (Step("x", arguments={"value": '{"order": 47'}), "invalid_json"),
    ],
)
def test_what_the_tool_does_not_take_is_one(step: Step, label: str) -> None:
    (signal,) = DETECTOR.detect(act(step))
    assert (signal.label, signal.fired) == (label, True)


@pytest.mark.parametrize("arguments", [{"order": 1}, {"order": 1, "status": "open"}])
def test_what_it_takes_is_none(arguments: dict[str, Any]) -> None:
    assert list(DETECTOR.detect(act(Step("x", arguments=arguments)))) == []


@pytest.mark.parametrize("definition", [OPENAI, ANTHROPIC])
def test_definitions_are_read_as_providers_write_them(definition: dict[str, Any]) -> None:
    assert list(DETECTOR.detect(act(Step("x"), tools=[definition]))) == []
    assert len(list(DETECTOR.detect(act(Step("x", arguments={}), tools=[definition])))) == 1


def test_without_definitions_nothing_is_known() -> None:
    assert list(DETECTOR.detect(act(Step("x", name="anything", arguments={}), tools=[]))) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"properties": {"order": {"$ref": "http://127.0.0.1:9/schema"}}},
        {"properties": {"order": {"$ref": "#/definitions/none"}}},
        {"properties": {"order": {"pattern": "("}}},
        {"properties": {str(number): {} for number in range(10_000)}},
    ],
)
def test_a_schema_that_is_none_checks_nothing_and_fetches_nothing(schema: dict[str, Any]) -> None:
    assert find_schema_fault(schema, {"order": 1}) == ""
