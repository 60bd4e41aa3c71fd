"""Checks of a model's answer, from what is known of one that failed: each rests on what its user or a reviewer said.

A check goes out only if it fails on the answer that was bad, and passes on the better one where there is one: no check
that cannot fail.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from feedback.review.regressions.agreed import Agreed, check_agreed, is_said, list_made
from feedback.review.regressions.case import Check, Failure
from feedback.review.regressions.checks import find_fault, holds, measure_likeness
from feedback.review.regressions.values import Value, list_values
from feedback.review.regressions.wishes import check_constraints, check_form, check_language

NOTHING: Final = Agreed()
NEARLY_THE_SAME: Final = 0.8
"""How alike two answers are in their words from which on only what they state tells them apart."""
MOST_VALUES: Final = 3
"""Of an answer; who lists more does not mean each of them."""
CORRECTIONS: Final = frozenset({"correction", "correction_text"})
_OF_THEIRS: Final = re.compile(
    r"\b(?:i (?:mean|meant|want|wanted|said|asked|need|needed)|my|mine|our|ich (?:meinte?|wollte|will|brauche)|mein\w*"
    r"|unser\w*|je (?:voulais|veux|parlais)|mon|ma|mes|notre|nos|quer[ií]a|quise|quiero|mi|mis|nuestr\w+"
    r"|eu (?:quis|quero)|meus?|minhas?|intendevo|volevo|mi[oae]|ik (?:bedoel\w*|wil\w*)|mijn"
    r"|я (?:имел|имела|хотел|хотела)|мо[йяеи])\b",
    re.IGNORECASE,
)
"""Who speaks of what is theirs, or of what they meant, tells what no model could know."""


def list_checks(failure: Failure, agreed: Agreed = NOTHING) -> list[Check]:
    """All that could tell; those of what was asked for, and of what was said to be right, before likeness."""
    by_kind = (check for kinds, derive in BY_KIND.items() if failure.kinds & set(kinds) for check in derive(failure))
    return [*by_kind, *check_agreed(failure, agreed), *_check_better(failure)]


def is_telling(check: Check, failure: Failure) -> bool:
    """Whether a check fails on the bad answer."""
    return bool(find_fault(check, tell_answers(failure), failure.bad_answer))


def is_fair(check: Check, failure: Failure) -> bool:
    """Whether the better answer passes a check, where there is one."""
    return not failure.better_answer or not find_fault(check, tell_answers(failure), failure.better_answer)


def tell_answers(failure: Failure) -> Mapping[str, str]:
    """What checks look up of a case."""
    return {"bad_answer": failure.bad_answer, "better_answer": failure.better_answer}


def _check_refusal(_failure: Failure) -> Iterator[Check]:
    yield {"kind": "answers", "why": "it was refused without need"}


def _check_invented(failure: Failure) -> Iterator[Check]:
    values = [each for each in failure.invented if holds(failure.bad_answer, each)][:MOST_VALUES]
    if values:
        yield {"kind": "lacks", "values": values, "why": "what it said stands in nothing that the model was given"}


def _check_correction(failure: Failure) -> Iterator[Check]:
    """Of what its user said is right, what the answer did not say: if a model could have known it."""
    right = [each for each in list_values(failure.reaction) if not is_said(failure.bad_answer, each)]
    if failure.better_answer:
        right = [each for each in right if is_said(failure.better_answer, each)]
    elif not _is_knowable(failure, right):
        return
    if 0 < len(right) <= MOST_VALUES:
        named = ", ".join(f"“{each.text}”" for each in right)
        yield {
            "kind": "holds",
            "values": [list(each.ways) for each in right],
            "why": f"its user said that {named} is right",
        }


def _is_knowable(failure: Failure, right: list[Value]) -> bool:
    """Whether it stood in what the model was given; else whether it stands in the place of what the model made up, and
    its user speaks of the matter, not of what they had meant."""
    given = "\n".join(each.content for each in failure.prompt)
    if right and all(is_said(given, each) for each in right):
        return True
    own = {each.kind for each in list_made(failure)}
    return all(each.kind in own for each in right) and not _OF_THEIRS.search(failure.reaction)


def _check_better(failure: Failure) -> Iterator[Check]:
    """Nearer to the better answer than to the bad one; of two that are nearly the same, what the better one states."""
    if not failure.better_answer:
        return
    if measure_likeness(failure.better_answer, failure.bad_answer) < NEARLY_THE_SAME:
        yield {"kind": "nearer", "why": failure.better_source}
        return
    stated = [each for each in list_values(failure.better_answer) if not is_said(failure.bad_answer, each)]
    if 0 < len(stated) <= MOST_VALUES:
        why = f"{failure.better_source}, which states it"
        yield {"kind": "holds", "values": [list(each.ways) for each in stated], "why": why}


BY_KIND: Final[Mapping[tuple[str, ...], Callable[[Failure], Iterator[Check]]]] = {
    ("refusal",): _check_refusal,
    ("language_mismatch",): check_language,
    ("format_failure",): check_form,
    ("constraint_violation",): check_constraints,
    ("unsupported",): _check_invented,
    tuple(sorted(CORRECTIONS)): _check_correction,
}
NOT_COVERED: Final = frozenset(
    {"tool_failure", "tool_misuse", "agent_loop", "error", "slow", "truncation", "low_confidence", "early_termination"}
)
"""Kinds of signals that lie in what happened, not in what an answer says."""
