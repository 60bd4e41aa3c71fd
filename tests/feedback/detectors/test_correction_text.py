"""What the user wrote in place of the answer."""

from collections.abc import Callable

import pytest

from feedback.detectors.correction_text import DETECTOR
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Conversation


@pytest.mark.parametrize("where", ["correction", "explanation"])
def test_a_better_answer_speaks_against_the_one_that_was_given(
    where: str, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    said = feedback("correction", span_id="span-1", **{where: "It is Lyon."})
    (signal,) = DETECTOR.detect(Material(talk(("a", "It is Paris.")), [said]))
    assert (signal.kind, signal.polarity, signal.fired) == ("correction_text", -1, True)


@pytest.mark.parametrize("written", ["", " ", "It is Paris."])
def test_the_same_answer_is_no_correction(
    written: str, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    said = feedback("correction", span_id="span-1", correction=written)
    assert list(DETECTOR.detect(Material(talk(("a", "It is Paris.")), [said]))) == []
