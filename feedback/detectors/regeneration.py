"""The same message answered again because a person wished so: attempts of a turn and actions in, signals out.

A program that asks again (a retry, another model after a failure, the best of several, a check of the app) wishes
nothing; see `feedback.detectors.retries`. Somebody who first copied, shared or praised the answer was curious, not
displeased: that is told, without firing.
"""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.rating import read_rating
from feedback.detectors.retries import is_retry
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import Action, Target, find_actions, list_targets, pin_signal
from feedback.detectors.thumbs import read_thumb
from feedback.detectors.times import describe_seconds, measure_gap

KIND = "regeneration"
VERSION = "2"
SCORE_ASKED = 0.98
SCORE_INFERRED = 0.9
SCORE_CURIOUS = 0.3
CURIOUS = "curious"
LIKED = {"copy": "copied", "accept": "accepted", "share": "shared", "thumbs": "liked", "rating": "liked"}
"""What people do with an answer that does, as it is told; a thumb or a rating may say the contrary."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that a person had replaced, or asked to have replaced."""
    asked = {action.target.key for action in find_actions(material.conversation, material.feedback, "regenerate")}
    liked = find_liked(material)
    for target in list_targets(material.conversation):
        if target.answer.outcome == "error":
            continue
        later = _find_later(target)
        if target.key not in asked and (later is None or is_retry(target.answer, later.answer)):
            continue
        wait = measure_gap(target.answer, later.answer) if later else None
        if how := liked.get(target.key):
            reason = f"the user {how} the answer and had the message answered again"
            yield _pin(target, SCORE_CURIOUS, 0.3, wait, reason, label=CURIOUS)
        elif target.key in asked:
            yield _pin(target, SCORE_ASKED, 0.95, wait, "the user asked for another answer")
        else:
            yield _pin(target, SCORE_INFERRED, 0.8, wait, "the same message was answered again")


def find_liked(material: Material) -> dict[tuple[int, int], str]:
    """The answers that did before they were replaced, and what the user did with each."""
    found: dict[tuple[int, int], str] = {}
    for name, how in LIKED.items():
        for action in find_actions(material.conversation, material.feedback, name):
            later = _find_later(action.target)
            is_before = later is None or action.feedback.time_ns <= later.answer.start_time_ns
            if is_before and _is_liking(name, action):
                found.setdefault(action.target.key, how)
    return found


def _is_liking(name: str, action: Action) -> bool:
    if name == "thumbs":
        return read_thumb(action.feedback) == "up"
    act = read_rating(action) if name == "rating" else None
    return name != "rating" or (act is not None and act.polarity == 1)


def _find_later(target: Target) -> Target | None:
    """The answer that came in its place."""
    has_later = target.attempt < len(target.turn.alternatives)
    return Target(target.turn, target.attempt + 1) if has_later else None


def _pin(
    target: Target, score: float, confidence: float, wait: float | None, reason: str, *, label: str = ""
) -> Signal:
    known = wait is not None and wait >= 0
    polarity: Polarity = 0 if label == CURIOUS else -1
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=score,
        confidence=confidence,
        fired=label != CURIOUS,
        polarity=polarity,
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
