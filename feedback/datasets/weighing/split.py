"""Rows to train on and rows to validate that share no user, no conversation and nothing nearly the same: outlines of
all parts come in, the conversations that validate go out. What validates began last, as what the model will meet did.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.datasets.weighing.outline import Outline

MIN_GROUPS: Final = 10
"""With fewer groups one of them would be too much for validation, so all train."""
MAX_GROUP_SHARE: Final = 0.2
"""A group with more of the rows than this trains, else one busy user could be most of the validation."""
MOST_TIMES_THE_SHARE: Final = 2
"""So does one with more than so many times the share that is to validate."""

METHOD: Final = (
    "groups are the connected components of users, conversations (anonymous users: the conversation alone) and near "
    "duplicates, over all parts together; a group begins with its earliest answer; the groups that began last "
    "validate, until the share of rows asked for is reached, so that each of them begins after every group that "
    f"trains has begun, but for groups with more than {MAX_GROUP_SHARE:.0%} of the rows or more than "
    f"{MOST_TIMES_THE_SHARE} times the share asked for, which train; under {MIN_GROUPS} groups all rows train"
)

Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that must not be parted, in the order in which they came."""

    rows: tuple[Outline, ...]

    @property
    def beginning(self) -> tuple[int, str]:
        """When it began; ids decide where two began at once."""
        return min((row.time_ns, row.conversation_id) for row in self.rows)


def group_rows(rows: Iterable[Outline], alike: Iterable[tuple[Outline, Outline]]) -> list[Group]:
    """Join what has a user, a conversation or a likeness in common; the groups that began first come first."""
    rows = list(rows)
    parents: dict[Node, Node] = {}
    for row in rows:
        _join(parents, *_list_nodes(row))
    for one, other in alike:
        _join(parents, _list_nodes(one)[0], _list_nodes(other)[0])
    members: dict[Node, list[Outline]] = defaultdict(list)
    for row in rows:
        members[_find_root(parents, _list_nodes(row)[0])].append(row)
    return sorted((Group(tuple(group)) for group in members.values()), key=lambda group: group.beginning)


def choose_validation(groups: Sequence[Group], share: float) -> list[Group]:
    """The newest of the groups, which came in the order of their beginning."""
    count = sum(len(group.rows) for group in groups)
    if len(groups) < MIN_GROUPS:
        return []
    chosen: list[Group] = []
    open_rows = share * count
    most = max(1, min(MAX_GROUP_SHARE, MOST_TIMES_THE_SHARE * share) * count)
    for group in reversed(groups):
        if open_rows <= 0:
            break
        if len(group.rows) <= most:
            chosen.append(group)
            open_rows -= len(group.rows)
    return chosen


def _list_nodes(row: Outline) -> tuple[Node, Node]:
    conversation = ("conversation", row.conversation_id)
    return conversation, ("user", row.user_id) if row.user_id else conversation


def _join(parents: dict[Node, Node], one: Node, other: Node) -> None:
    first, second = sorted((_find_root(parents, one), _find_root(parents, other)))
    parents[second] = first


def _find_root(parents: dict[Node, Node], node: Node) -> Node:
    while (parent := parents.setdefault(node, node)) != node:
        parents[node] = parents[parent]
        node = parent
    return node
