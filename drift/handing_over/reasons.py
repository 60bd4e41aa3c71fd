"""Why a conversation needs a person now: what was heard in it comes in, the most urgent reason goes out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from feedback.detectors import refusal, rephrase, sentiment

ANGRY = 0.85
"""The strength of a negative tone from which it is anger: “That's wrong.” has .77, “wtf” .93."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`least` turns of a conversation in which the signal `kind` stands."""

    name: str
    title: str
    sentence: str
    kind: str
    least: int


REASONS = (
    Reason("asks_for_person", "asks for a person", "The user asks for a person.", "request_human", 1),
    Reason("anger", "is angry", "The user sounds angry with the assistant.", sentiment.KIND, 1),
    Reason(
        "third_rephrase",
        "rephrases for the third time",
        "The user rephrased a request for the third time.",
        rephrase.KIND,
        3,
    ),
    Reason("repeated_refusal", "is refused again", "The assistant refused more than once.", refusal.KIND, 2),
)
"""The most urgent first."""
BY_KIND = {reason.kind: reason for reason in REASONS}


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn in which a signal stands, and when it began."""

    time_ns: int
    turn_index: int


@dataclass(frozen=True, slots=True)
class Found:
    reason: Reason
    heard: Heard


def find_reason(heard: Mapping[str, Sequence[Heard]], chosen: Collection[str], since_ns: int) -> Found | None:
    """The most urgent of the `chosen` reasons (none: all of them) that was given anew since; `heard` are turns by kind
    of signal, in the order of time.

    >>> found = find_reason({"refusal": [Heard(10, 2), Heard(90, 7)]}, [], since_ns=50)
    >>> found.reason.name, found.heard.turn_index
    ('repeated_refusal', 7)
    >>> find_reason({"refusal": [Heard(10, 2), Heard(90, 7)]}, [], since_ns=91)
    >>> find_reason({"refusal": [Heard(10, 2), Heard(90, 7)]}, ["anger"], since_ns=50)
    """
    for reason in REASONS:
        turns = heard.get(reason.kind, ())
        is_chosen = not chosen or reason.name in chosen
        if is_chosen and len(turns) >= reason.least and turns[-1].time_ns >= since_ns:
            return Found(reason, turns[-1])
    return None


def find_first(heard: Mapping[str, Sequence[Heard]], chosen: Collection[str]) -> Found | None:
    """The reason that would have been found first, had somebody looked all the time."""
    found = [
        Found(reason, turns[reason.least - 1])
        for reason in REASONS
        if (not chosen or reason.name in chosen) and len(turns := heard.get(reason.kind, ())) >= reason.least
    ]
    return min(found, key=lambda each: each.heard.time_ns, default=None)
