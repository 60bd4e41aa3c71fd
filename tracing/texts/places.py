"""Where else texts of traces lie: the apps above have places of their own, and a pass that takes texts out goes through
them all. Their modules are listed in the settings (`TEXTS_PURGED_BY`), each with its `PLACES`.

What a place is told comes in; how many rows of it lost a text goes out. Asked again it does what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.conf import settings

from tracing.models import Project
from tracing.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """What came in, or was made, before `until` is to have no texts."""

    project: Project
    until: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class TextPlace:
    """`name` is for people, in the log."""

    name: str
    purge: Callable[[Store, Due], int]


def purge_places(store: Store, due: Due) -> dict[str, int]:
    """By place how many rows lost a text, where any did."""
    places = [place for name in settings.TEXTS_PURGED_BY for place in import_module(name).PLACES]
    counts = {place.name: place.purge(store, due) for place in places}
    return {name: count for name, count in counts.items() if count}
