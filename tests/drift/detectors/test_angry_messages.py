"""The tone of messages after the first."""

from drift.detectors import Measured
from drift.detectors.angry_messages import measure
from tests.drift.detectors.conversations import hear, observe


def test_one_angry_message_is_enough() -> None:
    assert measure(observe(signals=[hear("sentiment", 1), hear("sentiment")])) == Measured(1, 1)


def test_who_is_not_sure_or_was_rejected_is_not_angry() -> None:
    unsure, wrong = hear("sentiment", fired=False), hear("sentiment", is_rejected=True)
    assert measure(observe(signals=[unsure, wrong])) == Measured(1, 0)


def test_an_opening_alone_tells_no_tone() -> None:
    assert measure(observe(signals=[hear("complaint")])) is None
