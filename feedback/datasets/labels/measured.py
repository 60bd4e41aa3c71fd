"""Reviewed messages and answers with the signals that stand there come in; how right labels by these signals are goes
out, by kind."""

from collections.abc import Sequence
from typing import Final

from feedback.datasets.labels.confidence import measure_confidence
from feedback.datasets.labels.opinions import GOOD_SIGNALS, LEAST_CONFIDENCE, NOT_ABOUT_THE_TEXT
from feedback.datasets.labels.precisions import Precision, Precisions
from feedback.review.measuring import KINDS, LEAST_TOLD, Heard, Reviewed, is_of, list_asked, share_of
from feedback.review.questions import NONE

LABELLING: Final = tuple(kind for kind in KINDS if kind not in NOT_ABOUT_THE_TEXT)
"""Kinds that label an answer."""


def measure_precisions(items: Sequence[Reviewed]) -> Precisions:
    """Of each kind that labels answers, where ten or more of its signals were reviewed."""
    measured = {kind: measure_precision(kind, list_asked(kind, items)) for kind in LABELLING}
    return {kind: found for kind, found in measured.items() if found}


def measure_precision(kind: str, items: Sequence[Reviewed]) -> Precision | None:
    """`items` are those that ask about the kind."""
    heard = [(item, signal) for item in items for signal in [find_label(kind, item)] if signal]
    if len(heard) < LEAST_TOLD:
        return None
    share = share_of([item for item, _ in heard], [is_right(kind, item) for item, _ in heard])
    if share is None:
        return None
    weights = [1 / item.propensity for item, _ in heard]
    sure = [measure_confidence(signal.score, signal.confidence) for _, signal in heard]
    expected = sum(weight * each for weight, each in zip(weights, sure, strict=True)) / sum(weights)
    return Precision(share.value, share.low, share.high, expected, share.n, share.effective_n)


def find_label(kind: str, item: Reviewed) -> Heard | None:
    """The surest signal of a kind that labels the answer of an item; None where none does."""
    labels = [
        each
        for each in item.signals
        if each.fired and is_of(each, kind) and min(each.score, each.confidence) >= LEAST_CONFIDENCE
    ]
    return max(labels, key=lambda each: (each.score, each.confidence), default=None)


def is_right(kind: str, item: Reviewed) -> bool:
    """Whether the answer is as good or bad as a signal of the kind says, also where reviewers call it another kind."""
    for_it = GOOD_SIGNALS.intersection(item.choices)
    return bool(for_it) if kind in GOOD_SIGNALS else not for_it and NONE not in item.choices
