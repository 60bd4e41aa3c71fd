"""Conversations with the signal `format_failure`."""

from drift.detectors import Measured
from drift.detectors.format_failures import measure
from tests.drift.detectors.conversations import hear, observe


def test_a_signal_that_stands_is_counted_once() -> None:
    assert measure(observe(signals=[hear("format_failure"), hear("format_failure")])) == Measured(1, 1)


def test_one_that_did_not_fire_or_was_rejected_is_none() -> None:
    signals = [hear("format_failure", fired=False), hear("format_failure", is_rejected=True), hear("complaint")]
    assert measure(observe(signals=signals)) == Measured(1, 0)
    assert measure(observe(("a", ""))) is None
