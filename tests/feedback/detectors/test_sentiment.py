from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.sentiment import detect
from feedback.detectors.signal import Signal
from tracing.conversations import Conversation


def read_tone(talk: Callable[..., Conversation], text: str) -> Signal:
    (signal,) = detect(Material(talk(("first", "answer"), (text, "answer"))))
    return signal


@pytest.mark.parametrize(
    ("text", "label", "polarity"),
    [
        ("this is useless, what a stupid waste of time", "negative", -1),
        ("wtf", "negative", -1),
        ("thank you so much, that was wonderful", "positive", 1),
        ("gracias 🙏", "positive", 1),
        ("make it 200 words long", "neutral", 0),
        ("", "neutral", 0),
    ],
)
def test_the_tone_of_a_message(talk: Callable[..., Conversation], text: str, label: str, polarity: int) -> None:
    signal = read_tone(talk, text)
    assert (signal.label, signal.polarity, signal.fired) == (label, polarity, polarity != 0)


@pytest.mark.parametrize(
    "text",
    [
        "no problem",
        "please help me with a free alert for the error",
        "thanks in advance, how do I sort it?",
        "translate “I hate this horrible stupid place”",
        "> this is terrible\nwrite a reply",
        "now this:\n```\nraise TerribleError('awful, horrible')\n```",
        "Traceback (most recent call last):\nValueError: bad awful horrible value",
    ],
)
def test_habits_quotations_and_code_have_no_tone(talk: Callable[..., Conversation], text: str) -> None:
    assert read_tone(talk, text).label == "neutral"


def test_there_is_exactly_one_for_each_message_after_the_first(talk: Callable[..., Conversation]) -> None:
    signals = list(detect(Material(talk(("awful!", "1"), ("b", "2"), ("c", "3")))))
    assert [(s.turn_index, s.target, s.span_id) for s in signals] == [(1, 0, "span-1"), (2, 1, "span-2")]


def test_it_shows_the_words_that_carried_it(talk: Callable[..., Conversation]) -> None:
    text = "that is horrible, and `horrible` in code is not"
    signal = read_tone(talk, text)
    assert [text[start:end] for start, end in signal.evidence.offsets] == ["horrible"]
    assert signal.evidence.reason == "the message sounds negative: horrible"


def test_the_score_is_strength_not_direction(talk: Callable[..., Conversation]) -> None:
    assert read_tone(talk, "horrible, useless, terrible").score > read_tone(talk, "a bit terrible").score > 0
