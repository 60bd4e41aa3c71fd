"""`Link`s as rows of `conversation_links`, and back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tracing.dialogues import Link
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """Links by key: `told` with the latest last, and who goes on from a key that was told."""

    told: dict[int, list[Link]]
    followers: dict[str, int]
    """Traces, with when they began."""


def load_links(
    store: Store, project_id: int, continued: Collection[int], told: Collection[int], between_ns: tuple[int, int]
) -> FoundLinks:
    """Who told the keys `continued` before the later of two times, and who goes on from the keys `told` after the
    earlier: the latest twenty of each key."""
    found: dict[int, list[Link]] = {}
    followers: dict[str, int] = {}
    rows = (
        store.query(
            "tracing/sql/links_of_keys.sql",
            project_id=project_id,
            keys=sorted({*continued, *told}),
            continued=sorted(continued),
            told=sorted(told),
            before_ns=between_ns[1],
            after_ns=between_ns[0],
        )
        if continued or told
        else ()
    )
    for row in reversed(rows):
        if row["told"]:
            found.setdefault(row["key"], []).append(Link(row["key"], True, row["trace_id"], row["start_time_ns"]))
        else:
            followers[row["trace_id"]] = row["start_time_ns"]
    return FoundLinks(found, followers)


def write_links(
    store: Store, project_id: int, links: Collection[Link], previous: Collection[Link], version: int
) -> None:
    """Write links in `version` (microseconds), and delete those of `previous` that are not among them."""
    names = {(link.key, link.told, link.trace_id) for link in links}
    gone = [link for link in previous if (link.key, link.told, link.trace_id) not in names]
    old = set(previous)
    new = [link for link in links if link not in old]
    rows = [*new, *gone]
    columns: dict[str, list[Any]] = {
        "project_id": [project_id] * len(rows),
        "key": [link.key for link in rows],
        "told": [link.told for link in rows],
        "trace_id": [link.trace_id for link in rows],
        "start_time": [link.start_time_ns for link in rows],
        "version": [version] * len(rows),
        "is_deleted": [0] * len(new) + [1] * len(gone),
    }
    store.insert("conversation_links", columns)
