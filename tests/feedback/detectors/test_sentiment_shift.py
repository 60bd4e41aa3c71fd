"""The tone over a conversation: what goes one way, not what swings."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from feedback.detectors.material import Material
from feedback.detectors.sentiment_shift import MOST_MESSAGES, detect
from feedback.detectors.signal import Signal
from tests.feedback.detectors.readings import sound
from tracing.conversations import Conversation

Talk = Callable[..., Conversation]


def hear(talk: Talk, tones: Sequence[float], first_turn: int = 0, is_end: bool = True) -> list[Signal]:
    told = talk(*((f"message {number}", "answer") for number in range(len(tones) + 1)))
    turns = tuple(replace(turn, index=turn.index + first_turn) for turn in told.turns)
    readings = {turn.index: sound(tone) for turn, tone in zip(turns[1:], tones, strict=True)}
    return list(detect(Material(replace(told, turns=turns), readings=readings, is_end=is_end)))


@pytest.mark.parametrize(
    ("tones", "label", "turn"),
    [
        ((0.1, 0.0, -0.5, -0.9), "down", 3),
        ((0.3, -0.5, -0.8), "down", 2),
        ((-0.8, -0.7, 0.3, 0.6, 0.9), "up", 3),
    ],
)
def test_a_tone_that_goes_one_way_fires_once_where_it_turned(
    talk: Talk, tones: Sequence[float], label: str, turn: int
) -> None:
    (signal,) = hear(talk, tones)
    assert (signal.label, signal.fired, signal.polarity) == (label, True, -1 if label == "down" else 1)
    assert (signal.turn_index, signal.target) == (turn, turn - 1)


@pytest.mark.parametrize(
    "tones",
    [
        (0.0, 0.0, 0.0, -0.9),
        (0.0, -0.9, 0.0, 0.1, 0.0),
        (0.8, -0.8, 0.8, -0.8),
        (0.0, 0.0, 0.0, 0.0, 0.9),
        (-0.6, -0.6, -0.6, -0.6),
        (0.3, -0.9),
    ],
)
def test_one_outburst_or_thanks_at_the_end_is_no_change(talk: Talk, tones: Sequence[float]) -> None:
    assert not any(signal.fired for signal in hear(talk, tones))


def test_it_says_how_far(talk: Talk) -> None:
    (signal,) = hear(talk, (0.1, 0.0, -0.5, -0.9))
    assert signal.evidence.reason == "over 4 messages the tone got worse, from +0.1 to −0.7 from this one on"
    assert signal.evidence.numbers["change"] == pytest.approx(-1.1, abs=0.05)


def test_of_a_conversation_heard_in_parts_it_says_nothing(talk: Talk) -> None:
    falling = (0.1, 0.0, -0.5, -0.9)
    assert hear(talk, falling, is_end=False) == hear(talk, falling, first_turn=200) == []


def test_of_a_long_conversation_the_latest_messages_count(talk: Talk) -> None:
    falling = [0.5 - place / MOST_MESSAGES for place in range(MOST_MESSAGES)]
    (signal,) = hear(talk, [-0.5] * 100 + falling)
    assert (signal.label, signal.fired) == ("down", True)
