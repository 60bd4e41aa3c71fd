"""How sure a label has to be: rows come in, those go out whose label is of a tier, a sureness and a source that the
dataset takes.

Gold is what somebody said outright of the answer (a thumb, a rating, a correction, an edit) or what a person confirmed
or reviewed. Silver is what behaviour suggests, with the probability that the label is right.
"""

from collections.abc import Sequence

from feedback.datasets.definition import GOLD, Definition
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep


def measure_confidence(score: float, sureness: float) -> float:
    """The probability that a label is right: the calibrated score, drawn towards a coin toss as far as its detector is
    not sure of it.

    >>> measure_confidence(0.9, 1.0), measure_confidence(0.9, 0.5), measure_confidence(0.4, 1.0)
    (0.9, 0.7, 0.4)
    """
    return round(0.5 + sureness * (score - 0.5), 6)


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
    faults = [judge_sureness(record, context.definition) for record in records]
    return [
        Drop(fault, confidence=record.provenance.confidence if fault is Reason.UNSURE else 0.0) if fault else record
        for record, fault in zip(records, faults, strict=True)
    ]


CONFIDENCE = RowStep("confidence", apply)
