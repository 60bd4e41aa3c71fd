"""Rows of different conversations that say nearly the same: outlines come in, those that stay go out.

Two rows are alike if of their runs of five words a share of at least `likeness` (Jaccard, estimated by MinHash) is in
both, and what the model wrote in them shares at least half of its words: a long text that an app puts before every
question makes no two chats alike. Rows of one conversation begin alike by nature and are never taken for duplicates.

No pair is missed that the signatures show: those of two rows that are alike differ in at most so many places that, cut
into one piece more, a piece of them is equal.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

import numpy
from numpy.typing import NDArray

from feedback.datasets.record import Reason
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.signatures import (
    MULTIPLIER,
    PERMUTATIONS,
    RUN,
    WORD_PERMUTATIONS,
    Signature,
    compare,
    read_answers,
    read_dialogues,
    read_written,
    unite,
)
from feedback.datasets.weighing.sureness import rank

LEAST_WRITTEN_ALIKE: Final = 0.5
LEAST_ANSWERS_ALIKE: Final = 0.8
"""Of the words of two answers that are labelled in opposite ways; less is another answer, and no contradiction."""

METHOD: Final = (
    f"MinHash of {PERMUTATIONS} permutations over runs of {RUN} words (letters of scripts written without spaces) of "
    "what users and models said, instructions and results of tools left out, of a pair with both answers; rows of "
    "different conversations are alike if the estimated Jaccard index is at least the likeness asked for and what the "
    f"model wrote shares at least {LEAST_WRITTEN_ALIKE:.0%} of its words ({WORD_PERMUTATIONS} permutations); the "
    "surest row stays, of those the earliest; rows with opposite labels whose answers share "
    f"{LEAST_ANSWERS_ALIKE:.0%} of their words all go"
)

Said = tuple[Signature, Signature]
"""Of runs of words, and of what the model wrote."""

UNSHARED: Final = -1
"""A piece that no other line has."""
CROWD: Final = 2_000
"""From so many candidates on it is quicker to look at all lines."""


def drop_near_duplicates(rows: Sequence[Outline], likeness: float) -> tuple[list[Outline], Counter[Reason]]:
    """Of rows that are alike the surest stays, of those the earliest; none of them where they contradict each other."""
    if likeness >= 1 or not rows:
        return list(rows), Counter()
    by_rank = sorted(rows, key=rank)
    index = LikenessIndex(by_rank, [_unite_dialogues(row) for row in by_rank], likeness)
    contradicted: set[int] = set()
    dropped: Counter[Reason] = Counter()
    staying: list[int] = []
    for number, row in enumerate(by_rank):
        alike = index.find(number)
        against = {other.place for other in alike if contradict(row, other)}
        contradicted |= against
        if alike:
            dropped[Reason.CONTRADICTION if against else Reason.NEAR_DUPLICATE] += 1
        else:
            index.add(number)
            staying.append(row.place)
    dropped[Reason.CONTRADICTION] += len(contradicted)
    kept = set(staying) - contradicted
    return [row for row in rows if row.place in kept], dropped


def list_likenesses(rows: Sequence[Outline], likeness: float) -> Iterator[tuple[Outline, Outline]]:
    """All pairs of rows in which a dialogue of the one is like a dialogue of the other, also of different parts; where
    each row holds one dialogue and there is one part, rows that are alike were dropped before. With a likeness of 1
    those that use the same words in the same order."""
    dialogues = [(row, dialogue) for row in rows for dialogue in _list_dialogues(row)]
    if not rows or (len(dialogues) == len(rows) and len({row.part for row in rows}) == 1):
        return
    index = LikenessIndex([row for row, _ in dialogues], [dialogue for _, dialogue in dialogues], likeness)
    for number, (row, _) in enumerate(dialogues):
        for other in index.find(number):
            yield row, other
        index.add(number)


def _list_dialogues(row: Outline) -> Iterator[Said]:
    return zip(read_dialogues(row.signature), read_written(row.signature), strict=True)


def _unite_dialogues(row: Outline) -> Said:
    return unite(read_dialogues(row.signature)), unite(read_written(row.signature))


def contradict(one: Outline, other: Outline) -> bool:
    """Whether two rows that are alike say opposite things of answers that are alike."""
    mine, others = read_answers(one.signature), read_answers(other.signature)
    if len(mine) == len(others) == 2:
        crossed = (compare(mine[0], others[1]), compare(mine[1], others[0]))
        straight = (compare(mine[0], others[0]), compare(mine[1], others[1]))
        return min(crossed) >= LEAST_ANSWERS_ALIKE and sum(crossed) > sum(straight)
    opposite = None not in (one.label, other.label) and one.label != other.label
    return opposite and compare(mine[0], others[0]) >= LEAST_ANSWERS_ALIKE


class LikenessIndex:
    """Finds, among what was said in rows that were added, what is like what was said in another."""

    def __init__(self, rows: Sequence[Outline], said: Sequence[Said], likeness: float) -> None:
        self._rows = rows
        self._lines = _Places(numpy.stack([line for line, _ in said]), ceil(likeness * PERMUTATIONS))
        written = numpy.stack([words for _, words in said])
        self._written = _Places(written, ceil(LEAST_WRITTEN_ALIKE * WORD_PERMUTATIONS))
        self._pieces = _number_pieces(self._lines.values, PERMUTATIONS - self._lines.least_equal + 1).tolist()
        self._added = numpy.zeros(len(rows), dtype=numpy.intp)
        self._count = 0
        self._by_piece: dict[int, list[int]] = defaultdict(list)

    def add(self, number: int) -> None:
        column = self._count
        self._count += 1
        self._added[column] = number
        for places in (self._lines, self._written):
            places.put(column, number)
        for piece in self._pieces[number]:
            if piece != UNSHARED:
                self._by_piece[piece].append(column)

    def find(self, number: int) -> list[Outline]:
        """Rows of other conversations, in the order in which they were added."""
        columns = self._list_candidates(number)
        if not len(columns):
            return []
        numbers = self._added[columns]
        for places in (self._written, self._lines):
            numbers = numbers[places.are_equal(numbers, number)]
        mine = self._rows[number].conversation_id
        return [self._rows[other] for other in numbers if self._rows[other].conversation_id != mine]

    def _list_candidates(self, number: int) -> NDArray[numpy.intp]:
        """Columns of lines that have a piece in common with this; where they are many, of those that look alike."""
        found = [self._by_piece[piece] for piece in self._pieces[number] if piece in self._by_piece]
        if sum(map(len, found)) < CROWD:
            return numpy.array(sorted(set().union(*found)), dtype=numpy.intp)
        looks = self._written.look_equal(self._count, number) & self._lines.look_equal(self._count, number)
        return numpy.flatnonzero(looks)


class _Places:
    """Lines of numbers, of which two are alike if they are equal in at least so many places. What was put into columns
    is looked through by the lowest byte of each number, which is quick and lets nothing pass that is alike."""

    def __init__(self, values: Signature, least_equal: int) -> None:
        self.values = values
        self.least_equal = least_equal
        self._bytes = numpy.empty((values.shape[1], len(values)), dtype=numpy.uint8)

    def put(self, column: int, number: int) -> None:
        self._bytes[:, column] = self.values[number] & 0xFF

    def look_equal(self, count: int, number: int) -> NDArray[numpy.bool_]:
        """Of the first columns, which may be like the line."""
        mine = (self.values[number] & 0xFF).astype(numpy.uint8)[:, None]
        equal = (self._bytes[:, :count] == mine).view(numpy.uint8)  # bytes are added far quicker than truths
        looks: NDArray[numpy.bool_] = numpy.add.reduce(equal, axis=0, dtype=numpy.uint8) >= self.least_equal
        return looks

    def are_equal(self, numbers: NDArray[numpy.intp], number: int) -> NDArray[numpy.bool_]:
        equal: NDArray[numpy.bool_] = (self.values[numbers] == self.values[number]).sum(axis=1) >= self.least_equal
        return equal


def _number_pieces(lines: Signature, pieces: int) -> NDArray[numpy.int64]:
    """For each line a number for each of its pieces, the same for lines whose piece is equal."""
    columns, start = [], 0
    for piece in numpy.array_split(lines, pieces, axis=1):
        _, number, count = numpy.unique(_fold(piece), return_inverse=True, return_counts=True)
        columns.append(numpy.where(count[number] > 1, number + start, UNSHARED))
        start += len(count)
    return numpy.stack(columns, axis=1)


def _fold(piece: Signature) -> NDArray[numpy.uint64]:
    """One number for each line of a piece."""
    folded = numpy.zeros(len(piece), dtype=numpy.uint64)
    for column in piece.T:
        folded = (folded * MULTIPLIER) ^ column.astype(numpy.uint64)
    return folded
