"""The same message answered again because a person wished so: attempts of a turn and actions in, signals out.

A retry after an error, and attempts that follow each other faster than anybody reads, are a machine's.
"""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, find_actions, list_targets, pin_signal
from feedback.detectors.times import MACHINE_GAP_SECONDS, describe_seconds, measure_gap

KIND = "regeneration"
VERSION = "1"
SCORE_ASKED = 0.98
SCORE_INFERRED = 0.9

_MACHINE_ENDS = frozenset({"app_code", "timeout", "shutdown"})


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that a person had replaced, or asked to have replaced."""
    asked = {action.target.key for action in find_actions(material.conversation, material.feedback, "regenerate")}
    for target in list_targets(material.conversation):
        if target.answer.outcome == "error":
            continue
        if target.key in asked:
            yield _pin(target, SCORE_ASKED, 0.95, _measure_wait(target), "the user asked for another answer")
        elif (wait := _measure_wait(target)) is not None and _is_human(target, wait):
            yield _pin(target, SCORE_INFERRED, 0.8, wait, "the same message was answered again")


def _measure_wait(target: Target) -> float | None:
    if target.attempt == len(target.turn.alternatives):
        return None
    return measure_gap(target.answer, target.turn.answers[target.attempt + 1])


def _is_human(target: Target, wait_seconds: float) -> bool:
    return wait_seconds >= MACHINE_GAP_SECONDS and target.answer.ended_by not in _MACHINE_ENDS


def _pin(target: Target, score: float, confidence: float, wait: float | None, reason: str) -> Signal:
    known = wait is not None and wait >= 0
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        score=score,
        confidence=confidence,
        polarity=-1,
        evidence=Evidence(
            reason=f"{reason} {describe_seconds(wait)} later" if wait is not None and known else reason,
            span_ids=(target.answer.span_id,),
            numbers={"seconds_until_replaced": wait} if wait is not None and known else {},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Asked for another answer",
    what="The user had the same message answered again, so the first answer did not do.",
    detect=detect,
)
