"""How a message sounds toward the assistant."""

from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.sentiment import detect
from feedback.detectors.signal import Signal
from tests.feedback.detectors.readings import make_reading, read_as, sound
from tracing.conversations import Conversation

Talk = Callable[..., Conversation]


def read_tone(talk: Talk, text: str) -> Signal:
    (signal,) = detect(Material(talk(("how do I reset it?", "Hold the red button for ten seconds."), (text, "x"))))
    return signal


@pytest.mark.parametrize(
    ("text", "label", "polarity"),
    [
        ("This is awful and useless.", "negative", -1),
        ("thank you so much, that was wonderful!", "positive", 1),
        ("vielen Dank, das hat super funktioniert!", "positive", 1),
        ("now write it as a list of three steps", "neutral", 0),
        ("", "neutral", 0),
        (" \n ", "neutral", 0),
    ],
)
def test_the_tone_of_a_message(talk: Talk, text: str, label: str, polarity: int) -> None:
    signal = read_tone(talk, text)
    assert (signal.label, signal.polarity) == (label, polarity)


@pytest.mark.parametrize(
    "text",
    [
        "translate “I hate this horrible stupid place” into French",
        "now this:\n```\nraise TerribleError('awful, horrible')\n```",
        "Traceback (most recent call last):\nValueError: bad awful horrible value",
    ],
)
def test_quotations_and_code_have_no_tone(talk: Talk, text: str) -> None:
    assert not read_tone(talk, text).fired


def test_there_is_exactly_one_for_each_message_after_the_first(talk: Talk) -> None:
    signals = list(detect(Material(talk(("awful!", "1"), ("b", "2"), ("", "3"), ("c", "4")))))
    targets = [(signal.turn_index, signal.target, signal.span_id) for signal in signals]
    assert targets == [(1, 0, "span-1"), (2, 1, "span-2"), (3, 2, "span-3")]


def test_the_score_is_strength_not_direction(talk: Talk) -> None:
    conversation = talk(("how?", "So."), ("that is horrible", "Sorry."))
    (signal,) = detect(read_as(conversation, sound(-0.9)))
    assert (signal.score, signal.polarity, signal.fired) == (0.9, -1, True)
    assert signal.evidence.numbers["negative"] == 0.9
    assert signal.evidence.reason == "“that is horrible” sounds negative toward the assistant"


def test_a_tone_that_is_hardly_there_is_told_and_does_not_fire(talk: Talk) -> None:
    tones = {"negative": 0.36, "neutral": 0.34, "positive": 0.3}
    (signal,) = detect(read_as(talk(("how?", "So."), ("hm", "?")), make_reading(tones=tones)))
    assert (signal.label, signal.fired) == ("negative", False)
