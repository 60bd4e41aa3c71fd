"""Are there enough rows to train on, and if not, what is to be done? Counts come in, a sentence or two go out."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from feedback.datasets.definition import GOLD, Definition
from feedback.datasets.record import Reason
from feedback.datasets.weighing.outline import Outline

ENOUGH_ROWS: Final = 50
"""From 50 to 100 rows on, finetuning usually shows a gain."""
ENOUGH_OF_A_CLASS: Final = 25
"""Where answers are told to be good or bad, so many of each."""
MOST_STEPS: Final = 4

THINGS: Final[Mapping[str, tuple[str, str]]] = {
    "praised": ("good answer", "good answers"),
    "pairs": ("pair", "pairs"),
    "ratings": ("judged answer", "judged answers"),
}
LACKING: Final[Mapping[str, str]] = {
    "praised": "Ask for thumbs where the holes are, and send the actions copy and accept from your app.",
    "pairs": "Let people ask again for an answer and edit it, and send the actions regenerate and edit from your app.",
    "ratings": "Ask for thumbs where the holes are, and send what people do with answers: copy, accept, stop.",
}
REMEDIES: Final[Mapping[Reason, str]] = {
    Reason.CONSENT_UNKNOWN: "{count:,} conversations are out as nothing says that their users agreed: ask them, and "
    "send the answer with each call.",
    Reason.NOT_JUDGED: "{count:,} answers were judged by nobody.",
    Reason.NOT_PRAISED: "{count:,} answers were praised by nobody.",
    Reason.MACHINE_RETRY: "{count:,} answers were replaced without a sign that a person wished it: send the action "
    "regenerate when somebody asks again.",
    Reason.LICENCE: "{count:,} are out for the terms of the models that wrote them.",
    Reason.LANGUAGE: "{count:,} are in languages that were not asked for.",
    Reason.NEAR_DUPLICATE: "{count:,} say nearly what others say.",
    Reason.USER_CAP: "{count:,} are of users who have {most_per_user:,} rows already.",
    Reason.TEMPLATE_CAP: "{count:,} ask what {most_per_template:,} others ask already.",
    Reason.FAILURE_MODE_CAP: "{count:,} are of failure modes that have {most_per_failure_mode:,} rows already.",
    Reason.BALANCE: "{count:,} are left out as one class outnumbers the other: what the smaller one lacks counts.",
    Reason.LENGTH: "{count:,} pairs are left out so that length does not tell the better answer.",
    Reason.PERSONAL_DATA: "{count:,} are out for personal data that could not be replaced.",
}
"""What is said of rows that might be there, the most promising first."""


def judge_rows(
    kind: str,
    outlines: Sequence[Outline],
    dropped: Counter[Reason],
    unsure: Mapping[str, int],
    definition: Definition,
) -> dict[str, Any]:
    """How many rows there are of the kind of a `Selection`, and how many a gain asks for; of good and bad answers the
    rarer class counts. `unsure` counts rows by the confidence that was too little. `steps` say what to do, and are
    empty where there is enough."""
    have, needed, words = _count_rows(kind, outlines)
    steps: list[str] = []
    if have < needed:
        steps = [LACKING.get(kind, ""), _lower_bound(unsure, needed - have, definition)]
        steps += _list_remedies(dropped, definition)
    return {"rows": have, "needed": needed, "words": words, "steps": [step for step in steps if step]}


def _count_rows(kind: str, outlines: Sequence[Outline]) -> tuple[int, int, str]:
    if kind == "ratings":
        good = sum(outline.label is True for outline in outlines)
        return _weigh_classes(good, len(outlines) - good)
    count = len(outlines)
    said = f"{_count_things(kind, count)}. A gain usually shows from {ENOUGH_ROWS} to {2 * ENOUGH_ROWS} on"
    return count, ENOUGH_ROWS, f"{said}{_tell_missing(ENOUGH_ROWS - count)}."


def _weigh_classes(good: int, bad: int) -> tuple[int, int, str]:
    rarer = min(good, bad)
    said = (
        f"{good:,} good and {bad:,} bad answers. A gain usually shows from {ENOUGH_ROWS} to {2 * ENOUGH_ROWS} on, with "
        f"{ENOUGH_OF_A_CLASS} of each"
    )
    lacking = "bad" if bad < good else "good"
    missing = ENOUGH_OF_A_CLASS - rarer
    return rarer, ENOUGH_OF_A_CLASS, f"{said}{_tell_missing(missing, f' {lacking}') if missing > 0 else ''}."


def _count_things(kind: str, count: int) -> str:
    one, many = THINGS.get(kind, ("row", "rows"))
    return f"{count:,} {one if count == 1 else many}"


def _tell_missing(missing: int, what: str = "") -> str:
    return f": {missing:,} more{what} to go" if missing > 0 else ""


def _lower_bound(unsure: Mapping[str, int], missing: int, definition: Definition) -> str:
    """Which bound of confidence, not lower than need be, would let in so many more rows, or as many as there are."""
    if definition.tier == GOLD:
        sure = sum(count for confidence, count in unsure.items() if float(confidence) >= definition.confidence)
        return f"{_count_more(sure)} would come with silver labels, of behaviour alone." if sure else ""
    more = 0
    for step in range(math.ceil(20 * definition.confidence) - 1, 9, -1):
        more = sum(count for confidence, count in unsure.items() if float(confidence) >= step / 20)
        if more >= missing:
            return f"{_count_more(more)} would come with confidence {step / 20:g}."
    return f"{_count_more(more)} would come with confidence 0.5." if more else ""


def _count_more(count: int) -> str:
    return f"Up to {count:,} more {'row' if count == 1 else 'rows'}"


def _list_remedies(dropped: Counter[Reason], definition: Definition) -> list[str]:
    told = [(reason, words) for reason, words in REMEDIES.items() if dropped[reason]]
    return [
        words.format(
            count=dropped[reason],
            most_per_user=definition.most_per_user,
            most_per_template=definition.most_per_template,
            most_per_failure_mode=definition.most_per_failure_mode,
        )
        for reason, words in told[:MOST_STEPS]
    ]
