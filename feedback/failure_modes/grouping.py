"""Texts come in, groups with names go out: what `tacit group` does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from feedback.failure_modes.clustering import LEAST_SIZE, Floats, Numbers, cluster_vectors, list_members
from feedback.failure_modes.naming import Name, name_groups

Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Group:
    """Places of texts in the order they came in, and the name."""

    members: tuple[int, ...]
    name: Name


def group_texts(texts: Sequence[str], embed: Embed, least: int = LEAST_SIZE) -> list[Group]:
    """Groups of at least so many texts, the largest first; a text that belongs nowhere, or is blank, is in none."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        if text.strip():
            places.setdefault(text, []).append(place)
    # A text that comes a thousand times says no more of what texts here are like than one that comes a few times.
    read = [text for text, own in places.items() for _ in own[:least]]
    if not read:
        return []
    numbers = cluster_vectors(embed(read), least)
    members = [_list_places(rows, read, places) for rows in list_members(numbers)]
    members.sort(key=lambda own: (-len(own), own))
    names = name_groups([[texts[place] for place in own] for own in members])
    return [Group(own, name) for own, name in zip(members, names, strict=True)]


def _list_places(rows: Numbers, read: Sequence[str], places: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    distinct = dict.fromkeys(read[row] for row in rows)
    return tuple(sorted(place for text in distinct for place in places[text]))
