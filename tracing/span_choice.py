"""Places of spans in a tree come in, as many as a page has room for go out: the upper levels, and what must be shown.

A trace may have ten thousand spans. Below a span that is shown it is told how many are not.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


class Placed(Protocol):
    """A span in the order of the tree, parents before children."""

    @property
    def depth(self) -> int: ...

    @property
    def span_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the spans are shown, by their places in the order of the tree, and how many of those below each are not:
    each that is left out counts for the nearest above it that is shown. `outside` have none."""

    shown: tuple[int, ...]
    left_out: dict[int, int]
    outside: int


def choose_spans(placed: Sequence[Placed], most: int, kept: Collection[str] = ()) -> Choice:
    """At most `most` of them, level by level; those of the ids `kept` come first, with all that they stand in."""
    if len(placed) <= most:
        return Choice(tuple(range(len(placed))), {}, 0)
    chosen: dict[int, None] = {}
    for path in list_paths(placed, frozenset(kept)):
        if len(chosen.keys() | path) <= most:
            chosen |= dict.fromkeys(path)
    for index in sorted(range(len(placed)), key=lambda at: placed[at].depth):
        if len(chosen) >= most:
            break
        chosen[index] = None
    return count_left_out(placed, frozenset(chosen))


def list_paths(placed: Sequence[Placed], kept: frozenset[str]) -> Iterator[list[int]]:
    """Of each of the ids its place, and those of all that it stands in."""
    above: list[int] = []
    for index, each in enumerate(placed):
        del above[each.depth :]
        above.append(index)
        if each.span_id in kept:
            yield list(above)


def count_left_out(placed: Sequence[Placed], chosen: frozenset[int]) -> Choice:
    above: list[int] = []
    left_out: dict[int, int] = {}
    outside = 0
    for index, each in enumerate(placed):
        del above[each.depth :]
        above.append(index)
        if index in chosen:
            continue
        nearest = next((at for at in reversed(above) if at in chosen), None)
        if nearest is None:
            outside += 1
        else:
            left_out[nearest] = left_out.get(nearest, 0) + 1
    return Choice(tuple(sorted(chosen)), left_out, outside)
