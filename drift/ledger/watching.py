"""One thing that calls say again and again: its values come in, which of them are news goes out.

A value is news where the one before had stood still long enough. What goes to and fro is told once and then left alone
until one value has stood much longer than any before it: so a variable that nobody could know for one is told once,
and an experiment that has ended is watched again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["first", "same", "known", "back", "both", "new", "varying"]
"""`back`: the value of before again, after another had settled; `both`: two are alive at once, told once; `known` and
`varying`: an old and a new value of what goes to and fro."""
AT_ONCE = 1
SETTLED = 20
"""Steps after which a value counts as the one that is in use."""
MOST_KNOWN = 64
FIRM, FIRM_VARIABLE = 25, 200
"""How many times longer than ever before a value must have stood for a varying thing to be watched again."""
HASTY, MOST_HASTY = 3, 2
"""News after fewer steps than this, and how many of them in a row are believed."""


@dataclass(slots=True)
class Watch:
    """What is known of one thing. A step is a call of another user than the one before."""

    patience: int = AT_ONCE
    """Steps that a value must have stood for another to be news."""
    known: list[str] = field(default_factory=list)
    current: str = ""
    run: int = 0
    """Steps that the current value has stood."""
    longest: int = 0
    """The longest of those runs that ended without news."""
    returns: int = 0
    """How often a known value came back before the other had settled."""
    hasty: int = 0
    is_variable: bool = False
    """Whether it was taken for a variable from the beginning."""

    @property
    def is_varying(self) -> bool:
        return (
            self.is_variable
            or self.returns >= 2
            or (self.returns >= 1 and len(self.known) > 2)
            or self.hasty >= MOST_HASTY
        )

    @property
    def is_settled(self) -> bool:
        """Whether another value would be news."""
        if self.is_variable:
            return self.run > FIRM_VARIABLE * (self.longest + 1)
        return self.run > FIRM * (self.longest + 1) if self.is_varying else self.run >= self.patience

    def see(self, value: str, *, is_step: bool = True) -> Verdict:
        """One call's value; what it is."""
        if value == self.current and self.known:
            self.run += is_step
            return "same"
        if not self.known:
            self._turn_to(value)
            return "first"
        return self._return_to(value) if value in self.known else self._learn(value)

    def vary_from(self, old: str, new: str) -> None:
        """Take both for values of a variable."""
        self.known, self.current, self.run, self.longest, self.is_variable = [old, new], new, 1, 1, True

    def _return_to(self, value: str) -> Verdict:
        ended, varied = self.run, self.is_varying
        if ended >= SETTLED and not varied:
            self._turn_to(value)
            return "back"
        self.longest = max(self.longest, ended)
        self.returns += 1
        self._turn_to(value)
        return "both" if self.is_varying and not varied else "known"

    def _learn(self, value: str) -> Verdict:
        ended, is_news = self.run, self.is_settled
        self._turn_to(value)
        if not is_news:
            self.longest = max(self.longest, ended)
            return "varying"
        self.hasty = self.hasty + 1 if ended < HASTY else 0
        self.longest, self.returns, self.is_variable = 0, 0, False
        return "new"

    def _turn_to(self, value: str) -> None:
        self.known = [*(each for each in self.known if each != value), value][-MOST_KNOWN:]
        self.current, self.run = value, 1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Watch":
        return cls(**kept)
