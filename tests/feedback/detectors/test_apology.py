from collections.abc import Callable

from feedback.detectors.apology import detect
from feedback.detectors.material import Material
from tracing.conversations import Conversation


def test_saying_sorry_for_an_earlier_answer_fires_and_marks_the_words(talk: Callable[..., Conversation]) -> None:
    answer = "Sorry about that! It is 12."
    [signal] = detect(Material(talk(("2 + 10?", "11."), ("no", answer))))
    assert (signal.kind, signal.label, signal.fired, signal.target) == ("apology", "sorry", True, 1)
    [(start, end)] = signal.evidence.offsets
    assert (answer[start:end], signal.evidence.text) == ("Sorry", "answer")


def test_owning_a_mistake_fires_less_surely(talk: Callable[..., Conversation]) -> None:
    [signal] = detect(Material(talk(("2 + 10?", "11."), ("it's 12", "You're right, it is 12."))))
    assert (signal.label, signal.fired) == ("admitted", True)
    assert signal.score < 0.9


def test_before_the_first_answer_there_is_nothing_to_be_sorry_for(talk: Callable[..., Conversation]) -> None:
    [signal] = detect(Material(talk(("my train was late", "Sorry for the trouble. What can I do?"))))
    assert not signal.fired


def test_words_of_apology_that_were_asked_for_do_not_fire(talk: Callable[..., Conversation]) -> None:
    asked = "write a text to say sorry to my flatmate"
    signals = detect(Material(talk(("hi", "Hello!"), (asked, "Hey, I'm sorry about the dishes. I'll do them."))))
    assert not any(signal.fired for signal in signals)
