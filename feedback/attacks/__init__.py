"""Attacks on an assistant, harmful requests and abusive answers: texts come in, probabilities and words go out.

Everything here is pure and needs no network; the weights beside it were learnt by `feedback.training.attacks`.
"""

from feedback.attacks.attempts import Attempt, find_telling_words, read_attempt, read_document
from feedback.attacks.harm import looks_harmful
from feedback.attacks.probes import Probe, count_variations

__all__ = [
    "Attempt",
    "Probe",
    "count_variations",
    "find_telling_words",
    "looks_harmful",
    "read_attempt",
    "read_document",
]
