"""Answers that contradict each other: turns of different users come in, pairs that asked the same and were told
otherwise go out.

Everything here is pure. Requests are compared in `requests`, answers in `answers` and `figures`; `finding` brings both
together.
"""

from feedback.contradictions.answers import KINDS, Conflict, compare_answers, read_answer
from feedback.contradictions.finding import Asked, Contradiction, describe, find_contradictions, forget_texts
from feedback.contradictions.requests import asks_alike, read_request

__all__ = [
    "KINDS",
    "Asked",
    "Conflict",
    "Contradiction",
    "asks_alike",
    "compare_answers",
    "describe",
    "find_contradictions",
    "forget_texts",
    "read_answer",
    "read_request",
]
