"""What an alert says to people: texts that come from traces go in, safe and bounded ones come out.

Whoever talks to a traced app chooses words that end up here, so a message cannot be made without them being cleaned:
one line each, nothing that nobody sees, nothing that turns the direction of what follows. What a channel reads as
markup (`<!channel>`, tags) is escaped where that channel writes it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from feedback.failure_modes.naming import clean_text

TITLE_CHARACTERS, PROJECT_CHARACTERS, SENTENCE_CHARACTERS, EVIDENCE_CHARACTERS = 120, 80, 600, 300
EVIDENCE_LINES = 10
LINK_CHARACTERS = 1_000
READ_TIMES = 4
"""So many times what is shown is read of a text, as cleaning takes time and shortens."""

_KEY = re.compile(r"[A-Za-z0-9._:/-]{1,200}")
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")
"""What an address of ours is made of; nothing that ends a link in HTML or in Slack."""


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class State(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Message:
    """One alert at one moment. The same `key` means the same alert, whether it fires or is resolved.

    Raises ValueError for a key, link or time that only a mistake of ours can make.
    """

    key: str
    state: State
    severity: Severity
    project: str
    title: str
    sentence: str
    """What happened."""
    time: datetime
    evidence: tuple[str, ...] = ()
    link: str = ""
    """To the page of the alert, or nothing."""

    def __post_init__(self) -> None:
        check_key(self.key)
        check_link(self.link)
        if self.time.tzinfo is None:
            raise ValueError("The time of a message needs its zone")
        lines = (clean(line, EVIDENCE_CHARACTERS) for line in self.evidence[:EVIDENCE_LINES])
        tidy = {
            "project": clean(self.project, PROJECT_CHARACTERS),
            "title": clean(self.title, TITLE_CHARACTERS) or "Alert",
            "sentence": clean(self.sentence, SENTENCE_CHARACTERS),
            "evidence": tuple(line for line in lines if line),
        }
        for name, value in tidy.items():
            object.__setattr__(self, name, value)

    @property
    def headline(self) -> str:
        """The title after what it is: `Critical: Answers grew longer`."""
        opening = self.severity if self.state is State.FIRING else self.state
        return f"{opening.capitalize()}: {self.title}"

    @property
    def when(self) -> str:
        return f"{self.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"The key of a message is 1 to 200 letters, digits and ._:/-, not {key!r:.80}")


def check_link(link: str) -> None:
    if link and not (len(link) <= LINK_CHARACTERS and _LINK.fullmatch(link)):
        raise ValueError(f"The link of a message is an http(s) address, not {link!r:.80}")


def clean(text: str, most: int) -> str:
    """On one line, visible, and no longer than `most` characters.

    >>> clean("a\\u202eb\\x00c\\n <!channel>", 8)
    'abc <!c…'
    """
    line = clean_text(text[: most * READ_TIMES])
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
