"""Which columns a list of conversations shows: a word of the address comes in, columns go out, and back.

The first message always stands there; it is what people know a conversation by.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    title: str
    help: str
    is_usual: bool = True
    """Whether it is there while nobody chose."""


COLUMNS = (
    Column("began", "began", "when it began"),
    Column("turns", "turns", "how many turns it has"),
    Column("undertone", "undertone", "what was heard at each turn, as a line"),
    Column("dissatisfied", "dissatisfied", "how likely it is that the user was dissatisfied"),
    Column("heard", "heard", "signals, the worst first"),
    Column("failure_mode", "failure mode", "what fails there, where it is one of many", is_usual=False),
    Column("user", "user", "the user's id"),
    Column("cost", "cost", "of the model calls whose price is known, US dollars"),
    Column("tokens", "tokens", "in and out", is_usual=False),
    Column("slowest", "slowest", "the longest that an answer took", is_usual=False),
    Column("model", "model", "models that were asked or that answered"),
    Column("service", "service", "the service that sent it", is_usual=False),
    Column("environment", "environment", "where the app ran", is_usual=False),
)
USUAL = tuple(column.name for column in COLUMNS if column.is_usual)
NONE = "none"
"""The word for a list of first messages alone."""


def choose_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that there are, in the order of the list.

    >>> choose_columns(["model", "turns", "no such"])
    ('turns', 'model')
    """
    wanted = set(names)
    return tuple(column.name for column in COLUMNS if column.name in wanted)


def read_columns(word: str) -> tuple[str, ...]:
    """The columns of a word of the address; without one, or where it names none that there is, the usual ones."""
    if word == NONE:
        return ()
    return choose_columns(word.split(",")) or USUAL


def write_columns(columns: Collection[str]) -> str:
    """As a word of the address; empty for the usual ones.

    >>> write_columns(["model", "turns"]), write_columns([]), write_columns(USUAL)
    ('turns,model', 'none', '')
    """
    chosen = choose_columns(columns)
    return "" if chosen == USUAL else ",".join(chosen) or NONE
