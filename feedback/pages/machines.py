"""Counts of conversations by the machine that led them come in; which of them figures count, and the line that says so,
go out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.machines import Machine
from feedback.pages.filters import LEADER_WORDS, Filters

Rows = Sequence[Mapping[str, Any]]
"""Those of `page_counts.sql`."""


@dataclass(frozen=True, slots=True)
class MachineLine:
    """What machines led in a time that is shown; figures count either that or what people led."""

    conversations: int
    kinds: str
    """Each kind with its number, the most frequent first."""
    list_query: str
    """Of the list of these conversations."""
    counted: str
    """What figures count in words, where machines were asked for; else empty."""


def choose_leader(filters: Filters, rows: Rows) -> Filters:
    """Filters for people alone, unless machines were asked for or there are none."""
    has_machines = any(row["machine"] for row in rows)
    return replace(filters, machine="no") if has_machines and not filters.machine else filters


def select_led(rows: Rows, leader: str) -> Rows:
    """The rows of people, of all machines or of one kind of machine, as the filter `machine` has them."""
    if leader == "yes":
        return [row for row in rows if row["machine"]]
    return [row for row in rows if row["machine"] == ("" if leader in ("", "no") else leader)]


def show_machines(rows: Rows, filters: Filters) -> MachineLine:
    """What the line says; `filters` are those of the figures."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row["is_current"] and row["machine"]:
            counts[row["machine"]] += row["conversations"]
    return MachineLine(
        conversations=counts.total(),
        kinds=", ".join(f"{Machine(kind, '').name} {count:,}" for kind, count in counts.most_common()),
        list_query=replace(filters, machine="yes").query,
        counted="" if filters.machine in ("", "no") else LEADER_WORDS[filters.machine],
    )
