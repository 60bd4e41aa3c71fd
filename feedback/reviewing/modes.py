"""Failure modes and reviews: which modes reviewers may choose from, and whether they found that a mode is one.

Which modes are offered must not tell where Tacit has the conversation: they are those that are nearest to it, of
whatever sort, in the order of their numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from feedback.failure_modes.borders import rank_modes
from feedback.failure_modes.catalogue import Catalogue
from feedback.failures.catalogues import load_catalogue
from feedback.failures.listing import name_mode
from feedback.failures.merges import follow_merges, load_merges
from feedback.failures.records import FailingRow, load_failing_of
from feedback.models import FailureMode, ReviewItem
from feedback.review.membership import Membership, find_membership
from feedback.review.questions import MODE, MOST_MODES, ModeChoice, read_mode
from feedback.reviewing.memberships import load_memberships, load_said
from tracing.store import Store

TERMS_SHOWN = 6
"""In the line beneath a mode's name."""
NOTES_SHOWN, MOST_READ = 5, 1_000
"""Notes of so many conversations."""


def list_mode_choices(store: Store, item: ReviewItem, chosen: Sequence[str] = ()) -> list[ModeChoice]:
    """The failure modes that may be the answer, `MOST_MODES` at most, by their numbers.

    `chosen` are answers that are being given: their modes are among them, whatever became of them meanwhile.
    """
    project_id = item.queue.project_id
    rows = {row.number: row for row in FailureMode.objects.filter(project_id=project_id)}
    live = {number for number, row in rows.items() if row.merged_into_id is None}
    given = [number for each in chosen if (number := read_mode(each)) in rows and number is not None]
    nearest = list_nearest(store, project_id, item.conversation_id, live) if len(live) > MOST_MODES else sorted(live)
    offered = list(dict.fromkeys([*given, *nearest]))[:MOST_MODES]
    return [ModeChoice(number, name_mode(rows[number]), tell_hint(rows[number])) for number in sorted(offered)]


def list_nearest(store: Store, project_id: int, conversation_id: str, live: set[int]) -> list[int]:
    """The mode that it is in, if it is in any, and then those that it is most like."""
    catalogue, row = (
        load_catalogue(project_id),
        load_failing_of(store, project_id, [conversation_id]).get(conversation_id),
    )
    numbers = rank_by_vector(catalogue, row) if row else []
    own = [row.mode] if row else []
    return [number for number in dict.fromkeys([*own, *numbers, *sorted(live)]) if number in live]


def rank_by_vector(catalogue: Catalogue, row: FailingRow) -> list[int]:
    return rank_modes(catalogue, row.vector) if row.vector is not None and np.any(row.vector) else []


def tell_hint(row: FailureMode) -> str:
    """What marks it: the title that was found, where people gave it another name, else the words."""
    if row.name:
        return row.found_title
    return ", ".join(term["text"] for term in (row.description.get("terms") or ())[:TERMS_SHOWN])


def is_verified(store: Store, project_id: int, number: int) -> bool:
    """Whether reviewers found that surely more than half of a mode's conversations belong to it, of those that
    were reviewed."""
    return load_membership(store, project_id, number).is_verified


def load_membership(store: Store, project_id: int, number: int) -> Membership:
    return find_membership(load_memberships(store, project_id), number)


def list_verified_members(store: Store, project_id: int, number: int) -> list[str]:
    """Ids of the conversations of which reviewers said that they belong to a mode, in their order."""
    merges, told = load_merges(project_id), load_said(store, project_id)
    return sorted(each.conversation_id for each, said in told if follow_merges(merges, said) == number)


def tell_filter(number: int) -> str:
    """Of the conversations of a mode, as queues have it."""
    return f"failure_mode:{number}"


@dataclass(frozen=True, slots=True)
class Note:
    """What a reviewer wrote beside their answer."""

    said_by: str
    text: str
    at: datetime


def load_notes(store: Store, project_id: int, number: int) -> list[Note]:
    """The latest notes of who said that a conversation belongs to a mode, where that holds: nobody who is still to
    judge it reads them."""
    merges = load_merges(project_id)
    numbers = [each for each in merges if follow_merges(merges, each) == number]
    rows = store.query(
        "feedback/sql/notes_on_failure_mode.sql",
        project_id=project_id,
        conversation_ids=list_verified_members(store, project_id, number)[:MOST_READ],
        choices=[f"{MODE}{each}" for each in (number, *numbers)],
        limit=NOTES_SHOWN,
    )
    return [Note(row["said_by"], row["note"], datetime.fromtimestamp(row["version"] / 10**6, UTC)) for row in rows]
