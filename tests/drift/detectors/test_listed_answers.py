"""Answers with lists or headings."""

import pytest

from drift.detectors import Measured
from drift.detectors.listed_answers import measure
from tests.drift.detectors.conversations import observe


@pytest.mark.parametrize("text", ["Take:\n- tea\n- milk", "  * one", "1. Open it.", "12) Close it.", "## Steps\nGo."])
def test_lists_and_headings_are_seen(text: str) -> None:
    assert measure(observe(("a", "Yes."), ("b", text))) == Measured(1, 1)


@pytest.mark.parametrize("text", ["A dash - here.", "-5 degrees", "2026 was fine.", "#1 of all", "1.5 litres"])
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert measure(observe(("a", text))) == Measured(1, 0)
