"""Long and short are by what is usual in the service, and mean what the project says."""

from collections.abc import Callable

import pytest

from feedback.detectors.conversation_length import DETECTOR
from feedback.detectors.material import Material
from feedback.detectors.tuning import LongIs, Tuning
from feedback.detectors.usual import Spread, Usual
from tests.feedback.detectors.conftest import START_NS
from tracing.conversations import Conversation

USUAL = Usual(turns={"": Spread(500, 2.0, 3.0, 5.0)})
LATER_NS = START_NS + 10**15


@pytest.mark.parametrize(
    ("turns", "long_is", "label", "polarity"),
    [
        (6, "bad", "long", -1),
        (6, "good", "long", 1),
        (6, "neutral", "long", 0),
        (1, "bad", "short", 1),
        (1, "good", "short", -1),
        (1, "neutral", "short", 0),
    ],
)
def test_an_unusual_length_means_what_the_project_says(
    turns: int, long_is: LongIs, label: str, polarity: int, talk: Callable[..., Conversation]
) -> None:
    material = Material(talk(*[("a", "b")] * turns), tuning=Tuning(long_is=long_is), usual=USUAL, now_ns=LATER_NS)
    (signal,) = DETECTOR.detect(material)
    assert (signal.label, signal.polarity, signal.target) == (label, polarity, turns - 1)


@pytest.mark.parametrize(
    ("turns", "usual", "now_ns"), [(3, USUAL, LATER_NS), (6, Usual(), LATER_NS), (6, USUAL, START_NS), (6, USUAL, 0)]
)
def test_a_usual_length_is_none_and_so_is_one_that_may_grow(
    turns: int, usual: Usual, now_ns: int, talk: Callable[..., Conversation]
) -> None:
    assert list(DETECTOR.detect(Material(talk(*[("a", "b")] * turns), usual=usual, now_ns=now_ns))) == []
