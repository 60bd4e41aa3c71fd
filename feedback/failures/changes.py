"""What people do to failure modes: a mode and what they want come in, rows and their history are changed.

What cannot be is told by a ValueError with a sentence for people. Views that merge or split are to be
`transaction.non_atomic_requests`: the store is changed with Django's database, and does not roll back.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from feedback.failure_modes import catalogue as core
from feedback.failure_modes.cases import Case
from feedback.failure_modes.catalogue import Catalogue
from feedback.failure_modes.clustering import LEAST_SIZE
from feedback.failure_modes.naming import clean_text
from feedback.failure_modes.pins import repin
from feedback.failures.catalogues import carry_out, load_catalogue, load_pins, save_catalogue
from feedback.failures.deriving import FAILURES
from feedback.failures.figures import load_counts, read_time
from feedback.failures.listing import find_row, name_mode
from feedback.failures.records import FailingRow, load_failing_of, load_members, move_members, stack_vectors
from feedback.failures.splits import Split, find_split
from feedback.kept import Kept
from feedback.models import FailureMode, FailureModeChange
from tracing.masking_rules import mask_text
from tracing.models import Project
from tracing.records.conversations import load_turns
from tracing.store import Store, get_store

What = FailureModeChange.What
State = FailureMode.State
LONGEST_NAME = 200
LONGEST_OWNER = 254
LONGEST_NOTE = 10_000
LONGEST_TICKET = 500
MOST_MERGED = 100
MOST_MOVED = 1_000
"""Conversations that are moved to a mode of their own at once."""
MOST_COMPARED = 5_000
"""Of those that stay, the latest so many say what a mode is like."""
MOST_PROPOSED = 1_000
"""A split is proposed by the latest so many members."""
PROPOSED: Kept[Split | None] = Kept()
PATIENCE_SECONDS = 20.0
WAIT_SECONDS = 0.1


def rename_mode(project: Project, number: int, name: str, who: str) -> None:
    """Give a mode a name that stays; an empty one gives back what was found."""
    cleaned = mask_text(project.pk, check_text(clean_text(name), LONGEST_NAME, "The name"))[:LONGEST_NAME]
    with change_mode(project, number) as mode:
        mode.name = cleaned
        note_change(mode, What.NAMED, who, cleaned)


def own_mode(project: Project, number: int, owner: str, who: str) -> None:
    """Say who deals with it; empty for nobody."""
    cleaned = check_text(clean_text(owner), LONGEST_OWNER, "The owner")
    with change_mode(project, number) as mode:
        mode.owner = cleaned
        note_change(mode, What.OWNED, who, cleaned)


def link_ticket(project: Project, number: int, ticket: str, who: str) -> None:
    """Name its ticket elsewhere, by the address; empty for none."""
    cleaned = check_text(ticket.strip(), LONGEST_TICKET, "The address of the ticket")
    if cleaned:
        try:
            URLValidator(schemes=("http", "https"))(cleaned)
        except ValidationError:
            raise ValueError("The ticket is an address that begins with https:// or http://, or nothing.") from None
    with change_mode(project, number) as mode:
        mode.ticket = cleaned
        note_change(mode, What.TICKET, who, cleaned)


def note(project: Project, number: int, text: str, who: str) -> None:
    """Add a note to its history."""
    cleaned = check_text(text.replace("\0", "").strip(), LONGEST_NOTE, "The note")
    if not cleaned:
        raise ValueError("The note is empty.")
    with change_mode(project, number) as mode:
        note_change(mode, What.NOTE, who, mask_text(project.pk, cleaned))


def resolve_mode(project: Project, number: int, kind: str, value: str, who: str) -> None:
    """Say that it is mended: by now (`kind` and `value` empty), or in a `release` or a `prompt_version`."""
    value = check_text(clean_text(value), LONGEST_NAME, "The release or version")
    if kind not in ("", *FailureMode.ResolvedIn.values):
        raise ValueError("A failure mode is resolved by hand, in a release, or in a version of a prompt.")
    if bool(kind) != bool(value):
        raise ValueError("Say in which release or version of a prompt it is resolved, or resolve it by hand.")
    with change_mode(project, number) as mode:
        mode.resolved_in_kind, mode.resolved_in = kind, value
        enter_state(mode, State.RESOLVED)
        note_change(mode, What.RESOLVED, who, f"{kind} {value}".strip())


def reopen_mode(project: Project, number: int, who: str) -> None:
    """Take back that it is resolved or ignored."""
    with change_mode(project, number) as mode:
        enter_state(mode, State.OPEN)
        note_change(mode, What.REOPENED, who)


def ignore_mode(project: Project, number: int, growth: int | None, who: str) -> None:
    """Leave it alone until it has so many conversations more than now, or for good (None)."""
    if growth is not None and not 1 <= growth <= 10**9:
        raise ValueError("It is ignored until it has so many conversations more, from 1 on, or for good.")
    count = load_counts(get_store(), project.pk).get(find_mode_row(project, number).number, 0)
    with change_mode(project, number) as mode:
        enter_state(mode, State.IGNORED)
        mode.ignored_until_count = None if growth is None else count + growth
        note_change(mode, What.IGNORED, who, "" if growth is None else f"{growth}")


def enter_state(mode: FailureMode, state: str, now: datetime | None = None) -> None:
    """From now on, forgetting what was of the state before."""
    mode.state, mode.state_since = state, now or datetime.now(UTC)
    mode.verified_at = mode.verification = mode.regressed_at = None
    mode.ignored_until_count = mode.surging_since = None
    if state != State.RESOLVED:
        mode.resolved_in_kind = mode.resolved_in = ""


def merge_modes(store: Store, project: Project, numbers: Collection[int], who: str) -> int:
    """Make modes one, for good: the oldest stays, its number comes back.

    Members move before the catalogue says so: cut short, the same can be asked for again.
    """
    with hold_failures(store, project):
        rows = [find_mode_row(project, number) for number in sorted(set(numbers))]
        rows = sorted({row.number: row for row in rows}.values(), key=lambda row: row.number)
        if not 2 <= len(rows) <= MOST_MERGED:
            raise ValueError(f"Choose from two to {MOST_MERGED} failure modes to merge.")
        stays, *others = rows
        gone = [row.number for row in others]
        merged = merge_known(project, [row.number for row in rows])
        move_members(store, project.pk, gone, stays.number)
        with transaction.atomic():
            save_catalogue(project.pk, merged)
            unite_rows(stays, others, who)
    return stays.number


def merge_known(project: Project, numbers: Sequence[int]) -> Catalogue:
    try:
        return core.merge_modes(load_catalogue(project.pk), numbers)
    except ValueError:
        raise ValueError("These failure modes changed meanwhile; look at the list again.") from None


def unite_rows(stays: FailureMode, others: Sequence[FailureMode], who: str) -> None:
    """One row stays, which is open if one of them was; the others lead to it."""
    states = {stays.state, *(row.state for row in others)}
    if len(states) > 1 and stays.state != State.OPEN:
        enter_state(stays, State.OPEN)
    stays.first_time = min(row.first_time for row in (stays, *others))
    stays.last_time = max(row.last_time for row in (stays, *others))
    stays.found_at = min(row.found_at for row in (stays, *others))
    stays.save()
    note_change(stays, What.MERGED, who, ", ".join(f"{row.number}" for row in others))
    for row in others:
        row.merged_into = stays
        row.save(update_fields=["merged_into"])
        row.merged.update(merged_into=stays)
        note_change(row, What.MERGED, who, f"{stays.number}")


def split_mode(store: Store, project: Project, number: int, conversation_ids: Collection[str], who: str) -> int:
    """Move conversations of a mode to a new one, for good; its number comes back."""
    if not 1 <= len(set(conversation_ids)) <= MOST_MOVED:
        raise ValueError(f"Choose from one to {MOST_MOVED:,} conversations to move.")
    with hold_failures(store, project):
        row = find_mode_row(project, number)
        known = load_failing_of(store, project.pk, sorted(set(conversation_ids)))
        moved = [each for each in known.values() if each.mode == row.number]
        if len(moved) != len(set(conversation_ids)):
            raise ValueError("Some of these conversations are not in this failure mode any more; look at it again.")
        ids = {each.conversation_id for each in moved}
        stayed = [
            each
            for each in load_members(store, project.pk, row.number, MOST_COMPARED + len(ids))
            if each.conversation_id not in ids
        ]
        if not stayed:
            raise ValueError("Leave at least one conversation in the failure mode.")
        split = split_known(project, row.number, stayed, moved)
        new_number = split.next_number - 1
        with transaction.atomic():
            pins = repin(load_pins(project.pk), ids, new_number)
            save_catalogue(project.pk, split, dict.fromkeys(sorted(ids), new_number), pins=pins)
            part_row(row, new_number, moved, who)
        carry_out(store, project.pk)
    return new_number


def split_known(project: Project, number: int, stayed: Sequence[FailingRow], moved: Sequence[FailingRow]) -> Catalogue:
    rows = [*stayed, *moved]
    moves = [False] * len(stayed) + [True] * len(moved)
    try:
        return core.split_mode(
            load_catalogue(project.pk), number, stack_vectors(rows), [row.turn.family for row in rows], moves
        )
    except ValueError:
        raise ValueError("This failure mode changed meanwhile; look at it again.") from None


def part_row(row: FailureMode, new_number: int, moved: Sequence[FailingRow], who: str) -> None:
    """The new mode's row: found with the one that it was part of, and named when modes are described next."""
    times = [read_time(each.time_ns) for each in moved]
    now = datetime.now(UTC)
    new = FailureMode.objects.create(
        project_id=row.project_id,
        number=new_number,
        family=row.family,
        found_title=f"Part of {name_mode(row)}",
        found_at=row.found_at,
        first_time=min(times),
        last_time=max(times),
        state_since=now,
    )
    note_change(row, What.SPLIT, who, f"{new_number}")
    note_change(new, What.SPLIT, who, f"{row.number}")


