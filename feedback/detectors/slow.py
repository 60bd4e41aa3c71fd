"""The answer took too long: times in, signals out. A project says how long that is, else the service's own past."""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal
from feedback.detectors.times import describe_seconds

KIND = "slow"
VERSION = "1"
FAR = 2.0
"""So many times as long as all but five of a hundred is slow where the project does not say how long is."""
SCORE_SAID, SCORE_UNUSUAL = 1.0, 0.8


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer, also a stopped one, that took longer than it may."""
    for target in list_targets(material.conversation):
        if target.answer.outcome == "error" or target.answer.duration_ns <= 0:
            continue
        seconds = target.answer.duration_ns / 1e9
        limit, source, score = find_limit(material, target)
        if limit is not None and seconds > limit:
            yield pin_signal(
                target,
                kind=KIND,
                version=VERSION,
                label=source,
                score=score,
                confidence=0.9 if source == "objective" else 0.7,
                polarity=-1,
                evidence=Evidence(
                    reason=f"the answer took {describe_seconds(seconds)}, {WORDS[source]} {describe_seconds(limit)}",
                    span_ids=(target.answer.span_id,),
                    numbers={"seconds": seconds, "limit_seconds": limit},
                ),
            )


WORDS = {"objective": "and may take", "unusual": "and nearly all take less than half of"}


def find_limit(material: Material, target: Target) -> tuple[float | None, str, float]:
    """Seconds over which an answer is slow, who says so, and how strongly."""
    if material.tuning.slow_ms is not None:
        return material.tuning.slow_ms / 1000, "objective", SCORE_SAID
    usual = material.usual.seconds.get((target.answer.service_name, target.answer.model))
    return (FAR * usual.high, "unusual", SCORE_UNUSUAL) if usual else (None, "", 0.0)


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Slow",
    what="The answer took longer than people wait.",
    detect=detect,
)
