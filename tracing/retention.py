"""How long a project's rows are kept, by kind: Django's database says it, and the store is made to follow.

New rows take `expires_at` from the table `kept_days` when they are inserted, whoever inserts them; where a project's
days change, its rows are changed too. ClickHouse drops what has expired when it merges.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.conf import settings

from tracing.models import Project
from tracing.store import PROJECT_TABLES, Store

RAW_TABLES = ("otel_traces", "otel_logs", "dead_letters")
"""They say when a row came in, and the others when it was made."""


class Kind(StrEnum):
    """What is kept for a time of its own."""

    RAW = "raw"
    CONVERSATIONS = "conversations"
    SIGNALS = "signals"
    FEEDBACK = "feedback"
    DEAD_LETTERS = "dead_letters"


TITLES: Mapping[Kind, str] = {
    Kind.RAW: "Spans and logs, as they came in",
    Kind.CONVERSATIONS: "Conversations and model calls, with their texts",
    Kind.SIGNALS: "Signals, estimates, figures",
    Kind.FEEDBACK: "Feedback, labels and reviews",
    Kind.DEAD_LETTERS: "Dead letters: rows that the store refused",
}
TABLES: Mapping[Kind, tuple[str, ...]] = {
    Kind.RAW: ("otel_traces", "otel_logs"),
    Kind.SIGNALS: (
        *("signals", "hearings", "estimates", "failing_turns", "observations", "drift_days", "generation_hours"),
    ),
    Kind.FEEDBACK: ("feedback", "confirmations", "labels", "reviews", "settled_reviews", "asks"),
    Kind.DEAD_LETTERS: ("dead_letters",),
}
"""All other tables hold conversations. The tables themselves say the same: see `tracing/schema/033_erasure.sql`."""

Days = Mapping[Kind, int]
"""0 keeps for ever."""


def find_kind(table: str) -> Kind:
    return next((kind for kind, tables in TABLES.items() if table in tables), Kind.CONVERSATIONS)


def follow_retention(store: Store) -> list[int]:
    """Make the store follow; returns the projects whose days have changed."""
    held = {row["project_id"]: row for row in store.query("tracing/sql/retention.sql")}
    changed = []
    for project_id, days in find_days_by_kind().items():
        before = {kind: held[project_id][kind] if project_id in held else 0 for kind in Kind}
        if before != days:
            keep_rows(store, project_id, days, before)
            changed.append(project_id)
    return sorted(changed)


def find_days() -> Mapping[int, int]:
    """For how many days the signals of each project are kept, by its number; what is made of them goes with them."""
    return {key: days[Kind.SIGNALS] for key, days in find_days_by_kind().items()}


def find_days_by_kind() -> Mapping[int, Days]:
    """The days of each project by its number; what says nothing of a kind says what holds for all."""
    return {project.pk: read_days(project) for project in Project.objects.only("pk", "retention_days", "days_by_kind")}


def read_days(project: Project) -> dict[Kind, int]:
    of_all = settings.RETENTION_DAYS if project.retention_days is None else project.retention_days
    return {kind: project.days_by_kind.get(kind, of_all) for kind in Kind}


def keep_rows(store: Store, project_id: int, days: Days, before: Days) -> None:
    """Keep the rows of a project for so many days.

    New rows are told in between: what fails before is done again, and what came in meanwhile is changed after.
    """
    changed = [kind for kind in Kind if days[kind] != before[kind]]
    change_rows(store, project_id, days, changed)
    tell_days(store, project_id, days)
    change_rows(store, project_id, days, changed)


def tell_days(store: Store, project_id: int, days: Days) -> None:
    """Tell every server: the table stands whole on each, and is written anew where they are many."""
    row = {"project_id": project_id, **{kind.value: days[kind] for kind in Kind}}
    if store.cluster is None:
        store.insert("kept_days", {name: [value] for name, value in row.items()})
        return
    others = [held for held in store.query("tracing/sql/retention.sql") if held["project_id"] != project_id]
    store.change(
        "tracing/sql/replaced_retention.sql", **{name: [each[name] for each in [*others, row]] for name in row}
    )


def change_rows(store: Store, project_id: int, days: Days, kinds: list[Kind]) -> None:
    for table in PROJECT_TABLES:
        kind = find_kind(table)
        path = "tracing/sql/keep_raw_rows.sql" if table in RAW_TABLES else "tracing/sql/keep_derived_rows.sql"
        if kind in kinds:
            store.change(path, table=table, project_id=project_id, days=days[kind])
