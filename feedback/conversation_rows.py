"""Conversations as REST and files give them: a filter or rows of the store come in, one dictionary each goes out."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from feedback.conversation_list import Row, find_page
from feedback.failures.listing import load_modes_of
from feedback.machines import load_machines
from feedback.resources import describe_estimate, describe_machine, describe_mode_of
from feedback.satisfaction_records import load_estimates
from tracing.filter_language import Filter
from tracing.page_filling import FilledPage
from tracing.paging import Place
from tracing.resources import format_time, to_ms
from tracing.store import Store

PATH = "feedback/sql/conversation_page.sql"
READ_AT_ONCE = 500


def find_rows(store: Store, project_id: int, given: Filter, place: Place, limit: int) -> FilledPage[Row]:
    """One page, those that began last first. Raises FilterError."""
    return find_page(store, PATH, project_id, given, place, limit, time.time_ns())


def describe_rows(store: Store, project_id: int, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """With what was found of each: who led it, how likely its user was dissatisfied, and its failure mode."""
    ids = [row["conversation_id"] for row in rows]
    machines, estimates = load_machines(store, project_id, ids), load_estimates(store, project_id, ids)
    modes = load_modes_of(store, project_id, ids)
    return [
        row
        | describe_machine(machines.get(row["conversation_id"]))
        | {
            "dissatisfied": describe_estimate(estimates.get(row["conversation_id"])),
            "failure_mode": describe_mode_of(modes.get(row["conversation_id"])),
            "first_time": format_time(row["first_time_ns"]),
            "last_time": format_time(row["last_time_ns"]),
            "longest_ms": to_ms(row["longest_ns"]),
        }
        for row in rows
    ]


def read_rows(store: Store, project_id: int, given: Filter, most: int) -> Iterator[Row]:
    """At most so many that match, as they are read."""
    place, left = Place(), most
    while left > 0:
        page = find_rows(store, project_id, given, place, min(left, READ_AT_ONCE))
        yield from page.rows
        left -= len(page.rows)
        if page.next is None:
            return
        place = page.next
