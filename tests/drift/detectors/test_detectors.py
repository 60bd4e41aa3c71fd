"""The registry, and what every detector has to bear."""

from pathlib import Path

import pytest

from drift import detectors
from drift.detection.metrics import Aspect, Family, Kind
from drift.detectors import BY_NAME, DETECTORS, METRICS, Detector, Retrieval
from drift.detectors.detector import tell_mean
from drift.observing.days import OTHERS
from tests.drift.detectors.conversations import hear, observe

DIRECTORY = Path(detectors.__file__).parent
FILES = {path.stem for path in DIRECTORY.glob("*.py")} - {"__init__", "detector", "observed"}
HOSTILE = observe(
    ("\ud800\0" * 50, "\u202e" + "#" * 5_000), ("", ""), ("😀" * 100, " " * 100),
    signals=[hear("sentiment"), hear("thumbs")], retrievals=[Retrieval(0, -1e300), Retrieval(10**9)], tool_turns=[99],
    cost_usd=1e300, duration_ns=0, time_to_first_chunk_ns=2**63, outcome="error",
)  # fmt: skip


def test_each_file_is_listed_under_its_own_name_and_has_a_test() -> None:
    assert {metric.name for metric in METRICS} == FILES == set(BY_NAME)
    assert len(METRICS) == len(FILES)
    assert {path.stem for path in Path(__file__).parent.glob("test_*.py")} >= {f"test_{name}" for name in FILES}


def test_families_and_aspects_all_have_their_metrics() -> None:
    assert {metric.family for metric in METRICS} == set(Family)
    assert {metric.aspect for metric in METRICS} == set(Aspect)
    assert OTHERS not in BY_NAME


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.metric.name)
def test_a_conversation_is_one_count_or_none(detector: Detector) -> None:
    for observed in (HOSTILE, observe(), observe(("", ""))):
        measured = detector.measure(observed) if detector.measure else None
        if measured:
            assert measured.count == 1
            assert abs(measured.sum) < float("inf")
            assert detector.metric.kind is not Kind.RATE or (measured.sum in (0, 1) and not measured.square)


def test_what_is_no_number_is_not_measured() -> None:
    assert tell_mean([float("nan")]) is None
    assert tell_mean([float("inf"), 1.0]) is tell_mean([float("inf"), -float("inf")]) is tell_mean([1e300]) is None
