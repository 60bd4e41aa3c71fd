"""One word of somebody stands in every column of text that there is, in both databases: erased, it stands nowhere.

Tables, columns and models are asked of the databases, so that a new one fails here until somebody says how it goes.
"""

import gzip
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from feedback.models import DatasetVersion
from tests.isolation import world
from tests.isolation.world import Side, ask, find_unmarked_columns, find_unmarked_fields
from tracing.access.rights import Role
from tracing.clusters import LOCAL
from tracing.erasing import running
from tracing.erasing.running import request_erasure, work_off
from tracing.erasing.scope import Scope
from tracing.erasing.searching import search_directory
from tracing.erasing.texts import list_models
from tracing.models import AuditEntry, Erasure, Invitation, MaskingRules, Project
from tracing.store import ERASURE_TABLES, PROJECT_TABLES, Store

MARK = "zq5erasedword"
OF_NO_PERSON = {"schema_migrations", "watermarks", "project_retention", "kept_days"}
"""Tables of the store that hold nothing of anybody: names of files and stages, and numbers of days."""
OTHER_MODELS = {
    "tracing.Project": "its name and address are its owner's",
    "tracing.StageLease": "names of stages and processes",
    "tracing.StageMinute": "names of stages and numbers",
    "tracing.WorkerPulse": "names of processes and tasks",
    "tracing.Erasure": "lets go of its subject itself",
    **dict.fromkeys(("auth.User", "auth.Group", "auth.Permission"), "accounts of who uses Tacit"),
    **dict.fromkeys(
        ("axes.AccessLog", "axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessFailureLog"),
        "logins of who uses Tacit",
    ),
    "contenttypes.ContentType": "names of models",
    "sessions.Session": "messages in it that name an id are dropped",
}
"""Models that are not of a project, and why nothing of an app's user stays in them."""
OF_ADDRESSES = {"Membership", "AuditEntry.project_slug", "DatasetVersion.key"}
"""What names no user: who may come in, the project's address, and a random name of a folder."""
PACKED = {
    "feedback.FailureCatalogue.archive": "mean vectors",
    "feedback.EvaluationSet.grams": "digests of texts that somebody uploaded",
    "drift.TopicModel.archive": "mean vectors",
    "drift.LedgerState.archive": "written anew without what nobody else says",
    "drift.DriftOutlook.archive": "goes with a topic's name",
    "drift.DriftReport.html": "goes with its alarm's examples",
    "drift.AlertTarget.sealed": "where somebody has alerts sent to, encrypted",
}
"""Fields of bytes, which a search of files does not see into."""


class Person(Side):
    """A user called by the mark, whose words are all there is in the project."""

    @property
    def export(self) -> str:
        return "an-export"

    def word(self, what: str) -> str:
        return self.mark if what == "user_id" else super().word(what)


@pytest.fixture
def person(store: Store, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr(running, "SETTLING", timedelta(0))
    project = Project.objects.create(pk=10_001, slug="shop", name="Shop", retention_days=0)
    one = Person(project, MARK, project.pk)
    one.people[Role.REVIEWER] = get_user_model()(email=f"{MARK}@example.org")  # who has no account any more
    world.add_keys(one)
    world.add_rows(one)
    world.fill_store(store, one)
    world.add_days(store, one)
    world.add_datasets(store, one)
    world.add_reviews(store, one)
    MaskingRules.objects.update(patterns=[{"name": MARK, "expression": MARK}])
    AuditEntry._base_manager.update(actor=MARK)
    Invitation.objects.update(email=f"{MARK}@example.org")
    DatasetVersion.objects.update(inspection={"preview": [MARK], "texts": {MARK: 1}})
    return one


def test_what_stands_in_every_column_stands_nowhere_after(store: Store, person: Person) -> None:
    assert find_unmarked_columns(store, person) == []
    assert set(find_unmarked_fields(person)) == OF_ADDRESSES
    assert len(list(find_packed())) > 1
    Erasure.objects.all().delete()
    erasure = request_erasure(person.project, Scope(user_id=MARK), "somebody")
    work_off(store)
    erasure.refresh_from_db()
    assert [*find_marked(store), *find_named()] == []
    assert search_directory(Path(settings.DATA_DIR), [MARK]) == {}
    assert list(find_packed()) == []
    assert (erasure.verification["rows_left"], erasure.verification["files_left"]) == (0, 0)


def find_marked(store: Store) -> Iterator[str]:
    """Tables of the store with a row that holds the mark."""
    for table in (*PROJECT_TABLES, *ERASURE_TABLES):
        counted = f"SELECT countIf(position(toString(tuple(*)), '{MARK}') > 0) FROM {table}"  # noqa: S608 -- our tables
        if ask(store, counted) != [(0,)]:
            yield table


def find_named() -> Iterator[str]:
    """Fields of Django's tables that hold the mark."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if any(MARK in str(held) for held in model._base_manager.values_list(field.name, flat=True)):
                yield f"{model._meta.label}.{field.name}"


def find_packed() -> Iterator[str]:
    """Fields of bytes that hold the mark."""
    for model, _ in list_models():
        for field in (each for each in model._meta.concrete_fields if isinstance(each, models.BinaryField)):
            for held in model._base_manager.values_list(field.name, flat=True):
                if MARK.encode() in unpack(bytes(held or b"")):
                    yield f"{model._meta.label}.{field.name}"


def unpack(held: bytes) -> bytes:
    for each in (gzip.decompress, zlib.decompress):
        try:
            return each(held)
        except (OSError, EOFError, zlib.error):
            continue
    return held


def test_of_every_table_it_is_said_how_it_goes(migrated_store: Store) -> None:
    named = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine != 'MaterializedView'"
    assert {row[0].removesuffix(LOCAL) for row in ask(migrated_store, named)} == {
        *PROJECT_TABLES,
        *ERASURE_TABLES,
        *OF_NO_PERSON,
    }


def test_of_every_model_it_is_said_how_it_goes() -> None:
    of_projects = {model._meta.label for model, _ in list_models()}
    assert {model._meta.label for model in apps.get_models()} == of_projects | set(OTHER_MODELS)
    packed = {
        f"{model._meta.label}.{each.name}"
        for model in apps.get_models()
        for each in model._meta.concrete_fields
        if isinstance(each, models.BinaryField)
    }
    assert packed == set(PACKED)
