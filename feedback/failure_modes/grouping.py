"""Texts come in, groups with names go out: what `tacit group` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feedback.failure_modes.clustering import LEAST_SIZE, Floats, cluster_vectors, list_members
from feedback.failure_modes.naming import Name, name_groups

Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Group:
    """Places of texts in the order they came in, and the name."""

    members: tuple[int, ...]
    name: Name


def group_texts(texts: Sequence[str], embed: Embed, least: int = LEAST_SIZE) -> list[Group]:
    """Groups of at least so many texts, the largest first; a text that belongs nowhere, or is blank, is in none."""
    filled = [place for place, text in enumerate(texts) if text.strip()]
    if not filled:
        return []
    numbers = cluster_vectors(embed([texts[place] for place in filled]), least)
    members = [tuple(filled[row] for row in rows) for rows in list_members(numbers)]
    names = name_groups([[texts[place] for place in places] for places in members])
    return [Group(places, name) for places, name in zip(members, names, strict=True)]
