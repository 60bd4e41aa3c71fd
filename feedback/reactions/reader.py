"""Exchanges come in, readings go out: the quick reader reads all of them, the transformer the likeliest once more.

To give the transformer a share of messages, those that the quick reader finds likeliest to be feedback find more than
those that it is least sure of: what is wanted is few false alarms where feedback is rare
([decision 58](../../docs/decisions/0058-two-readers-of-reactions.md)).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from feedback.reactions.classifier import load_classifier
from feedback.reactions.reaction import Exchange, Reading
from feedback.reactions.static import read_static
from feedback.reactions.transformer import load_transformer
from feedback.reactions.weighing import load_weighing

ReadAgain = Callable[[Sequence[Exchange], Sequence[Reading]], list[Reading]]
"""The thorough reader: exchanges and their quick readings in, better ones out."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Both readers; safe to use from several threads."""

    read_again: ReadAgain

    def read(self, exchanges: Sequence[Exchange], *, share: float) -> list[Reading]:
        """What each message says. Of n the ceil(share * n) likeliest are read by the transformer too.

        A share of 0 gives it none, 1 all.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"share is {share}; give the part of the messages that is read thoroughly, from 0 to 1")
        readings = read_static(exchanges)
        likeliest = sorted(range(len(readings)), key=lambda place: -readings[place].feedback)
        chosen = likeliest[: math.ceil(share * len(readings))]
        again = self.read_again([exchanges[place] for place in chosen], [readings[place] for place in chosen])
        for place, reading in zip(chosen, again, strict=True):
            readings[place] = reading
        return readings

    def read_thoroughly(self, exchanges: Sequence[Exchange]) -> list[Reading]:
        """What each message says, all by both readers."""
        return self.read(exchanges, share=1)


@cache
def load_reader(model: Path | None = None, threads: int = 1) -> Reader:
    """One for a process; nothing heavy is loaded before it reads.

    `model` is a directory with another sequence classifier (see `feedback.reactions.classifier`) in place of the
    shipped transformer, `threads` how many the shipped one may use at once.
    """
    if model is None:
        return Reader(partial(read_both, threads=threads))
    return Reader(load_classifier(model).read)


def read_both(exchanges: Sequence[Exchange], quick: Sequence[Reading], *, threads: int) -> list[Reading]:
    """The shipped transformer's word, weighed with the quick reader's."""
    if not exchanges:
        return []
    return load_weighing().weigh(load_transformer(threads).score(exchanges), quick)
