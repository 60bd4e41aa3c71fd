"""Rows of a project go when its days are over, and no others do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from tracing.models import Project
from tracing.retention import RAW_TABLES, follow_retention
from tracing.store import PROJECT_TABLES, Store

NOW = datetime.now(UTC).replace(microsecond=0)
NEVER = datetime(2106, 1, 1)  # noqa: DTZ001 -- as the driver gives it


def write(store: Store, project_id: int, age_days: float, table: str) -> None:
    """A row that was written so long ago."""
    written = NOW - timedelta(days=age_days)
    name, value = ("ingested_at", written) if table in RAW_TABLES else ("version", round(written.timestamp() * 1e6))
    store.insert(table, {"project_id": [project_id], name: [value]})


def read_expiries(store: Store, table: str) -> list[tuple[int, datetime]]:
    rows = store._connect().query(f"SELECT project_id, expires_at FROM {table} ORDER BY ALL").result_rows  # noqa: S608
    return [(project_id, expires_at.replace(tzinfo=None)) for project_id, expires_at in rows]


def in_days(days: float) -> datetime:
    return (NOW + timedelta(days=days)).replace(tzinfo=None)


@pytest.fixture
def other(project: Project) -> Project:
    return Project.objects.create(slug="other", name="Other")


@pytest.mark.parametrize("table", PROJECT_TABLES)
def test_rows_are_kept_for_ever_where_nothing_is_said(store: Store, project: Project, table: str) -> None:
    assert follow_retention(store) == []
    write(store, project.pk, 1000, table)
    assert read_expiries(store, table) == [(project.pk, NEVER)]


@pytest.mark.parametrize("table", PROJECT_TABLES)
def test_rows_there_and_rows_to_come_expire_by_the_days_of_their_project(
    store: Store, project: Project, other: Project, table: str
) -> None:
    write(store, project.pk, 3, table)
    write(store, other.pk, 3, table)
    Project.objects.filter(pk=project.pk).update(retention_days=10)
    assert follow_retention(store) == [project.pk]
    assert follow_retention(store) == []
    assert read_expiries(store, table) == [(project.pk, in_days(7)), (other.pk, NEVER)]
    store.execute(f"TRUNCATE TABLE {table}")
    write(store, project.pk, 2, table)
    assert read_expiries(store, table) == [(project.pk, in_days(8))]


@pytest.mark.parametrize("table", PROJECT_TABLES)
def test_what_has_expired_is_gone_after_a_merge(store: Store, project: Project, other: Project, table: str) -> None:
    write(store, project.pk, 11, table)
    write(store, other.pk, 11, table)
    Project.objects.filter(pk=project.pk).update(retention_days=10)
    follow_retention(store)
    store.execute(f"OPTIMIZE TABLE {table} FINAL")
    assert read_expiries(store, table) == [(other.pk, NEVER)]


def test_the_installation_says_it_for_projects_that_do_not(
    store: Store, project: Project, other: Project, settings: LazySettings
) -> None:
    settings.RETENTION_DAYS = 30
    Project.objects.filter(pk=other.pk).update(retention_days=0)
    assert follow_retention(store) == [project.pk]
    settings.RETENTION_DAYS = 0
    assert follow_retention(store) == [project.pk]
    write(store, project.pk, 1, "signals")
    assert read_expiries(store, "signals") == [(project.pk, NEVER)]
