"""Each thing is said once and never both ways: outlines come in, those that stay and what was dropped go out. Of equal
rows the surest stays, of those the earliest; rows that contradict each other all go."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from feedback.datasets.messages import normalise_messages
from feedback.datasets.record import Reason, Record
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.sureness import rank


def find_contested(rows: Iterable[Outline]) -> set[str]:
    """Subjects of which two rows, of whichever parts, say opposite things."""
    claims: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        claims[row.subject].add(row.claim)
    return {subject for subject, said in claims.items() if len(said) > 1}


def drop_contradictions(rows: Sequence[Outline], contested: Container[str]) -> tuple[list[Outline], Counter[Reason]]:
    kept = [row for row in rows if row.subject not in contested]
    return kept, Counter({Reason.CONTRADICTION: len(rows) - len(kept)})


def drop_duplicates(rows: Sequence[Outline]) -> tuple[list[Outline], Counter[Reason]]:
    """Drop every row that says the same as a surer or earlier one, and every pair whose user chose between other
    answers to the same prompt, in whichever conversation."""
    by_rank = sorted(rows, key=rank)
    unique = _take_first(by_rank, lambda row: (row.subject, row.claim))
    chosen = _take_first(unique, _tell_choice)
    kept = {row.place for row in chosen}
    dropped = {Reason.DUPLICATE: len(rows) - len(unique), Reason.OLDER_ATTEMPT: len(unique) - len(chosen)}
    return [row for row in rows if row.place in kept], Counter(dropped)


def _take_first(rows: Iterable[Outline], tell: Callable[[Outline], Hashable]) -> list[Outline]:
    """Of the rows of which the same is told the first."""
    first: dict[Hashable, Outline] = {}
    for row in rows:
        first.setdefault(tell(row), row)
    return list(first.values())


def _tell_choice(row: Outline) -> Hashable:
    is_of_user = row.user_id and row.prompt and row.rejected_characters
    return (row.user_id, row.prompt) if is_of_user else row.place


class Claim(NamedTuple):
    """What a row says, as digests that white space does not change."""

    prompt: str
    """What its model was asked, with which tools."""
    subject: str
    """The prompt with the answers, in any order."""
    claim: str
    """Which of them is good; an answer without a label is there to be imitated."""


def read_claim(record: Record) -> Claim:
    answer, other = normalise_messages(record.completion), normalise_messages(record.rejected)
    prompt = _digest([normalise_messages(record.prompt), json.dumps(record.tools, sort_keys=True, default=str)])
    return Claim(prompt, _digest([prompt, *sorted((answer, other))]), _digest([str(record.label is not False), answer]))


def _digest(texts: Sequence[str]) -> str:
    return sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
