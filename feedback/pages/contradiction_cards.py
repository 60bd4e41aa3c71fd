"""Contradictions come in, what the page shows of each goes out: one line, and the passages within their answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from feedback.contradictions import Asked, Contradiction, describe

AROUND = 240
"""Characters before and behind a passage that are shown."""


@dataclass(frozen=True, slots=True)
class ShownSide:
    """One of two turns: its answer is cut around the passage."""

    turn: Asked
    before: str
    passage: str
    behind: str


@dataclass(frozen=True, slots=True)
class Card:
    contradiction: Contradiction
    line: str
    sides: tuple[ShownSide, ShownSide]


def build_cards(found: Iterable[Contradiction]) -> list[Card]:
    return [
        Card(
            each,
            describe(each),
            (_cut_side(each.one, each.conflict.one), _cut_side(each.other, each.conflict.other)),
        )
        for each in found
    ]


def _cut_side(turn: Asked, span: tuple[int, int]) -> ShownSide:
    """The passage without spaces at its ends, with what stands around it."""
    text, (start, end) = turn.answer, span
    passage = text[start:end]
    start += len(passage) - len(passage.lstrip())
    passage = passage.strip()
    before, behind = text[:start], text[start + len(passage) :]
    return ShownSide(
        turn,
        f"…{before[-AROUND:]}" if len(before) > AROUND else before,
        passage,
        f"{behind[:AROUND]}…" if len(behind) > AROUND else behind,
    )
