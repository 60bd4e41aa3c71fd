"""How fast answers are written, from their first chunk where that is known. Four characters count as a token, always:
apps that tell tokens today may not tomorrow."""

import math

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed
from tracing.conversations import Answer
from tracing.texts.stand_ins import count_characters

METRIC = Metric(
    "time_per_token",
    Family.COST,
    Kind.MEAN,
    "time for each token of an answer (four characters), as logarithm",
    Aspect.SPEED,
)

CHARACTERS = 4
LEAST_CHARACTERS = 40
"""Of shorter answers the time is that of the way."""


def measure(observed: Observed) -> Measured | None:
    return tell_mean(speed for answer in observed.answers if (speed := time_answer(answer)) is not None)


def time_answer(answer: Answer) -> float | None:
    """The logarithm of milliseconds for each token."""
    took_ns = answer.duration_ns - (answer.time_to_first_chunk_ns or 0)
    characters = count_characters(answer.text)
    if characters < LEAST_CHARACTERS or took_ns <= 0:
        return None
    return math.log(took_ns / 1e6 * CHARACTERS / characters)


DETECTOR = Detector(METRIC, measure)
