"""No pattern takes long over a text that is made to trip it, and no reader of texts over a long one."""

import re
import time

import pytest

from feedback.pages.markdown import render_markdown
from tests.fuzz.patterns import find_patterns, list_pumps, make_attack
from tracing.personal_data import find_personal_data

LENGTHS = (8, 12, 16, 18, 20, 22, 24, 28, 32, 64, 300)
"""Little by little, so that a pattern whose time doubles with each letter is found before it takes for ever."""
LONG = 20_000
MOST_SECONDS = 0.1
"""Of the processor. One that tries all ways to part a text takes more over 300 letters, most take less than 0.0001."""


def take_seconds(pattern: re.Pattern[str], text: str) -> float:
    start = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - start


def find_slow(pattern: re.Pattern[str]) -> str:
    """A text over which it takes too long."""
    for pump in list_pumps(pattern):
        for text in (make_attack(pump, length) for length in LENGTHS):
            if take_seconds(pattern, text) > MOST_SECONDS and take_seconds(pattern, text) > MOST_SECONDS:
                return text
    return ""


def test_no_pattern_tries_all_ways_to_part_a_text() -> None:
    patterns = find_patterns()
    assert len(patterns) > 500
    slow = {name: found[:60] for name, pattern in patterns.items() if (found := find_slow(pattern))}
    assert not slow


@pytest.mark.parametrize(
    "pattern", [r"(a+)+b", r"(?:x|xx)*y", r"rue (?:[^\W\d_][\w'’.-]{0,24} ?){1,5} \d", r"(\w+\s?)*$", r"(.*a){9}b"]
)
def test_a_pattern_that_does_is_found(pattern: str) -> None:
    assert find_slow(re.compile(pattern))


@pytest.mark.parametrize(
    "unit", ["rue a", "1 bis, rue ", "[", "](", "*a ", "`", "| a ", "> ", "\\(", "a@", "+1 ", "-" * 8, "\n "]
)
def test_readers_of_texts_take_time_by_their_length(unit: str) -> None:
    text = unit * (LONG // len(unit))
    for read in (render_markdown, find_personal_data):
        start = time.process_time()
        read(text)
        assert time.process_time() - start < 1
