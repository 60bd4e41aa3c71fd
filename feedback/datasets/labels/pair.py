"""What a rule that finds pairs is given and gives: a message of a user with all answers to it comes in, claims that one
answer beats another go out. Every rule is one file with a function that yields them; see `pairs.RULES`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from feedback.datasets.labels.edits import Rewrite
from feedback.datasets.labels.examples import (
    build_completion,
    build_prompt,
    build_record,
    find_fault,
    list_tools,
    rewrite_completion,
)
from feedback.datasets.labels.going_on import Course, Kept
from feedback.datasets.labels.opinions import Opinion, Opinions, list_explicit, weigh_opinions
from feedback.datasets.labels.statements import AnswerKey, identify_answer
from feedback.datasets.messages import normalise_text, same_messages
from feedback.datasets.record import Reason, Record
from tracing.conversations import Answer, Turn

MAX_REGENERATIONS = 2
"""Who asks for more versions of one answer is looking around, not choosing."""
WISH = "regeneration"
"""The signal that a person wished another answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Of two answers that somebody saw they called one better."""

    chosen: Answer
    rejected: Answer


@dataclass(frozen=True, slots=True)
class Case:
    """A turn, and what is known of its answers."""

    course: Course
    turn: Turn
    opinions: Opinions
    rewrites: Mapping[AnswerKey, Rewrite]
    kept: Kept
    choices: Sequence[Choice] = ()

    def list_opinions(self, answer: Answer) -> Sequence[Opinion]:
        return self.opinions.get(identify_answer(answer), ())

    @property
    def is_browsing(self) -> bool:
        wishes = (find_wish(self.list_opinions(answer)) for answer in self.turn.answers)
        return sum(wish is not None for wish in wishes) > MAX_REGENERATIONS


@dataclass(frozen=True, slots=True)
class Claim:
    """That an answer lost: the pair, or why it makes none."""

    rule: str
    rejected: Answer
    result: Record | Reason


def find_wish(opinions: Sequence[Opinion]) -> Opinion | None:
    return next((opinion for opinion in opinions if opinion.source == f"signal:{WISH}"), None)


def was_wished(case: Case, answer: Answer) -> bool:
    """Whether a person asked for another version of an answer, displeased or curious."""
    named = (answer.span_id, *answer.generation_span_ids)
    heard = (each for each in case.course.list_signals(case.turn) if each.kind == WISH and not each.is_rejected)
    return any(signal.span_id in named for signal in heard)


def find_reason(case: Case, chosen: Answer, rejected: Answer) -> Reason | None:
    """Why two answers to the same message make no pair, whoever likes which; None where they may."""
    if Choice(rejected, chosen) in case.choices:
        return Reason.CONTRADICTORY_THUMBS
    return (
        judge_chosen(chosen, case.list_opinions(chosen))
        or judge_rejected(case.list_opinions(rejected))
        or compare_texts(chosen.text, rejected.text)
        or _compare_prompts(case, chosen, rejected)
    )


def judge_chosen(answer: Answer, opinions: Sequence[Opinion]) -> Reason | None:
    """Why an answer is none to prefer. That another version was wished of it is for the rules to judge."""
    if find_fault(answer) or answer.outcome != "completed":
        return Reason.KEPT_FAILED
    verdict = weigh_opinions([opinion for opinion in opinions if opinion.source != f"signal:{WISH}"])
    if isinstance(verdict, Opinion):
        return None if verdict.good else Reason.KEPT_WAS_CRITICISED
    return None if verdict is Reason.NOT_JUDGED else verdict


def judge_rejected(opinions: Sequence[Opinion]) -> Reason | None:
    """Why an answer is none to turn away: somebody called it good outright."""
    verdict = weigh_opinions(list_explicit(opinions))
    if isinstance(verdict, Opinion):
        return Reason.REPLACED_WAS_LIKED if verdict.good else None
    return None if verdict is Reason.NOT_JUDGED else verdict


def compare_texts(chosen: str, rejected: str) -> Reason | None:
    one, other = normalise_text(chosen), normalise_text(rejected)
    if one == other:
        return Reason.SAME_TEXT
    return Reason.PREFIX if one.startswith(other) or other.startswith(one) else None


def _compare_prompts(case: Case, chosen: Answer, rejected: Answer) -> Reason | None:
    course, labelled, turn = case.course, case.course.labelled, case.turn
    same = same_messages(build_prompt(course, turn, chosen), build_prompt(course, turn, rejected)) and list_tools(
        labelled, chosen
    ) == list_tools(labelled, rejected)
    return None if same else Reason.DIFFERENT_PROMPTS


def build_pair(
    case: Case, rule: str, chosen: Answer, rejected: Answer, opinion: Opinion, margin: float, text: str | None = None
) -> Record:
    """The pair, on the prompt of the answer that lost; `text` is what somebody made of the chosen one."""
    record = build_record(case.course, case.turn, rejected, opinion)
    written = build_completion(case.course.labelled, chosen)
    told = replace(
        record.provenance,
        trace_id=chosen.trace_id,
        span_id=chosen.span_id,
        rejected_trace_id=rejected.trace_id,
        rejected_span_id=rejected.span_id,
        pair_rule=rule,
    )
    return replace(
        record,
        completion=written if text is None else rewrite_completion(case.course.labelled, chosen, text),
        rejected=record.completion,
        provenance=told,
        time_ns=chosen.start_time_ns,
        model=chosen.model,
        margin=round(margin, 6),
    )


def believe(opinion: Opinion, confidence: float) -> Opinion:
    """What shows that one answer is better, though nobody said so: behaviour, and as sure."""
    return replace(opinion, good=True, confidence=round(confidence, 6), is_explicit=False)


def measure_margin(confidence: float) -> float:
    """By how much an answer is better of which only the confidence is known: nothing for a coin toss.

    >>> measure_margin(0.75)
    0.5
    """
    return max(0.0, 2 * confidence - 1)
