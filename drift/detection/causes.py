"""What moved comes in, with what the ledger saw; the two likeliest causes go out, each with its share and a sentence.

One table says what moves for which cause; what is known is weighed by Bayes' rule. It is a rule of thumb, not a
measurement, and therefore never told alone: the second cause stands beside the first.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from drift.detection.metrics import Aspect, Family
from drift.detection.watch import Alarm, Move

BEFORE, AFTER = 3, 2
"""Days around the estimated start in which what the ledger saw may be its cause."""
MOVED = 200.0
"""Evidence of an aspect that makes it as likely as not that it moved."""
SEEN = 40.0
"""How much likelier a cause is that the ledger saw."""
UNSEEN = 0.1
"""And how much less likely one that it would have seen."""
TOLD = 2


class Cause(StrEnum):
    SYSTEM_PROMPT = "system_prompt"
    USERS = "users"
    MODEL = "model"
    RETRIEVAL = "retrieval"
    FEEDBACK_WIDGET = "feedback_widget"
    INFRASTRUCTURE = "infrastructure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of the ledger: the cause that it would be, its day as the alarm counts them, and its words."""

    cause: Cause
    day: int
    words: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    cause: Cause
    share: float
    sentence: str
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How likely each aspect moves for a cause, how common it is before anything is known, and how likely it comes in
    one segment alone."""

    cause: Cause
    common: float
    alone: float
    moves: Mapping[Aspect, float]
    sentence: str


def _move(*chances: float) -> Mapping[Aspect, float]:
    return dict(zip(Aspect, chances, strict=True))


PATTERNS = (
    # input, output, context, given, judged, speed, cost
    Pattern(
        Cause.MODEL, 0.2, 0.3, _move(0.03, 0.95, 0.03, 0.08, 0.25, 0.4, 0.4),
        "Answers changed, questions and retrieved passages did not: the model behind the same name may be another.",
    ),
    Pattern(
        Cause.SYSTEM_PROMPT, 0.15, 0.7, _move(0.03, 0.9, 0.08, 0.08, 0.25, 0.15, 0.4),
        "Answers changed, questions and retrieved passages did not: the instructions may be others.",
    ),
    Pattern(
        Cause.USERS, 0.25, 0.5, _move(0.97, 0.2, 0.25, 0.12, 0.2, 0.08, 0.25),
        "Users write about other things, or differently.",
    ),
    Pattern(
        Cause.RETRIEVAL, 0.15, 0.6, _move(0.03, 0.4, 0.97, 0.08, 0.3, 0.1, 0.25),
        "Retrieved passages changed: the index, its documents or its embeddings may have.",
    ),
    Pattern(
        Cause.FEEDBACK_WIDGET, 0.15, 0.6, _move(0.03, 0.04, 0.03, 0.97, 0.35, 0.03, 0.03),
        "Feedback is given more or less often, questions and answers did not change: look at where it is given.",
    ),
    Pattern(
        Cause.INFRASTRUCTURE, 0.15, 0.3, _move(0.03, 0.08, 0.03, 0.04, 0.1, 0.97, 0.1),
        "Answers come slower, faster or not at all, but are the same: look at the provider and the network.",
    ),
    Pattern(
        Cause.INFRASTRUCTURE, 0.05, 0.9, _move(0.1, 0.8, 0.7, 0.3, 0.4, 0.8, 0.6),
        "Much moved at once: a deploy may have changed several parts.",
    ),
    Pattern(
        Cause.UNKNOWN, 0.1, 0.5, _move(0.25, 0.25, 0.25, 0.25, 0.5, 0.25, 0.35),
        "What moved fits no single cause.",
    ),
)  # fmt: skip

IN_THE_LEDGER = frozenset({Cause.SYSTEM_PROMPT})
"""What the ledger always sees where it watches: without an event it is unlikely."""


def find_causes(
    alarm: Alarm, seen: Sequence[Seen] = (), *, is_alone: bool | None = None, watched: Collection[Cause] = IN_THE_LEDGER
) -> tuple[Hypothesis, ...]:
    """The likeliest two. `is_alone` says whether the project's other segments stayed as they were; `watched` which
    causes the ledger would have seen."""
    near = [event for event in seen if alarm.started - BEFORE <= event.day <= min(alarm.started + AFTER, alarm.day)]
    weighed = [(pattern, _weigh(pattern, alarm, near, is_alone, watched)) for pattern in PATTERNS]
    highest = max(weight for _, weight in weighed)
    likely = [(pattern, math.exp(weight - highest)) for pattern, weight in weighed]
    whole = sum(share for _, share in likely)
    best: dict[Cause, Hypothesis] = {}
    for pattern, share in sorted(likely, key=lambda pair: -pair[1]):
        known = best.get(pattern.cause)
        share = share / whole + (known.share if known else 0.0)
        sentence = known.sentence if known else _say(pattern, alarm, near)
        own = tuple(event for event in near if event.cause is pattern.cause)
        best[pattern.cause] = Hypothesis(pattern.cause, share, sentence, own)
    return tuple(sorted(best.values(), key=lambda one: -one.share)[:TOLD])


def _weigh(
    pattern: Pattern, alarm: Alarm, near: Sequence[Seen], is_alone: bool | None, watched: Collection[Cause]
) -> float:
    weight = math.log(pattern.common)
    if is_alone is not None:
        weight += math.log(pattern.alone if is_alone else 1 - pattern.alone)
    if any(event.cause is pattern.cause for event in near):
        weight += math.log(SEEN)
    elif pattern.cause in watched:
        weight += math.log(UNSEEN)
    for aspect, evidence in alarm.aspects.items():
        moved = evidence / (evidence + MOVED)
        chance = pattern.moves[aspect]
        weight += math.log(moved * chance + (1 - moved) * (1 - chance))
    return weight


def _say(pattern: Pattern, alarm: Alarm, near: Sequence[Seen]) -> str:
    own = [event for event in near if event.cause is pattern.cause]
    if not own:
        return pattern.sentence
    moved = [family for family in Family if family in alarm.families]
    return f"The ledger saw: {own[0].words}. Since then {_list_words(alarm.moves, moved)} moved."


def _list_words(moves: Sequence[Move], families: Sequence[Family]) -> str:
    names = list(dict.fromkeys(move.name.replace("_", " ") for move in moves))[:3] or [str(one) for one in families]
    return " and ".join(", ".join(names).rsplit(", ", 1)) if names else "figures"
