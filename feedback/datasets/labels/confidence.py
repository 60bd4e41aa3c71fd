"""How sure a label has to be: rows come in, those go out whose label is of a tier, a sureness and a source that the
dataset takes.

Gold is what somebody said outright of the answer (a thumb, a rating, a correction, an edit) or what a person confirmed
or reviewed. Silver is what behaviour suggests, with the probability that the label is right: as it is shipped, moved by
what the project's own reviews say of signals of the kind.
"""

from collections.abc import Sequence
from dataclasses import replace

from feedback.datasets.definition import GOLD, Definition
from feedback.datasets.labels.precisions import Precisions, shift_confidence
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep

SIGNAL = "signal:"


def measure_confidence(score: float, sureness: float) -> float:
    """The probability that a label is right: the calibrated score, drawn towards a coin toss as far as its detector is
    not sure of it.

    >>> measure_confidence(0.9, 1.0), measure_confidence(0.9, 0.5), measure_confidence(0.4, 1.0)
    (0.9, 0.7, 0.4)
    """
    return round(0.5 + sureness * (score - 0.5), 6)


def learn_from_reviews(record: Record, precisions: Precisions) -> Record:
    """The row as sure as reviews of the project say, where its label is that of a signal; what one answer's label says
    of another is not measured."""
    told = record.provenance
    measured = precisions.get(told.label_source.removeprefix(SIGNAL))
    if measured is None or told.tier == GOLD or told.pair_rule or not told.label_source.startswith(SIGNAL):
        return record
    return replace(record, provenance=replace(told, confidence=shift_confidence(told.confidence, measured)))


def judge_sureness(record: Record, definition: Definition) -> Reason | None:
    """Why the label of a row is none that the dataset takes, or None."""
    told = record.provenance
    if definition.sources and not any(matches(told.label_source, each) for each in definition.sources):
        return Reason.LABEL_SOURCE
    if told.tier == GOLD:
        return None
    return Reason.UNSURE if definition.tier == GOLD or told.confidence < definition.confidence else None


def matches(source: str, pattern: str) -> bool:
    """Whether a label source is the one named, or begins as told before a `*`.

    >>> matches("signal:praise", "signal:*"), matches("thumbs:up", "thumbs:down")
    (True, False)
    """
    return source.startswith(pattern[:-1]) if pattern.endswith("*") else source == pattern


def apply(records: Sequence[Record], context: Context) -> Sequence[Record | Drop]:
    learnt = [learn_from_reviews(record, context.precisions) for record in records]
    faults = [judge_sureness(record, context.definition) for record in learnt]
    return [
        Drop(fault, confidence=record.provenance.confidence if fault is Reason.UNSURE else 0.0) if fault else record
        for record, fault in zip(learnt, faults, strict=True)
    ]


CONFIDENCE = RowStep("confidence", apply)
