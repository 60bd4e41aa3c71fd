"""How long people and models take, in seconds: the texts and a key in, always the same figure out."""

from tracing.demo.chance import draw_lognormal, draw_share

READING_CHARS_PER_SECOND = 28
TYPING_CHARS_PER_SECOND = 5
LONGEST_READING = 75.0
LONGEST_TYPING = 90.0
"""Longer messages are pasted, not typed."""


def find_reading_seconds(text: str) -> float:
    return min(len(text) / READING_CHARS_PER_SECOND, LONGEST_READING)


def find_writing_seconds(previous_answer: str, message: str, key: str) -> float:
    """Reading what was said, thinking, typing."""
    typing = min(len(message) / TYPING_CHARS_PER_SECOND, LONGEST_TYPING)
    return find_reading_seconds(previous_answer) + draw_lognormal(5, 0.8, "thinking", key) + typing


def find_reaction_seconds(key: str) -> float:
    """From the end of an answer to a press of a button beside it."""
    return draw_lognormal(4, 0.5, "reaction", key)


def find_first_chunk_seconds(app: str, key: str) -> float:
    median = {"code-helper": 0.9, "writing-desk": 0.8}.get(app, 0.5)
    return draw_lognormal(median, 0.45, "first chunk", key)


def find_chars_per_second(app: str, key: str) -> float:
    median = {"code-helper": 150, "writing-desk": 150}.get(app, 240)
    return draw_lognormal(median, 0.25, "speed", key)


def find_stop_length(text: str, key: str) -> int:
    """How many characters are on the screen when the person stops the answer."""
    return int(len(text) * (0.2 + 0.5 * draw_share("stopped", key)))
