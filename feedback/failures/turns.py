"""The signals of a conversation and how likely its user was dissatisfied come in; the turn that failed most goes out.

Signals fall into families: of one failure one user complains, the next asks again and a third leaves, so all of that is
one family, while what broke for certain has families of its own. A turn with signals of several belongs to the first.
Users often leave a turn later than they were failed: where they left counts only if nothing else tells what failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.detectors.abandonment import REACTIONS
from feedback.detectors.signal import Signal

LEAST_PROBABILITY = 0.5
"""That the user was dissatisfied, from which on signals that may mean little are a failure."""
LEAST_CERTAIN = 0.7
"""Of a signal that is a failure whatever the user felt: less has a tool that failed and worked when it was tried again,
which is a failure only where the user was dissatisfied."""
LEAST_SCORE = 0.4
"""Of what users say, once they are known to be dissatisfied: it tells where, also if it is not sure enough to fire."""


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds of signals that tell one sort of failure."""

    name: str
    title: str
    kinds: frozenset[str]
    is_certain: bool = False
    """Whether it is a failure whatever the user felt."""


SAID = frozenset(
    {
        *("complaint", "correction", "rephrase", "request_human", "clarification_request"),
        *("regeneration", "thumbs", "rating", "correction_text", "comment"),
    }
)
"""By users, of answers."""
LEFT = frozenset({"early_termination", "abandonment"})
LAST_WORDS = frozenset({*REACTIONS, "tone"})
"""Labels of `abandonment` where the last message told that something was wrong."""
FAMILIES = (
    Family("harm", "Harm", frozenset({"pii_leak", "toxic_output", "prompt_attack"}), is_certain=True),
    Family("error", "Error", frozenset({"error"}), is_certain=True),
    Family(
        "tools", "Tools", frozenset({"tool_failure", "tool_misuse", "agent_loop", "false_success"}), is_certain=True
    ),
    Family("form", "Form", frozenset({"truncation", "format_failure", "language_mismatch"}), is_certain=True),
    Family("answer", "Poor answer", SAID | LEFT | {"refusal", "judgement", "constraint_violation", "unsupported"}),
)
BY_KIND = {kind: family for family in FAMILIES for kind in family.kinds}


@dataclass(frozen=True, slots=True)
class FailingTurn:
    """Where a conversation failed, and by which signals: `kind`, or `kind/label`, the strongest first."""

    turn_index: int
    family: str
    signals: tuple[str, ...]


def find_failing_turn(signals: Sequence[Signal], probability: float) -> FailingTurn | None:
    """The turn whose answer the most evidence speaks against, of equal ones the latest; None if none failed.

    `probability` is how likely the user of the conversation was dissatisfied.
    """
    evidence = [each for each in signals if counts(each, probability)]
    evidence = [each for each in evidence if each.kind not in LEFT] or evidence
    if not evidence:
        return None
    turns: dict[int, list[Signal]] = {}
    for signal in evidence:
        turns.setdefault(find_target(signal), []).append(signal)
    index = max(turns, key=lambda each: (sum(signal.score for signal in turns[each]), each))
    found = [each for each in turns[index] if each.stands] or turns[index]
    found.sort(key=lambda signal: (FAMILIES.index(BY_KIND[signal.kind]), -signal.score))
    names = dict.fromkeys(f"{each.kind}/{each.label}" if each.label else each.kind for each in found)
    return FailingTurn(index, BY_KIND[found[0].kind].name, tuple(names))


def counts(signal: Signal, probability: float) -> bool:
    """Whether a signal tells a failure."""
    family = BY_KIND.get(signal.kind)
    if family is None or signal.is_rejected or signal.polarity >= 0:
        return False
    if family.is_certain and signal.stands and signal.score >= LEAST_CERTAIN:
        return True
    is_heard = signal.stands or (signal.kind in SAID and signal.score >= LEAST_SCORE)
    return is_heard and probability >= LEAST_PROBABILITY


def find_target(signal: Signal) -> int:
    """The turn that a signal is about: who left after a bad word left because of the answer before it."""
    target = signal.turn_index if signal.target is None else signal.target
    return max(0, target - 1) if signal.kind == "abandonment" and signal.label in LAST_WORDS else target
