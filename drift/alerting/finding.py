"""What a rule found: the same again has the same key, and is the same alert."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEY_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that somebody may want to be told of, or that it `is_over`."""

    key: str
    """`what:which`. Findings of one rule that begin alike are told in one message."""
    title: str
    sentence: str
    severity: str
    started_at: datetime
    """When it began, as far as that is known."""
    segment: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    evidence: tuple[str, ...] = ()
    """Sentences with figures."""
    is_over: bool = False
    alarm_id: int | None = None
    event_id: int | None = None
    failure_mode_number: int | None = None
    conversation_id: str = ""
    lasts: bool = True
    """Whether it holds until it is over; else it only happened."""


def find_group(key: str) -> str:
    """What a finding is about, which others of its rule may share.

    >>> find_group("model:17"), find_group("threshold:shop:eu")
    ('model', 'threshold')
    """
    return key.partition(":")[0]


def write_key(what: str, which: str) -> str:
    """A key; what is long is told by its digest.

    >>> write_key("model", "17"), len(write_key("threshold", 300 * "x"))
    ('model:17', 74)
    """
    key = f"{what}:{which}"
    return key if len(key) <= KEY_CHARACTERS else f"{what}:{hashlib.sha256(which.encode()).hexdigest()}"
