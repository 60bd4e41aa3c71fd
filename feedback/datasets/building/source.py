"""Where the conversations of a dataset come from and which version it becomes: what the manifest tells beside what was
asked for and counted."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The share of users that the project holds out, and how many conversations that match were left out for it."""

    share: float = 0.0
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The project that it is made of, and its place among the project's versions."""

    project: str
    machines_left_out: int = 0
    """Conversations that match, but that machines led."""
    holdout: HeldOut = field(default_factory=HeldOut)
    dataset: int | None = None
    """Its number; None: an export that nobody named."""
    name: str = ""
    version: int | None = None
    parent: str = ""
    """Id of the version before, as its manifest tells it."""
    until: str = ""
    """ISO 8601: relative times of the filter count back from here."""
    forgotten: int = 0
    """How many users and conversations were to be forgotten when it was built, …"""
    last_forgotten: str = ""
    """… and when the last of them was added, ISO 8601."""
    commit: str = ""
    """Of Tacit's own code, where it is known."""
