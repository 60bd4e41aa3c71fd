"""What a rule that chooses rows has to give: every rule is one file with one of these at its end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from feedback.datasets.record import Drop, LabelledConversation, Record
from feedback.datasets.weighing.outline import Outline


@dataclass(frozen=True, slots=True)
class Selection:
    """A rule that turns candidates into records. Several formats may share one."""

    kind: str
    candidates: str
    """What is looked at, in the plural, for people: `answers`, `replaced answers`."""
    select: Callable[[LabelledConversation], Iterator[Record | Drop]]
    """Gives exactly one record or drop for each candidate."""
    list_needs: Callable[[Sequence[Record | Outline]], list[str]]
    """What feedback is missing and how to get it; empty where nothing is."""
    biases: tuple[str, ...]
    """What a careful reader must know about rows chosen this way."""
