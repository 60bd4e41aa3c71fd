"""The model was unsure of its own words: log-probabilities of the tokens in, where they were sent; signals out."""

import math
from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal

KIND = "low_confidence"
VERSION = "1"
UNSURE = -1.0
"""Mean log-probability of a token under which a model is unsure, where nothing is known of its usual one."""
STEEPNESS = 4.0
THRESHOLD = 0.5


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer whose tokens the model found less likely than those of nearly all its answers."""
    for target in list_targets(material.conversation):
        mean = find_mean(material, target)
        if mean is None:
            continue
        limit, is_known = find_limit(material, target)
        score = 1 / (1 + math.exp(max(-50.0, min(50.0, STEEPNESS * (mean - limit) / max(abs(limit), 0.05)))))
        if score >= THRESHOLD:
            yield pin_signal(
                target,
                kind=KIND,
                version=VERSION,
                score=score,
                confidence=0.6 if is_known else 0.4,
                polarity=-1,
                evidence=Evidence(
                    reason=describe(mean, limit, is_known=is_known),
                    span_ids=(target.answer.span_id,),
                    numbers={"logprob_mean": mean, "limit": limit},
                ),
            )


def describe(mean: float, limit: float, *, is_known: bool) -> str:
    low = f"{math.exp(limit):.0%} is low for it" if is_known else f"under {math.exp(limit):.0%} it is unsure"
    return f"a piece of a word was {math.exp(max(mean, -50.0)):.0%} likely to the model, on the whole; {low}"


def find_mean(material: Material, target: Target) -> float | None:
    """Mean log-probability of the tokens of the call that wrote the answer; None where it was not sent."""
    calls = [call for call in material.calls_of(target.answer) if call.span_id == target.answer.span_id]
    mean = calls[0].logprob_mean if calls else None
    return mean if mean is not None and math.isfinite(mean) else None


def find_limit(material: Material, target: Target) -> tuple[float, bool]:
    """Under what the model is unsure, and whether its own past says so."""
    usual = material.usual.logprobs.get((target.answer.service_name, target.answer.model))
    return (usual.low, True) if usual and usual.low < 0 else (UNSURE, False)


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Unsure",
    what="The model found its own words unlikely: it may have guessed.",
    detect=detect,
)
