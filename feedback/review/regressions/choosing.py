"""Verified failures come in, the cases that are made of them go out, with why the others are none. The same failures
give the same cases, in whatever order they come."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from feedback.datasets.labels.wording import split_words
from feedback.datasets.messages import hold_only_text
from feedback.datasets.openai_rows import name_tools, write_dialogue
from feedback.datasets.validation import check_exchange, encode_line
from feedback.review.regressions.agreed import Agreed, find_agreed
from feedback.review.regressions.case import Case, Failure, LeftOut, Reason
from feedback.review.regressions.deriving import NOT_COVERED, NOTHING, is_fair, is_telling, list_checks
from feedback.review.regressions.lines import write_case
from tracing.texts.stand_ins import are_kept

MOST: Final = 50
"""Cases of one failure mode."""
ALIKE: Final = 0.8
"""Jaccard index of the words of two requests from which on they ask the same."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """In the order of failure modes; within one, in an order by chance that stays."""

    cases: tuple[Case, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def choose_cases(failures: Iterable[Failure], most: int = MOST) -> Chosen:
    """At most so many of each failure mode."""
    cases: list[Case] = []
    left_out: list[LeftOut] = []
    ordered = sorted(failures, key=lambda each: (each.mode, name_case(each)))
    agreed = {mode: find_agreed(list(own)) for mode, own in groupby(ordered, attrgetter("mode"))}
    for failure in ordered:
        made = make_case(failure, agreed[failure.mode])
        own = [case for case in cases if case.failure.mode == failure.mode]
        result = find_place(made, own, most) if isinstance(made, Case) else made
        if isinstance(result, Case):
            cases.append(result)
        else:
            left_out.append(leave_out(failure, result))
    return Chosen(tuple(cases), tuple(left_out))


def leave_out(failure: Failure, reason: Reason) -> LeftOut:
    return LeftOut(failure.conversation_id, failure.turn_index, failure.mode, reason)


def make_case(failure: Failure, agreed: Agreed = NOTHING) -> Case | Reason:
    """The case with the checks that tell the bad answer from a good one, or why there is none."""
    if not failure.bad_answer.strip():
        return Reason.NO_ANSWER
    texts = (*(message.content for message in failure.prompt), failure.bad_answer, failure.better_answer)
    if not are_kept(texts):
        return Reason.NOT_KEPT
    messages = tuple(write_dialogue(failure.prompt))
    answer = [{"role": "assistant", "content": failure.bad_answer}]
    if not hold_only_text(failure.prompt) or check_exchange(messages, answer):
        return Reason.NOT_SENDABLE
    telling = [check for check in list_checks(failure, agreed) if is_telling(check, failure)]
    checks = tuple(check for check in telling if is_fair(check, failure))
    if not checks:
        return find_reason(failure, found_any=bool(telling))
    case = Case(name_case(failure), failure, messages, tuple(name_tools(failure.tools).get("tools", ())), checks)
    return case if encode_line(write_case(case)) else Reason.NOT_SENDABLE


def find_reason(failure: Failure, *, found_any: bool) -> Reason:
    """Why there is no check."""
    if found_any:
        return Reason.CHECKS_FAIL_BETTER
    return Reason.NOT_COVERED if failure.kinds and failure.kinds <= NOT_COVERED else Reason.NO_CHECK


def find_place(case: Case, own: Sequence[Case], most: int) -> Case | Reason:
    """The case, or why it is one too many."""
    words = list_asked(case.failure)
    if any(measure_overlap(words, list_asked(other.failure)) >= ALIKE for other in own):
        return Reason.ALIKE
    return Reason.CAP if len(own) >= most else case


def list_asked(failure: Failure) -> frozenset[str]:
    return frozenset(split_words(failure.request))


def measure_overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard index; 1 of two empty ones."""
    return len(one & other) / len(one | other) if one | other else 1.0


def name_case(failure: Failure) -> str:
    """An id that stays and does not tell whose conversation it was."""
    said = f"{failure.conversation_id}\0{failure.turn_index}".encode("utf-8", "surrogatepass")
    return f"{failure.mode}-{hashlib.sha256(said).hexdigest()[:10]}"
