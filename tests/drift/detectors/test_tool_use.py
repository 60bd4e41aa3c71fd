"""Answers that were made with a tool."""

from drift.detectors import Measured
from drift.detectors.tool_use import measure
from tests.drift.detectors.conversations import observe


def test_one_turn_with_a_tool_is_enough() -> None:
    assert measure(observe(("a", "b"), ("c", "d"), tool_turns=[1])) == Measured(1, 1)
    assert measure(observe()) == Measured(1, 0)
