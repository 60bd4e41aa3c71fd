"""How many conversations machines led comes in; the line that says whether figures count them goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.machines import Machine
from feedback.pages.filters import LEADER_WORDS, Filters


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


def show_machines(rows: Sequence[Mapping[str, Any]], filters: Filters) -> MachineLine:
    """Sum the rows of `page_machine_counts.sql`; `filters` are those of the figures."""
    current = [row for row in rows if row["is_current"]]
    asked = filters.machine not in ("", "no")
    return MachineLine(
        conversations=sum(row["conversations"] for row in current),
        kinds=", ".join(f"{Machine(row['machine'], '').name} {row['conversations']:,}" for row in current),
        list_query=replace(filters, machine="yes").query,
        counted=LEADER_WORDS[filters.machine] if asked else "",
    )
