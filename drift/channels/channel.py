"""What every channel is: a message and where it goes come in, what leaves the house comes out; nothing is sent here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from drift.channels.message import Message

_ID = re.compile(r"[A-Za-z0-9-]{8,80}")


@dataclass(frozen=True, slots=True)
class Request:
    """A POST. All that it holds may carry secrets, so none of it is shown."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way over one channel. Each retry has the same `id`, so that who gets it twice can tell."""

    id: str
    message: Message
    unix_seconds: int
    """Now: of a retry, later."""
    kind: str = "alert"
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What programs get beside the message, as JSON."""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"The id of a delivery is 8 to 80 letters, digits and -, not {self.id!r:.80}")


@dataclass(frozen=True, slots=True)
class Setting:
    """What people fill in of a channel."""

    name: str
    title: str
    hint: str
    is_secret: bool = False


Target = Mapping[str, str]
"""What people filled in, by the names of the settings."""


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    title: str
    settings: tuple[Setting, ...]
    check: Callable[[Target], None]
    """Raises ValueError with a sentence for people."""
    show: Callable[[Target], str]
    """Where it leads, without what is secret: for lists and the log."""
    write: Callable[[Delivery, Target], Request | EmailMessage]
    """What leaves the house. Raises ValueError like `check`."""
    codes: frozenset[str] = frozenset()
    """Words for what went wrong, which the log keeps of an answer; nothing else, since servers repeat addresses and
    headers in their errors."""
