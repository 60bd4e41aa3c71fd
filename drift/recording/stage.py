"""Model calls that were read go through the ledger of their service and environment; what changed goes out as events:
a stage behind the reading of traces, see `tracing.stages`.

State and events are written together, and a state remembers which calls it has read: a batch that is done twice, by
whomever, changes nothing. Calls of machines are read too: at the first call nobody knows yet who leads, and a test or
an evaluation has its own environment where it is told apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from drift.ledger import Call, Event
from drift.ledger.fields import FINGERPRINTS, INSTRUCTIONS, PROMPT, RELEASES, SDKS
from drift.models import LedgerEvent
from drift.recording.states import Known, Segment, States, save
from tracing.models import Project
from tracing.stages import Key, Pace, Stage, group_by_project
from tracing.store import Store
from tracing.times import to_ns

LEDGER = Stage("ledger", "drift/sql/changed_calls.sql", "tracing/sql/lag_of_hours.sql", batch_size=5_000)
STATES = States()
REST_FACTOR = 1
"""Half a core at most: long texts that differ from call to call take milliseconds each."""
YOUNG_NS = 24 * 3600 * 10**9
"""So long after its first call a service's prompts are not new, only met for the first time."""
RESOURCE_NAMES = [*RELEASES, *(name for pair in SDKS for name in pair)]
MARGIN_NS = 10**9
LONGEST_NAME = 300

Segments = dict[Segment, list[Call]]


def record_changed_calls(store: Store) -> int:
    """One batch of the stage `ledger`; the number of traces done."""
    return LEDGER.run(store, lambda keys: record_calls(store, keys))


def record_for_a_while(store: Store) -> int:
    """1 where anything was done."""
    return int(LEDGER.run_for_a_while(lambda: record_changed_calls(store)))


PACE = Pace(record_for_a_while, REST_FACTOR)


def record_calls(store: Store, keys: Sequence[Key]) -> None:
    """Read the calls of these traces (project, trace id)."""
    existing = set(Project.objects.filter(pk__in={key[0] for key in keys}).values_list("pk", flat=True))
    for project_id, trace_ids in group_by_project(keys).items():
        if project_id in existing:
            record_calls_of_project(store, project_id, trace_ids)


def record_calls_of_project(store: Store, project_id: int, trace_ids: Sequence[str]) -> None:
    now_ns = to_ns(datetime.now(UTC))
    calls = load_calls(store, project_id, trace_ids)
    known = {segment: STATES.take(project_id, segment) for segment in calls}
    new = {
        segment: [call for call in calls[segment] if each.is_to_read(call, now_ns)]
        for segment, each in known.items()
        if each is not None
    }
    resources = load_resources(store, project_id, [call for each in new.values() for call in each])
    with transaction.atomic():
        for segment, each in known.items():
            if each is not None and new[segment]:
                record_segment(project_id, segment, each, [complete(call, resources) for call in new[segment]])
    for segment, each in known.items():
        if each is not None:
            STATES.give(project_id, segment, each)


def record_segment(project_id: int, segment: Segment, known: Known, calls: Sequence[Call]) -> None:
    """Read calls, by time, and write what follows; inside the caller's transaction."""
    found = [event for call in calls if call.time_ns >= known.changed_ns for event in known.read(call)]
    save(project_id, segment, known)
    rows = [to_row(project_id, segment, event) for event in found if is_worth_telling(event, known)]
    LedgerEvent.objects.bulk_create(rows, ignore_conflicts=True)


def is_worth_telling(event: Event, known: Known) -> bool:
    """Prompts that come with a service are no change of it."""
    is_met = event.field in (INSTRUCTIONS, PROMPT) and event.kind == "new" and not event.old
    return not (is_met and event.time_ns - known.began_ns < YOUNG_NS)


def to_row(project_id: int, segment: Segment, event: Event) -> LedgerEvent:
    service_name, environment = segment
    return LedgerEvent(
        project_id=project_id,
        service_name=service_name,
        environment=environment,
        field=event.field,
        name=bound(event.name),
        kind=event.kind,
        prompt=bound(event.prompt),
        old=clean(event.old),
        new=clean(event.new),
        old_digest=bound(event.old_digest, 100),
        digest=bound(event.digest, 100),
        time_ns=event.time_ns,
        trace_id=bound(event.trace_id, 32),
        span_id=bound(event.span_id, 16),
        told_at=datetime.now(UTC),
    )


def load_calls(store: Store, project_id: int, trace_ids: Sequence[str]) -> Segments:
    """Calls by time, of each service and environment."""
    rows = store.query("drift/sql/calls_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    segments: Segments = {}
    for row in rows:
        segment = bound(row.pop("service_name")), bound(row.pop("environment"))
        segments.setdefault(segment, []).append(Call(**row))
    return segments


def load_resources(store: Store, project_id: int, calls: Sequence[Call]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """By trace and span, what the ledger reads of a span's attributes and its service's."""
    if not calls:
        return {}
    times = [call.time_ns for call in calls]
    rows = store.query(
        "drift/sql/resources_of_calls.sql",
        project_id=project_id,
        trace_ids=sorted({call.trace_id for call in calls}),
        first_ns=min(times) - MARGIN_NS,
        last_ns=max(times) + MARGIN_NS,
        span_names=list(FINGERPRINTS),
        resource_names=RESOURCE_NAMES,
    )
    return {(row["trace_id"], row["span_id"]): row for row in rows}


def complete(call: Call, resources: Mapping[tuple[str, str], Mapping[str, Any]]) -> Call:
    row = resources.get((call.trace_id, call.span_id))
    return replace(call, attributes=row["attributes"], resource=row["resource"]) if row else call


def bound(text: str, longest: int = LONGEST_NAME) -> str:
    return clean(text)[:longest]


def clean(text: str) -> str:
    """Without what PostgreSQL cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