@contextmanager
def hold_failures(store: Store, project: Project) -> Iterator[None]:
    """Have the failing turns to oneself, as they are when all is done that was begun. Raises ValueError where others
    are at work for long."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with FAILURES.hold() as held:
            if held:
                carry_out(store, project.pk)
                yield
                return
        if time.monotonic() > until:
            raise ValueError("Failure modes are being worked on just now; try again in a minute.")
        time.sleep(WAIT_SECONDS)


@contextmanager
def change_mode(project: Project, number: int) -> Iterator[FailureMode]:
    """The row of a mode, or of the one that it was merged into, saved with what is noted of it."""
    with transaction.atomic():
        mode = FailureMode.objects.select_for_update().get(pk=find_mode_row(project, number).pk)
        yield mode
        mode.save()


def find_mode_row(project: Project, number: int) -> FailureMode:
    row = find_row(project.pk, number)
    if row is None:
        raise ValueError(f"There is no failure mode {number} in this project.")
    return row


def note_change(mode: FailureMode, what: str, who: str = "", text: str = "", at: datetime | None = None) -> None:
    """Write into the history of a mode; `who` is empty where it happened by itself."""
    FailureModeChange.objects.create(mode=mode, at=at or datetime.now(UTC), who=who[:254], what=what, text=text)


def check_text(text: str, longest: int, name: str) -> str:
    if len(text) > longest:
        raise ValueError(f"{name} has at most {longest:,} characters.")
    return text


def propose_split(store: Store, project: Project, number: int) -> Split | None:
    """The two halves that a mode would best be cut into, of its latest members; None where they are all alike."""
    row = find_mode_row(project, number)
    members = load_members(store, project.pk, row.number, MOST_PROPOSED)
    if len(members) < 2 * LEAST_SIZE:
        return None
    key = (project.pk, row.number, len(members), members[0].conversation_id)
    return PROPOSED.work_out(key, lambda: find_split_of(store, project, members)).result


def find_split_of(store: Store, project: Project, members: Sequence[FailingRow]) -> Split | None:
    cases = load_cases(store, project.pk, members)
    return find_split(load_catalogue(project.pk).centre(stack_vectors(members)), cases)


def load_cases(store: Store, project_id: int, rows: Sequence[FailingRow]) -> list[Case]:
    """What was said in failing turns, in their order; empty texts where a conversation is gone meanwhile."""
    indexes = {index for row in rows for index in (row.turn.turn_index, row.turn.turn_index + 1)}
    said = load_turns(store, project_id, [row.conversation_id for row in rows], sorted(indexes))
    cases = []
    for row in rows:
        turns = {turn.index: turn for turn in said.get(row.conversation_id, ())}
        told, after = turns.get(row.turn.turn_index), turns.get(row.turn.turn_index + 1)
        reaction = after.user_text if after else ""
        texts = (told.user_text, told.answer.text, reaction) if told else ("", "", "")
        cases.append(Case(row.conversation_id, *texts, kind=row.turn.family, signals=row.turn.signals))
    return cases
