"""A signal: one observation about an answer, with its reason. Every detector gives these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Polarity = Literal[-1, 0, 1]
ASKED = "asked"
"""Among the numbers of evidence, 1 where the user was asked for it; what satisfaction is estimated from reads it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a signal was given, so that a person can check it.

    `offsets` are (start, end) pairs in characters into the text that `text` names: the user's message of the
    turn that holds the evidence, or the answer that the signal is about.
    """

    reason: str
    """One sentence, for people."""
    offsets: tuple[tuple[int, int], ...] = ()
    span_ids: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    text: Literal["user", "answer"] = "user"

    def to_json(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "offsets": [list(pair) for pair in self.offsets],
            "span_ids": list(self.span_ids),
            "numbers": dict(self.numbers),
            "text": self.text,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Evidence":
        offsets: Sequence[Sequence[int]] = value.get("offsets", ())
        return cls(
            reason=value.get("reason", ""),
            offsets=tuple((int(start), int(end)) for start, end in offsets),
            span_ids=tuple(value.get("span_ids", ())),
            numbers=value.get("numbers", {}),
            text=value.get("text", "user"),
        )


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person said of a signal: that it is right (confirmed) or wrong (rejected)."""

    verdict: Literal["confirmed", "rejected"]
    said_by: str
    time_ns: int
    """When it was said, since the epoch."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One observation (design, section 5). The conversation and project stand beside it, not in it."""

    kind: str
    turn_index: int
    """The turn that holds the evidence."""
    score: float
    """Calibrated probability that it is present, 0 to 1; for `sentiment` the strength of the tone,
    0 to 1, whose direction is `polarity`."""
    confidence: float
    """How sure the detector is of the score, 0 to 1."""
    fired: bool
    """Score at or over the shipped threshold."""
    polarity: Polarity
    detector: str
    version: str
    evidence: Evidence
    label: str = ""
    target: int | None = None
    """Index of the turn whose answer it is about."""
    trace_id: str = ""
    span_id: str = ""
    """Of the answer it is about."""
    confirmation: Confirmation | None = None
    """What a person said of it; no detector gives it."""

    @property
    def stands(self) -> bool:
        """Whether it counts: as a person said, else where it fired."""
        return self.fired if self.confirmation is None else self.confirmation.verdict == "confirmed"

    @property
    def is_rejected(self) -> bool:
        return self.confirmation is not None and self.confirmation.verdict == "rejected"
