"""Two rows of words in, where they differ out: lines are laid beside each other first, then words within them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from drift.ledger.words import count_words

MOST_PAIRS = 1_000_000
"""Words times words, beyond which a stretch is one difference from its first different word to its last."""
MOST_WEIGHED = 60_000
"""The same for stretches with holes, of which the fewest changes are found."""
LONGEST_LINE = 60
HOLE = "\x00"
"""What a word begins with that stands for any words."""
SENTENCE_ENDS = frozenset(".!?。！？")
PAUSES = SENTENCE_ENDS | frozenset(",;，、")
FEWEST_BETWEEN = 3
"""Words between two differences that hold them apart; a pause counts as one."""
LOST, SWAPPED = 2, 3
"""What it costs that a word is only in one row, and that another stands in its place."""
MARKS = frozenset(':=<>"“”«»[]{}|\n' + HOLE)
"""Of which one alone holds them apart, too."""


@dataclass(frozen=True, slots=True)
class Region:
    """Words `old_first` to before `old_last` of the one row stand for `new_first` to before `new_last` of the other."""

    old_first: int
    old_last: int
    new_first: int
    new_last: int


def find_regions(old: Sequence[str], new: Sequence[str]) -> list[Region]:
    """Where the rows differ, in order."""
    head = count_common(old, new)
    tail = count_common(old[head:][::-1], new[head:][::-1])
    middle = Region(head, len(old) - tail, head, len(new) - tail)
    if middle.old_first == middle.old_last and middle.new_first == middle.new_last:
        return []
    return list(split_by_lines(old, new, middle))


def count_common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words the rows begin with alike."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def split_by_lines(old: Sequence[str], new: Sequence[str], within: Region) -> Iterator[Region]:
    old_lines = list_lines(old, within.old_first, within.old_last)
    new_lines = list_lines(new, within.new_first, within.new_last)
    rows = (
        [tuple(old[first:last]) for first, last in old_lines],
        [tuple(new[first:last]) for first, last in new_lines],
    )
    for kind, old_at, old_to, new_at, new_to in SequenceMatcher(None, *rows, autojunk=False).get_opcodes():
        if kind != "equal":
            block = Region(
                find_place(old_lines, old_at, within.old_last),
                find_place(old_lines, old_to, within.old_last),
                find_place(new_lines, new_at, within.new_last),
                find_place(new_lines, new_to, within.new_last),
            )
            yield from split_by_words(old, new, block)


def list_lines(keys: Sequence[str], first: int, last: int) -> list[tuple[int, int]]:
    """Lines, and sentences of long ones: first word of each, and the first behind it."""
    lines: list[tuple[int, int]] = []
    start = first
    for at in range(first, last):
        if keys[at] == "\n" or (keys[at] in SENTENCE_ENDS and at - start >= LONGEST_LINE):
            lines.append((start, at + 1))
            start = at + 1
    return [*lines, (start, last)] if start < last else lines


def find_place(lines: Sequence[tuple[int, int]], at: int, end: int) -> int:
    return lines[at][0] if at < len(lines) else end


def split_by_words(old: Sequence[str], new: Sequence[str], block: Region) -> Iterator[Region]:
    one, other = old[block.old_first : block.old_last], new[block.new_first : block.new_last]
    if len(one) * len(other) <= MOST_WEIGHED and any(key[0] == HOLE for key in one):
        yield from weigh(one, other, block)
        return
    if len(one) * len(other) > MOST_PAIRS:
        head = count_common(one, other)
        tail = count_common(one[head:][::-1], other[head:][::-1])
        yield Region(block.old_first + head, block.old_last - tail, block.new_first + head, block.new_last - tail)
        return
    for kind, old_at, old_to, new_at, new_to in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Region(
                block.old_first + old_at, block.old_first + old_to, block.new_first + new_at, block.new_first + new_to
            )


def weigh(old: Sequence[str], new: Sequence[str], block: Region) -> Iterator[Region]:
    """Where the rows differ with the fewest words changed; a hole takes any words, and what it takes stands apart.

    The way of Needleman and Wunsch: rows of costs first, then the cheapest path from their end.
    """
    rows = [[LOST * at for at in range(len(new) + 1)]]
    for key in old:
        above = rows[-1]
        takes_any = key[0] == HOLE
        row = [above[0] if takes_any else above[0] + LOST]
        for at, other in enumerate(new):
            if takes_any:
                row.append(min(above[at + 1], row[at]))
            elif key == other:
                row.append(min(above[at], above[at + 1] + LOST, row[at] + LOST))
            else:
                row.append(min(above[at] + SWAPPED, above[at + 1] + LOST, row[at] + LOST))
        rows.append(row)
    yield from trace_back(rows, old, new, block)


def trace_back(
    rows: Sequence[Sequence[int]], old: Sequence[str], new: Sequence[str], block: Region
) -> Iterator[Region]:
    """The steps of the cheapest path that are changes, those in a row joined, and what each hole takes."""
    joined: list[Region] = []
    for each in reversed(list(list_steps(rows, old, new))):
        last = joined[-1] if joined else None
        meets = last is not None and (last.old_last, last.new_last) == (each.old_first, each.new_first)
        if last is not None and meets and is_hole(last, old) == is_hole(each, old):
            joined[-1] = Region(last.old_first, each.old_last, last.new_first, each.new_last)
        else:
            joined.append(each)
    start, new_start = block.old_first, block.new_first
    for each in joined:
        yield Region(
            start + each.old_first, start + each.old_last, new_start + each.new_first, new_start + each.new_last
        )


def is_hole(region: Region, old: Sequence[str]) -> bool:
    return region.old_last > region.old_first and old[region.old_first][0] == HOLE


def list_steps(rows: Sequence[Sequence[int]], old: Sequence[str], new: Sequence[str]) -> Iterator[Region]:
    """From the end: words that were swapped, lost or added, and holes with the words that they take."""
    one, other = len(old), len(new)
    while one or other:
        cost = rows[one][other]
        if one and old[one - 1][0] == HOLE:
            end = other
            while other and rows[one][other - 1] == cost:
                other -= 1
            yield Region(one - 1, one, other, end)
            one -= 1
        elif one and other and old[one - 1] == new[other - 1] and rows[one - 1][other - 1] == cost:
            one, other = one - 1, other - 1
        elif one and other and rows[one - 1][other - 1] + SWAPPED == cost:
            one, other = one - 1, other - 1
            yield Region(one, one + 1, other, other + 1)
        elif one and rows[one - 1][other] + LOST == cost:
            one -= 1
            yield Region(one, one + 1, other, other)
        else:
            other -= 1
            yield Region(one, one, other, other + 1)


def join_near(regions: Sequence[Region], old: Sequence[str]) -> list[Region]:
    """Differences with hardly a word between them as one."""
    joined: list[Region] = []
    for each in regions:
        between = old[joined[-1].old_last : each.old_first] if joined else []
        if joined and not holds_apart(between):
            last = joined.pop()
            joined.append(Region(last.old_first, each.old_last, last.new_first, each.new_last))
        else:
            joined.append(each)
    return joined


def holds_apart(between: Sequence[str]) -> bool:
    ends = not PAUSES.isdisjoint(between)
    return count_words(between) + ends >= FEWEST_BETWEEN or not MARKS.isdisjoint(between)
