"""An answer is slow by what the project says, else by what is usual."""

from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.slow import DETECTOR
from feedback.detectors.tuning import Tuning
from feedback.detectors.usual import Spread, Usual
from tracing.conversations import Answer, Conversation

USUAL = Usual(seconds={("shop", "gpt-x"): Spread(1000, 1.0, 2.0, 4.0)})


@pytest.mark.parametrize(
    ("tuning", "usual", "label"),
    [
        (Tuning(slow_ms=9_000), Usual(), "objective"),
        (Tuning(slow_ms=11_000), USUAL, ""),
        (Tuning(), USUAL, "unusual"),
        (Tuning(), Usual(seconds={("shop", "gpt-x"): Spread(1000, 1.0, 2.0, 6.0)}), ""),
        (Tuning(), Usual(seconds={("other", "gpt-x"): Spread(1000, 1.0, 2.0, 4.0)}), ""),
        (Tuning(), Usual(), ""),
    ],
)
def test_ten_seconds_are_slow_or_not(
    tuning: Tuning, usual: Usual, label: str, talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    conversation = talk(("why", answer("x", service_name="shop", model="gpt-x")))
    signals = list(DETECTOR.detect(Material(conversation, tuning=tuning, usual=usual)))
    assert [each.label for each in signals] == ([label] if label else [])


def test_an_error_is_not_slow(talk: Callable[..., Conversation], answer: Callable[..., Answer]) -> None:
    material = Material(talk(("why", answer("", outcome="error"))), tuning=Tuning(slow_ms=1))
    assert list(DETECTOR.detect(material)) == []
