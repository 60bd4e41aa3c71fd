"""Where else a person's data lies: the apps above have places of their own, and an erasure goes through them all. Their
modules are listed in the settings (`ERASED_BY`), each with its `PLACES`.

What a place is told comes in; how many rows of it went goes out. Asked again it does what is left.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

from django.conf import settings

from tracing.erasing.scope import Scope
from tracing.models import Project
from tracing.store import Store

PORTION = 400

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True, eq=False)
class Erased:
    """What an erasure is about: everything that is to go, by its id."""

    project: Project
    scope: Scope
    user_ids: Collection[str]
    """Of one user: as it was sent, and as it is stored."""
    conversation_ids: Collection[str]
    trace_ids: Collection[str]
    hours: Collection[int]
    """Seconds since the epoch at which hours begin whose calls were counted."""
    days: Collection[str]
    """Days of whose conversations figures were made."""
    modes: Collection[int]
    """Numbers of failure modes that had a conversation of theirs."""
    who: str


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is for people, in the receipt."""

    name: str
    erase: Callable[[Store, Erased], int]
    find_names: Callable[[Store, Erased], Collection[str]] = lambda _store, _erased: ()
    """Names in which they alone said a word, and that are to go wherever they were written down. Asked first."""


def list_places() -> list[Place]:
    """All of them, in the order of the settings. Loaded when something is erased: they know much that loads slowly."""
    return [place for name in settings.ERASED_BY for place in import_module(name).PLACES]


def split(ids: Collection[Id]) -> Iterator[Sequence[Id]]:
    """Portions that a database takes at once."""
    listed = list(ids)
    for first in range(0, len(listed), PORTION):
        yield listed[first : first + PORTION]
