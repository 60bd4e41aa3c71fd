"""How many turns a conversation has and where the page stands in it come in; the ways to its other turns go out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """Turns that one page holds, by number."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """The turns here, those on the pages before and after, and at both ends; None where there are none."""

    here: Block
    previous: Block | None
    next: Block | None
    opening: Block | None
    """The first page, where it is not the one before."""
    end: Block | None
    """The last page, where it is not the next."""


def list_blocks(turn_count: int, first: int, size: int) -> Blocks | None:
    """The blocks around the one that begins at index `first`; None where one page holds all turns.

    >>> list_blocks(250, 100, 100).next
    Block(first=201, last=250)
    """
    if turn_count <= size:
        return None
    blocks = [Block(start + 1, min(start + size, turn_count)) for start in range(0, turn_count, size)]
    at = min(first // size, len(blocks) - 1)
    return Blocks(
        here=blocks[at],
        previous=blocks[at - 1] if at else None,
        next=blocks[at + 1] if at + 1 < len(blocks) else None,
        opening=blocks[0] if at > 1 else None,
        end=blocks[-1] if at + 2 < len(blocks) else None,
    )
