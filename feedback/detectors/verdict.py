"""Who led a conversation: what `feedback.detectors.machines` says of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which machine led a conversation ('' is people), how sure that is (0 to 1) and why, in one sentence."""

    kind: str = ""
    score: float = 0.0
    reason: str = ""
    by_traffic: bool = False
    """Whether other conversations spoke for it: those may have been heard before the pattern was known."""


PEOPLE = Verdict()
