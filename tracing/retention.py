"""How long a project's rows are kept: Django's database says it, and the store is made to follow.

New rows take `expires_at` from the table `project_retention` when they are inserted, whoever inserts them; where a
project's days change, its rows are changed too. ClickHouse drops what has expired when it merges.
"""

from collections.abc import Mapping

from django.conf import settings

from tracing.models import Project
from tracing.store import PROJECT_TABLES, Store

RAW_TABLES = ("otel_traces", "otel_logs", "dead_letters")


def follow_retention(store: Store) -> list[int]:
    """Make the store follow; returns the projects whose days have changed."""
    held = {row["project_id"]: row["days"] for row in store.query("tracing/sql/retention.sql")}
    changed = {key: days for key, days in find_days().items() if held.get(key, 0) != days}
    for project_id, days in changed.items():
        keep_rows(store, project_id, days)
    return sorted(changed)


def find_days() -> Mapping[int, int]:
    """The days of each project, by its number; 0 keeps for ever."""
    default = settings.RETENTION_DAYS
    projects = Project.objects.values_list("pk", "retention_days")
    return {key: default if days is None else days for key, days in projects}


def keep_rows(store: Store, project_id: int, days: int) -> None:
    """Keep the rows of a project for so many days.

    New rows are told in between: what fails before is done again, and what came in meanwhile is changed after.
    """
    change_rows(store, project_id, days)
    store.insert("project_retention", {"project_id": [project_id], "days": [days]})
    change_rows(store, project_id, days)


def change_rows(store: Store, project_id: int, days: int) -> None:
    for table in PROJECT_TABLES:
        path = "tracing/sql/keep_raw_rows.sql" if table in RAW_TABLES else "tracing/sql/keep_derived_rows.sql"
        store.change(path, table=table, project_id=project_id, days=days)
