"""What is watched: one list of metrics, each in a family, that queries fill, the detector adds up and pages name.

A metric is added by a line here and a query that gives its days.
"""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    INPUT = "input"
    OUTPUT = "output"
    CONTEXT = "context"
    FEEDBACK = "feedback"
    COST = "cost"


class Kind(StrEnum):
    MEAN = "mean"
    """Count, sum and sum of squares of numbers; long tails are told as logarithms."""
    RATE = "rate"
    """So many of so many."""
    TOPIC = "topic"
    """A rate, too: the share of a topic, of which a project has several."""
    DISTANCE = "distance"
    """How far the day's texts are from those of the days before; only growth is news."""


LEAST = {Kind.MEAN: 0.1, Kind.RATE: 0.01, Kind.TOPIC: 0.03, Kind.DISTANCE: 0.03}
"""Less is no news however sure it is: standard deviations of conversations or texts, and shares."""


class Aspect(StrEnum):
    """What moves together for one cause, narrower than a family."""

    INPUT = "input"
    OUTPUT = "output"
    CONTEXT = "context"
    GIVEN = "given"
    JUDGED = "judged"
    SPEED = "speed"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    family: Family
    kind: Kind
    words: str
    aspect: Aspect

    @property
    def least(self) -> float:
        return LEAST[self.kind]


METRICS = (
    Metric("topic_share", Family.INPUT, Kind.TOPIC, "share of a topic", Aspect.INPUT),
    Metric("question_distance", Family.INPUT, Kind.DISTANCE, "what users write about", Aspect.INPUT),
    Metric("input_length", Family.INPUT, Kind.MEAN, "length of messages, as logarithm", Aspect.INPUT),
    Metric("turns", Family.INPUT, Kind.MEAN, "turns of a conversation, as logarithm", Aspect.INPUT),
    Metric(
        "other_languages", Family.INPUT, Kind.RATE, "messages in other languages than the most common", Aspect.INPUT
    ),
    Metric("angry_messages", Family.INPUT, Kind.RATE, "messages in an angry tone", Aspect.INPUT),
    Metric(
        "output_length", Family.OUTPUT, Kind.MEAN, "length of answers given their topic, as logarithm", Aspect.OUTPUT
    ),
    Metric("refusals", Family.OUTPUT, Kind.RATE, "refused answers", Aspect.OUTPUT),
    Metric("format_failures", Family.OUTPUT, Kind.RATE, "answers in a broken format", Aspect.OUTPUT),
    Metric("cut_answers", Family.OUTPUT, Kind.RATE, "answers cut at the limit of tokens", Aspect.OUTPUT),
    Metric("tool_use", Family.OUTPUT, Kind.RATE, "answers that call a tool", Aspect.OUTPUT),
    Metric("listed_answers", Family.OUTPUT, Kind.RATE, "answers with lists or headings", Aspect.OUTPUT),
    Metric("retrieval_score", Family.CONTEXT, Kind.MEAN, "best score of a retrieval", Aspect.CONTEXT),
    Metric("chunks", Family.CONTEXT, Kind.MEAN, "passages of a retrieval", Aspect.CONTEXT),
    Metric("empty_retrievals", Family.CONTEXT, Kind.RATE, "retrievals that found nothing", Aspect.CONTEXT),
    Metric("feedback_given", Family.FEEDBACK, Kind.RATE, "conversations with explicit feedback", Aspect.GIVEN),
    Metric("thumbs_down", Family.FEEDBACK, Kind.RATE, "thumbs down among thumbs", Aspect.JUDGED),
    Metric("bad_signals", Family.FEEDBACK, Kind.RATE, "conversations with a signal of failure", Aspect.JUDGED),
    Metric("cost", Family.COST, Kind.MEAN, "cost of a conversation, as logarithm", Aspect.COST),
    Metric("time_per_token", Family.COST, Kind.MEAN, "time for each token of an answer, as logarithm", Aspect.SPEED),
    Metric("time_to_first", Family.COST, Kind.MEAN, "time to the first chunk, as logarithm", Aspect.SPEED),
    Metric("errors", Family.COST, Kind.RATE, "calls that failed", Aspect.SPEED),
)

BY_NAME = {metric.name: metric for metric in METRICS}
