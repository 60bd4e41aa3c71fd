"""What somebody wants erased, checked: a user, a conversation, or a time. Pure."""

from dataclasses import dataclass
from datetime import datetime

from tracing.times import to_ns

LONGEST_ID = 2_000


class ScopeError(ValueError):
    """Nothing that could be erased was named; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One of the three; `end` is the first moment that is not erased."""

    user_id: str = ""
    conversation_id: str = ""
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        given = [bool(self.user_id), bool(self.conversation_id), bool(self.start or self.end)]
        if sum(given) != 1:
            raise ScopeError("Name one of these: a user, a conversation, or a time.")
        if len(self.name) > LONGEST_ID:
            raise ScopeError(f"An id has {LONGEST_ID:,} characters at most.")
        if given[2] and not (self.start and self.end and self.start < self.end):
            raise ScopeError("A time has a start and an end after it.")

    @property
    def kind(self) -> str:
        """As `Erasure.Kind`."""
        return "user" if self.user_id else "conversation" if self.conversation_id else "time"

    @property
    def name(self) -> str:
        """The id; empty of a time."""
        return self.user_id or self.conversation_id

    @property
    def bounds_ns(self) -> dict[str, int]:
        """As queries take them; no time at all where it is about an id."""
        if self.start is None or self.end is None:
            return {"start_ns": 0, "end_ns": 0}
        return {"start_ns": to_ns(self.start), "end_ns": to_ns(self.end)}
