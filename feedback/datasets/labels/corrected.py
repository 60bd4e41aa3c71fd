"""A pair: the answer after a correction beats the one before it, as an answer to the message before the correction.

The later answer knew more, so a plain pair would teach to read minds: it counts only where the correction told nothing
new, where the later answer does not speak of it, and where its user was content with it.
"""

import re
from collections.abc import Iterator
from typing import Final

from feedback.datasets.labels.examples import build_prompt, find_fault, list_tools
from feedback.datasets.labels.new_facts import list_new_words
from feedback.datasets.labels.opinions import Opinion, is_criticism, read_signal
from feedback.datasets.labels.pair import (
    Case,
    Claim,
    believe,
    build_pair,
    compare_texts,
    judge_chosen,
    judge_rejected,
    measure_margin,
)
from feedback.datasets.messages import normalise_text, same_messages
from feedback.datasets.record import Reason, Record
from feedback.replies import find_apology
from tracing.conversations import Answer, Turn

RULE: Final = "corrected"
SIGNAL: Final = "correction"
PRAISED, WENT_ON = 0.9, 0.75
"""How likely the later answer is the better one: where its user liked it, or went on without a complaint. By judgement,
not measured."""
OPENING_CHARACTERS: Final = 160
_REFERS_BACK = re.compile(
    r"\b(?:you(?:'re| are| were) (?:\w+ )?(?:right|correct)|as you (?:asked|said|requested|mentioned|noted|pointed)"
    r"|correct(?:ed|ion)|revised|updated|clarif\w+|misunderst\w+|mistake|this time|instead|oversight"
    r"|korrigiert|korrektur|überarbeitet|diesmal|missverst\w+|stattdessen|corrig\w+|cette fois|à la place"
    r"|esta vez|en su lugar|desta vez|questa volta|invece|deze keer)\b",
    re.IGNORECASE,
)


def find_claims(case: Case) -> Iterator[Claim]:
    """One for the answer that the next message corrects."""
    following = case.course.find_next(case.turn)
    if following and (opinion := _find_correction(case, following)):
        yield Claim(RULE, case.kept.answer, _pair(case, following, opinion))


def _find_correction(case: Case, following: Turn) -> Opinion | None:
    found = [
        read_signal(signal)
        for signal in case.course.list_signals(following)
        if signal.kind == SIGNAL and is_criticism(signal) and case.course.find_answer(signal) == case.kept.answer
    ]
    return max(found, key=lambda each: (each.confidence, each.score), default=None)


def _pair(case: Case, following: Turn, opinion: Opinion) -> Record | Reason:
    chosen, rejected = case.course.find_kept(following).answer, case.kept.answer
    reason = (
        find_fault(rejected)
        or judge_chosen(chosen, case.list_opinions(chosen))
        or judge_rejected(case.list_opinions(rejected))
        or compare_texts(chosen.text, rejected.text)
        or _compare_prompts(case, following, chosen)
        or _judge_correction(case, following)
    )
    if reason:
        return reason
    if _refers_back(chosen):
        return Reason.REFERS_BACK
    liking = _measure_liking(case, following, chosen)
    if not liking:
        return Reason.NOT_ACCEPTED
    confidence = opinion.confidence * liking
    return build_pair(case, RULE, chosen, rejected, believe(opinion, confidence), measure_margin(confidence))


def _compare_prompts(case: Case, following: Turn, chosen: Answer) -> Reason | None:
    """The later answer may have been given what the earlier one was, that answer and the user's own words; no more."""
    course, labelled, rejected = case.course, case.course.labelled, case.kept.answer
    before, later = build_prompt(course, case.turn, rejected), build_prompt(course, following, chosen)
    said = later[len(before) :]
    same = (
        same_messages(later[: len(before)], before)
        and [message.role for message in said] == ["assistant", "user"]
        and normalise_text(said[0].content) == normalise_text(rejected.text)
        and normalise_text(said[1].content) == normalise_text(following.user_text)
        and list_tools(labelled, chosen) == list_tools(labelled, rejected)
    )
    return None if same else Reason.DIFFERENT_PROMPTS


def _judge_correction(case: Case, following: Turn) -> Reason | None:
    prompt = build_prompt(case.course, case.turn, case.kept.answer)
    known = [*(message.content for message in prompt), case.kept.answer.text]
    return Reason.NEW_FACT if list_new_words(following.user_text, known) else None


def _refers_back(answer: Answer) -> bool:
    opening = answer.text[:OPENING_CHARACTERS].replace("’", "'")
    return find_apology(answer.text) is not None or _REFERS_BACK.search(opening) is not None


def _measure_liking(case: Case, following: Turn, chosen: Answer) -> float:
    if any(opinion.good for opinion in case.list_opinions(chosen)):
        return PRAISED
    return WENT_ON if case.course.find_next(following) else 0
