"""Users who show that something failed without being asked."""

from drift.detectors import Measured
from drift.detectors.bad_signals import measure
from tests.drift.detectors.conversations import hear, observe


def test_who_asks_again_or_leaves_shows_it() -> None:
    for kind in ("rephrase", "abandonment", "complaint"):
        assert measure(observe(signals=[hear(kind)])) == Measured(1, 1)


def test_thumbs_and_what_answers_show_are_measured_elsewhere() -> None:
    assert measure(observe(signals=[hear("thumbs"), hear("refusal"), hear("rephrase", 0)])) == Measured(1, 0)
