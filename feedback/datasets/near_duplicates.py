"""Rows of different conversations that say nearly the same: outlines come in, those that stay go out.

Two rows are alike if of their runs of five words a share of at least `likeness` (Jaccard, estimated by MinHash) is in
both, and what the model wrote in them shares at least half of its words: a long text that an app puts before every
question makes no two chats alike. Rows of one conversation begin alike by nature and are never taken for duplicates.

No pair is missed that the signatures show: those of two rows that are alike differ in at most so many places that, cut
into one piece more, a piece of them is equal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import Final

import numpy
from numpy.typing import NDArray

from feedback.datasets.outline import Outline
from feedback.datasets.record import Reason
from feedback.datasets.signatures import (
    PERMUTATIONS,
    Signature,
    compare,
    read_answers,
    read_dialogues,
    read_whole,
    read_written,
)
from feedback.datasets.sureness import rank

LEAST_WRITTEN_ALIKE: Final = 0.5

ALONE: Final = -1


def drop_near_duplicates(rows: Sequence[Outline], likeness: float) -> tuple[list[Outline], Counter[Reason]]:
    """Of rows that are alike the surest stays, of those the earliest; none of them where they contradict each other."""
    if likeness >= 1 or not rows:
        return list(rows), Counter()
    by_rank = sorted(rows, key=rank)
    index = LikenessIndex(numpy.stack([read_whole(row.signature) for row in by_rank]), likeness)
    kept: list[int] = []
    contradicted: set[int] = set()
    dropped: Counter[Reason] = Counter()
    for number, row in enumerate(by_rank):
        alike = [other for other in index.find(number) if _are_alike(row, by_rank[other])]
        against = [other for other in alike if contradict(row, by_rank[other], likeness)]
        contradicted.update(against)
        if alike:
            dropped[Reason.CONTRADICTION if against else Reason.NEAR_DUPLICATE] += 1
        else:
            index.add(number)
            kept.append(number)
    dropped[Reason.CONTRADICTION] += len(contradicted)
    staying = {by_rank[number].place for number in kept if number not in contradicted}
    return [row for row in rows if row.place in staying], dropped


def list_likenesses(rows: Sequence[Outline], likeness: float) -> Iterator[tuple[Outline, Outline]]:
    """All pairs of rows in which a dialogue of the one is like a dialogue of the other, also of different parts."""
    if likeness >= 1 or not rows:
        return
    dialogues = [(row, dialogue) for row in rows for dialogue in read_dialogues(row.signature)]
    index = LikenessIndex(numpy.stack([dialogue for _, dialogue in dialogues]), likeness)
    for number, (row, _) in enumerate(dialogues):
        for other in index.find(number):
            if _are_alike(row, dialogues[other][0]):
                yield row, dialogues[other][0]
        index.add(number)


def contradict(one: Outline, other: Outline, likeness: float) -> bool:
    """Whether two rows that are alike say opposite things of answers that are alike."""
    better, worse = read_answers(one.signature), read_answers(other.signature)
    if len(better) == len(worse) == 2:
        crossed = (compare(better[0], worse[1]), compare(better[1], worse[0]))
        straight = (compare(better[0], worse[0]), compare(better[1], worse[1]))
        return min(crossed) >= likeness and sum(crossed) > sum(straight)
    opposite = None not in (one.label, other.label) and one.label != other.label
    return opposite and compare(better[0], worse[0]) >= likeness


def _are_alike(one: Outline, other: Outline) -> bool:
    """Beyond their runs of words."""
    return (
        one.conversation_id != other.conversation_id
        and compare(read_written(one.signature), read_written(other.signature)) >= LEAST_WRITTEN_ALIKE
    )


class LikenessIndex:
    """Finds, among the lines that were added, those that are at least so much like another."""

    def __init__(self, lines: Signature, likeness: float) -> None:
        self._lines = lines
        self._equal_places = ceil(likeness * PERMUTATIONS)
        self._buckets = _list_buckets(lines, PERMUTATIONS - self._equal_places + 1)
        self._members: dict[int, list[int]] = {}

    def find(self, number: int) -> list[int]:
        """Numbers of lines, in order."""
        found: set[int] = set()
        for bucket in self._buckets[number].tolist():
            found.update(self._members.get(bucket, ()))
        candidates = sorted(found)
        if not candidates:
            return []
        equal = (self._lines[candidates] == self._lines[number]).sum(axis=1)
        return [candidates[place] for place in numpy.flatnonzero(equal >= self._equal_places)]

    def add(self, number: int) -> None:
        for bucket in self._buckets[number].tolist():
            if bucket != ALONE:
                self._members.setdefault(bucket, []).append(number)


def _list_buckets(lines: Signature, pieces: int) -> NDArray[numpy.int64]:
    """For each line a number for each of its pieces, the same for lines whose piece is equal."""
    columns, start = [], 0
    for piece in numpy.array_split(lines, pieces, axis=1):
        _, number, count = numpy.unique(_fold(piece.T), return_inverse=True, return_counts=True)
        columns.append(numpy.where(count[number] > 1, number + start, ALONE))
        start += len(count)
    return numpy.stack(columns, axis=1)


def _fold(columns: Iterable[NDArray[numpy.uint32]]) -> NDArray[numpy.uint64]:
    """One number for each line of a piece."""
    folded = numpy.uint64(0)
    for column in columns:
        folded = (folded * numpy.uint64(0x9E3779B97F4A7C15)) ^ column.astype(numpy.uint64)
    return numpy.asarray(folded)
