"""What is watched for drift, one file each: a conversation comes in, what it measured of it goes out.

Each metric is in a family; families weigh alike, and so do the metrics of one, so every further metric makes each other
one of its family a little slower to tell.
"""

from collections.abc import Mapping

from drift.detection.metrics import Metric
from drift.detectors import (
    angry_messages,
    bad_signals,
    chunks,
    cost,
    cut_answers,
    empty_retrievals,
    errors,
    feedback_given,
    format_failures,
    input_length,
    listed_answers,
    other_languages,
    output_length,
    question_distance,
    refusals,
    retrieval_score,
    thumbs_down,
    time_per_token,
    time_to_first,
    tool_use,
    topic_share,
    turns,
)
from drift.detectors.detector import Detector, Measured
from drift.detectors.observed import Observed, Retrieval

__all__ = ["BY_NAME", "DETECTORS", "METRICS", "Detector", "Measured", "Observed", "Retrieval"]

DETECTORS: tuple[Detector, ...] = (
    topic_share.DETECTOR,
    question_distance.DETECTOR,
    input_length.DETECTOR,
    turns.DETECTOR,
    other_languages.DETECTOR,
    angry_messages.DETECTOR,
    output_length.DETECTOR,
    refusals.DETECTOR,
    format_failures.DETECTOR,
    cut_answers.DETECTOR,
    tool_use.DETECTOR,
    listed_answers.DETECTOR,
    retrieval_score.DETECTOR,
    chunks.DETECTOR,
    empty_retrievals.DETECTOR,
    feedback_given.DETECTOR,
    thumbs_down.DETECTOR,
    bad_signals.DETECTOR,
    cost.DETECTOR,
    time_per_token.DETECTOR,
    time_to_first.DETECTOR,
    errors.DETECTOR,
)

METRICS: tuple[Metric, ...] = tuple(detector.metric for detector in DETECTORS)

BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
