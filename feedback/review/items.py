"""One thing to be judged: what it is of, why it was chosen, with which probability, and what Tacit held of it then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feedback.review.queue import Reason


@dataclass(frozen=True, slots=True)
class Item:
    """As drawn. A turn is counted from 0."""

    conversation_id: str
    turn_index: int
    """Of the message, or of the answer, that is judged; 0 where the whole conversation is."""
    answer_turn: int
    """Turn whose answer a better one may be written for: the judged answer, the one that the judged message is about,
    of a whole conversation that which most speaks against, else the last."""
    reason: Reason
    propensity: float
    """With which probability it was chosen, of all that could have been, over 0 to 1."""
    opinion: Mapping[str, Any] = field(default_factory=dict)
    """What Tacit held of it as it was drawn: `probability`, `low`, `high` (of dissatisfaction, null where it was not
    estimated), `signals` (a list of `kind, label, score, fired, confidence`), `explicit` (`up`, `down`, `mixed` or
    empty), `failure_mode` (a number, 0: none)."""
