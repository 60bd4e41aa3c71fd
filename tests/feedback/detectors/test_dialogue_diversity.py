"""Answers that go in circles."""

from collections.abc import Callable

from feedback.detectors.dialogue_diversity import DETECTOR
from feedback.detectors.material import Material
from tracing.conversations import Conversation

SAME = "Please go to the settings page and choose the tab called billing."


def test_the_same_answer_to_another_message_is_a_loop(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("how do I pay?", SAME), ("and by card?", "Cards work, too."), ("where is it?", SAME.upper()))
    (signal,) = DETECTOR.detect(Material(conversation))
    assert (signal.label, signal.target, signal.polarity) == ("loop", 2, -1)
    assert "turn 1" in signal.evidence.reason


def test_the_same_answer_to_the_same_message_is_none(talk: Callable[..., Conversation]) -> None:
    assert list(DETECTOR.detect(Material(talk(("how?", SAME), ("how?", SAME))))) == []


def test_short_answers_may_be_the_same(talk: Callable[..., Conversation]) -> None:
    assert list(DETECTOR.detect(Material(talk(*[(f"add {n}", "Done.") for n in range(9)])))) == []


def test_answers_that_differ_in_a_word_are_repetitive(talk: Callable[..., Conversation]) -> None:
    said = [(f"what of {n}?", f"As for {n}, {SAME}") for n in ("cards", "cash", "cheques", "stamps")]
    (signal,) = DETECTOR.detect(Material(talk(*said)))
    assert (signal.label, signal.target) == ("repetitive", 3)
    assert signal.evidence.numbers["distinct_2"] < 0.45


def test_answers_about_different_things_are_not(talk: Callable[..., Conversation]) -> None:
    conversation = talk(
        ("a", "Paris is the capital of France and lies on the river Seine."),
        ("b", "You can take a train from the north station at nine in the morning."),
        ("c", "Bring an umbrella, for it rains often there in early spring months."),
    )
    assert list(DETECTOR.detect(Material(conversation))) == []
