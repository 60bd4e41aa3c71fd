"""A model is unsure by its own past, else by a likelihood that is low for any."""

from collections.abc import Callable

import pytest

from feedback.detectors.low_confidence import DETECTOR
from feedback.detectors.material import Material
from feedback.detectors.usual import Spread, Usual
from tracing.conversations import Answer, Conversation
from tracing.generations import Generation

USUAL = Usual(logprobs={("shop", "gpt-x"): Spread(1000, -0.4, -0.2, -0.1)})


@pytest.mark.parametrize(
    ("mean", "usual", "count"),
    [
        (-0.5, USUAL, 1),
        (-0.3, USUAL, 0),
        (-0.5, Usual(), 0),
        (-1.2, Usual(), 1),
        (None, USUAL, 0),
        (float("nan"), USUAL, 0),
        (float("-inf"), USUAL, 0),
        (-1e9, USUAL, 1),
    ],
)
def test_an_answer_of_unlikely_words_is_one(
    mean: float | None, usual: Usual, count: int, talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    said = answer("x", service_name="shop", model="gpt-x", generation_span_ids=("span-1",))
    call = Generation(1, "trace-1", "span-1", "", 0, 0, "genai", logprob_mean=mean)
    material = Material(talk(("why", said)), calls={("trace-1", "span-1"): call}, usual=usual)
    assert len(list(DETECTOR.detect(material))) == count
