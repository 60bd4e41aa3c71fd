from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.refusal import detect
from tracing.conversations import Conversation


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m not able to give medical advice. Please see a doctor.",
        "As an AI language model, I cannot have opinions on that.",
        "I understand this is hard. Unfortunately I am unable to discuss compensation.",
        "I'd rather not share doses.",
        "抱歉，我无法提供医疗建议，请咨询专业医生。",
        "Je suis désolé. Je ne suis pas en mesure de fournir un avis juridique.",
    ],
)
def test_declining_at_the_start_fires_and_marks_the_answer(talk: Callable[..., Conversation], text: str) -> None:
    (signal,) = detect(Material(talk(("please", text))))
    assert (signal.fired, signal.target, signal.polarity) == (True, 0, -1)
    assert signal.evidence.text == "answer"
    ((start, end),) = signal.evidence.offsets
    assert text[start:end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "You can't divide by zero, so the function returns None.",
        "I can't see an error in your code. Which line fails?",
        "Sure. I won't change anything else.",
        "Here is a polite e-mail: 'Dear Tom, I'm afraid I can't come on Friday.'",
        "The plan has three parts. " * 20 + "I can't help with the last one.",
    ],
)
def test_cannot_in_an_answer_that_helps_is_no_refusal(talk: Callable[..., Conversation], text: str) -> None:
    assert list(detect(Material(talk(("please", text))))) == []


def test_declining_a_part_and_helping_does_not_fire(talk: Callable[..., Conversation]) -> None:
    (signal,) = detect(Material(talk(("draw", "I can't generate pictures, but here is a prompt for one: a bakery."))))
    assert not signal.fired


def test_what_the_user_says_is_not_a_refusal(talk: Callable[..., Conversation]) -> None:
    assert list(detect(Material(talk(("I'm sorry, I can't help with that.", "No worries."))))) == []
