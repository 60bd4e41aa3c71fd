"""A rating is for or against by its place on its scale."""

from collections.abc import Callable
from typing import Any

import pytest

from feedback.detectors.material import Material
from feedback.detectors.rating import DETECTOR
from feedback.explicit import Feedback
from tracing.conversations import Conversation


@pytest.mark.parametrize(
    ("score", "metadata", "polarity", "confidence"),
    [
        (5, {}, 1, 0.6),
        (3, {}, 0, 0.6),
        (2, {}, -1, 0.6),
        (0, {}, -1, 0.6),
        (1, {}, 1, 0.6),
        (9, {}, 1, 0.6),
        (80, {}, 1, 0.6),
        (1, {"min": 1, "max": 5}, -1, 1.0),
        (1, {"max": "10"}, -1, 1.0),
        (3, {"min": 1, "max": 4}, 1, 1.0),
    ],
)
def test_the_scale_is_told_or_the_least_that_has_the_score(
    score: float,
    metadata: dict[str, Any],
    polarity: int,
    confidence: float,
    talk: Callable[..., Conversation],
    feedback: Callable[..., Feedback],
) -> None:
    said = feedback("rating", span_id="span-1", score=score, metadata=metadata)
    (signal,) = DETECTOR.detect(Material(talk(("a", "1")), [said]))
    assert (signal.polarity, signal.confidence) == (polarity, confidence)


@pytest.mark.parametrize(
    ("score", "metadata"), [(None, {}), (float("nan"), {}), (-1, {}), (1e9, {}), (7, {"min": 1, "max": 5})]
)
def test_what_is_on_no_scale_is_no_rating(
    score: float | None,
    metadata: dict[str, Any],
    talk: Callable[..., Conversation],
    feedback: Callable[..., Feedback],
) -> None:
    said = feedback("rating", span_id="span-1", score=score, metadata=metadata)
    assert list(DETECTOR.detect(Material(talk(("a", "1")), [said]))) == []
