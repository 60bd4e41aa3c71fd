"""A comment is for or against by its tone."""

from collections.abc import Callable

import pytest

from feedback.detectors.comment import DETECTOR
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Conversation


@pytest.mark.parametrize(
    ("words", "polarity"), [("This is awful and useless.", -1), ("Wonderful, thank you!", 1), ("It was on page 4.", 0)]
)
def test_the_tone_of_a_comment_says_for_or_against(
    words: str, polarity: int, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    said = feedback("comment", span_id="span-1", explanation=words)
    (signal,) = DETECTOR.detect(Material(talk(("a", "1")), [said]))
    assert signal.polarity == polarity


def test_a_comment_without_words_is_none(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    said = feedback("comment", span_id="span-1", explanation=" ")
    assert list(DETECTOR.detect(Material(talk(("a", "1")), [said]))) == []
