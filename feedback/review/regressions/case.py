"""A failure that reviewers verified, the case that asks a model for it again, and why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from feedback.datasets.messages import Row
from tracing.generations import Message

Check = Mapping[str, Any]
"""As `checks.py` reads it: its `kind`, `why` it is there, and what the kind needs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that failed, cleaned of personal data, with all that tells what a good one would be."""

    conversation_id: str
    turn_index: int
    mode: int
    """Number of the failure mode, …"""
    title: str
    """… and its name."""
    prompt: tuple[Message, ...]
    """System instructions, history and the user's message, …"""
    request: str
    """… and that in the user's own words, without what the app put around them."""
    tools: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any]
    """What was asked of the model beside its input."""
    bad_answer: str
    better_answer: str
    """Empty where nobody wrote or preferred one."""
    better_source: str
    """Who did, a clause for people."""
    reaction: str
    """What the user said next; empty where they said nothing."""
    kinds: frozenset[str]
    """Of the signals that stand against the answer."""
    invented: tuple[str, ...]
    """What it says that stands in nothing that the model was given."""
    reviewers: int
    """How many people said that it belongs to the failure mode."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a model."""

    id: str
    failure: Failure
    messages: tuple[Row, ...]
    tools: tuple[Row, ...]
    checks: tuple[Check, ...]

    @property
    def why(self) -> str:
        """For people: who said that it failed, and what the checks rest on."""
        count = self.failure.reviewers
        said = "1 reviewer" if count == 1 else f"{count} reviewers"
        return f"{said} said that this answer failed so; {'; '.join(each['why'] for each in self.checks)}."


class Reason(Enum):
    """Why a failure is no case: a code for programs and a sentence for people."""

    NOT_COVERED = "not_covered", "an answer cannot show it: it lies in tools, errors or times"
    NO_CHECK = "no_check", "nothing tells what a good answer would say; write the better answer in review"
    CHECKS_FAIL_BETTER = (
        "checks_fail_better",
        "the better answer would not pass the checks that tell it from the bad one",
    )
    NO_ANSWER = "no_answer", "the answer that failed has no text"
    NOT_KEPT = "text_not_kept", "a text of it is not kept in this project, or no longer"
    NOT_SENDABLE = "not_sendable", "its messages cannot be sent again: they hold more than text, or are not complete"
    PERSONAL_DATA = "personal_data", "personal data or a secret would be left in it"
    NOT_ALLOWED = "not_allowed", "its user refused, is forgotten or is held out"
    GONE = "gone", "the conversation is not kept any more"
    ALIKE = "alike", "another case asks nearly the same"
    CAP = "cap", "there are as many cases of the failure mode as there may be"

    def __init__(self, code: str, meaning: str) -> None:
        self.code = code
        self.meaning = meaning


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A verified failure that is no case."""

    conversation_id: str
    turn_index: int
    mode: int
    reason: Reason
