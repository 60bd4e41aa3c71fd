"""Training and validation rows that share no user and no conversation: records come in, the two parts go out.
A group falls on the same side in later datasets, too, unless it grows together with another."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.datasets.record import Record

VALIDATION_SHARE: Final = 0.1
MIN_GROUPS: Final = 10
"""With fewer groups one of them would be too much for validation, so all train."""
MAX_GROUP_SHARE: Final = 0.2
"""A group with more of the rows than this trains, else one busy user could be most of the validation."""

METHOD: Final = (
    "groups are the connected components of users and conversations (anonymous users: the conversation "
    "alone); a group is for validation if the SHA-256 of its least member falls into the first "
    f"{VALIDATION_SHARE:.0%}, unless it has more than {MAX_GROUP_SHARE:.0%} of the rows; under {MIN_GROUPS} "
    "groups all rows train"
)

Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of both parts, in the order in which they came."""

    train: tuple[Record, ...]
    validation: tuple[Record, ...]
    train_groups: int
    validation_groups: int


def split_records(records: Sequence[Record]) -> Split:
    """Divide the records by group, about one in ten for validation."""
    groups = _find_groups(records)
    sizes = Counter(groups)
    held_out = _choose_held_out(sizes)
    pairs = list(zip(records, groups, strict=True))
    return Split(
        train=tuple(record for record, group in pairs if group not in held_out),
        validation=tuple(record for record, group in pairs if group in held_out),
        train_groups=len(sizes) - len(held_out),
        validation_groups=len(held_out),
    )


def _choose_held_out(sizes: Mapping[Node, int]) -> set[Node]:
    if len(sizes) < MIN_GROUPS:
        return set()
    most = MAX_GROUP_SHARE * sum(sizes.values())
    return {group for group, size in sizes.items() if size <= most and _draw(group) < VALIDATION_SHARE}


def _draw(group: Node) -> float:
    """A number from 0 to 1 that only the group decides."""
    digest = hashlib.sha256(json.dumps(group).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _find_groups(records: Iterable[Record]) -> list[Node]:
    """Return the least member of each record's group."""
    records = list(records)
    parents: dict[Node, Node] = {}
    for record in records:
        conversation, user = _list_nodes(record)
        one, other = sorted((_find_root(parents, conversation), _find_root(parents, user)))
        parents[other] = one
    return [_find_root(parents, _list_nodes(record)[0]) for record in records]


def _list_nodes(record: Record) -> tuple[Node, Node]:
    conversation = ("conversation", record.provenance.conversation_id)
    return conversation, ("user", record.user_id) if record.user_id else conversation


def _find_root(parents: dict[Node, Node], node: Node) -> Node:
    while (parent := parents.setdefault(node, node)) != node:
        parents[node] = parents[parent]
        node = parent
    return node
