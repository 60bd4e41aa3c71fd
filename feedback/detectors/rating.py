"""Stars, points or marks for an answer: ratings in, signals out. The scale is told, or the least that has the score."""

import math
from typing import Any

from feedback.detectors.acts import Act, watch_for
from feedback.detectors.signal import ASKED, Polarity
from feedback.detectors.targets import Action
from feedback.explicit import read_ask_id

KIND = "rating"
VERSION = "2"
SCALES = ((0.0, 1.0), (1.0, 5.0), (1.0, 10.0), (0.0, 100.0))
"""Of scores whose scale is not told; the first that has the score is taken."""
CONFIDENCE_TOLD, CONFIDENCE_GUESSED = 1.0, 0.6
LOW, HIGH = 0.4, 0.6
"""Shares of the scale; between them a rating is neither for nor against."""


def read_rating(action: Action) -> Act | None:
    """`metadata` may tell the scale as `min` and `max`; without a score within it, there is no rating."""
    score = action.feedback.score
    if score is None or not math.isfinite(score):
        return None
    told = read_scale(action.feedback.metadata.get("min", 0), action.feedback.metadata.get("max"))
    scale = told or next((each for each in SCALES if each[0] <= score <= each[1]), None)
    if scale is None or not scale[0] <= score <= scale[1]:
        return None
    share = (score - scale[0]) / (scale[1] - scale[0])
    polarity: Polarity = -1 if share < LOW else 1 if share > HIGH else 0
    is_asked = bool(read_ask_id(action.feedback))
    return Act(
        reason=f"the user rated it {score:g} of {scale[1]:g}{', having been asked' * is_asked}",
        polarity=polarity,
        confidence=CONFIDENCE_TOLD if told else CONFIDENCE_GUESSED,
        numbers=(("score", score), ("share_of_scale", round(share, 3)), *([(ASKED, 1.0)] if is_asked else [])),
    )


def read_scale(least: Any, most: Any) -> tuple[float, float] | None:
    """Both ends, where they are numbers in order."""
    try:
        scale = float(least), float(most)
    except (TypeError, ValueError, OverflowError):
        return None
    return scale if all(map(math.isfinite, scale)) and scale[0] < scale[1] else None


DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Rating",
    what="The user rated the answer.",
    read=read_rating,
)
