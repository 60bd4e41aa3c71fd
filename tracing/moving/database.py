"""Django's part of a move: every row of the SQLite file of a data directory goes into the database of the settings.

All in one transaction, each row as it was, also what would be set by itself; then they are compared. So afterwards
everything is there, or nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from tracing.models import DEFAULT_PROJECT, Project, StageLease
from tracing.moving import MoveError

SOURCE = "source"
BATCH = 500

Models = list[type[Model]]

MADE_BY_MIGRATIONS: Models = [ContentType, Permission, Project]


def move_database(file: Path) -> int:
    """How many rows are at both ends; the tables are there already. Raises MoveError."""
    with open_source(file):
        refuse_other_schema()
        models = list_models()
        if is_empty(models):
            copy_models(models)
        elif other := list_different(models):
            raise MoveError(
                f"{connection.settings_dict['NAME']} holds rows already, of {', '.join(other[:3])}: name a database "
                f"without any, or, if it is the one that is used with this directory, move {file} away."
            )
        return sum(model._base_manager.count() for model in models)


@contextmanager
def open_source(file: Path) -> Iterator[None]:
    """The SQLite file as a database of its own, which nobody writes into."""
    told = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{file.as_uri()}?mode=ro", "OPTIONS": {"uri": True}}
    connections.databases[SOURCE] = connections.configure_settings({DEFAULT_DB_ALIAS: {}, SOURCE: told})[SOURCE]
    try:
        connections[SOURCE].connect()
        yield
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]
        del connections.databases[SOURCE]


def refuse_other_schema() -> None:
    here, there = (set(MigrationRecorder(connections[name]).applied_migrations()) for name in (SOURCE, "default"))
    if here != there:
        raise MoveError(
            "Django's tables are not those of this version of Tacit yet: run tacit migrate first, then move."
        )


def list_models() -> Models:
    """All with rows of their own, but for what belongs to processes that are not there any more."""
    found = apps.get_models(include_auto_created=True)
    return [each for each in found if each._meta.managed and not each._meta.proxy and each is not StageLease]


def is_empty(models: Models) -> bool:
    """Whether nothing is there but what migrations make."""
    own = [model for model in models if model not in MADE_BY_MIGRATIONS]
    others = Project.objects.exclude(slug=DEFAULT_PROJECT)
    return not others.exists() and not any(model._base_manager.exists() for model in own)


def copy_models(models: Models) -> None:
    try:
        with transaction.atomic():
            for model in MADE_BY_MIGRATIONS:
                model._base_manager.all().delete()
            for model in models:
                for row in model._base_manager.using(SOURCE).iterator(chunk_size=BATCH):
                    copy_row(row)
            move_sequences(models)
            connection.check_constraints()
            if other := list_different(models):
                raise MoveError(f"Not the same at both ends: {', '.join(other)}. Nothing was written.")
    except DatabaseError as error:
        raise MoveError(f"They cannot be written there: {describe_error(error)}. Nothing was written.") from error


def move_sequences(models: Models) -> None:
    """New rows are numbered after those that came with their numbers."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def copy_row(row: Model) -> None:
    """As it is: what would be set by itself, such as a time, keeps what it was."""
    try:
        row.save_base(raw=True, force_insert=True, using=DEFAULT_DB_ALIAS)
    except (DatabaseError, ValueError) as error:
        named = f"{row._meta.label} {row.pk}"
        raise MoveError(f"{named} cannot be written there: {describe_error(error)}. Nothing was written.") from error


def describe_error(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")


def list_different(models: Models) -> list[str]:
    """Names of those whose rows are not the same at both ends."""
    return [model._meta.label for model in models if not is_same(model)]


def is_same(model: type[Model]) -> bool:
    rows = model._base_manager.using(SOURCE)
    if rows.count() != model._base_manager.count():
        return False
    read = rows.iterator(chunk_size=BATCH)
    while batch := {row.pk: row for row in islice(read, BATCH)}:
        there = model._base_manager.in_bulk(list(batch))
        if {key: read_values(row) for key, row in there.items()} != {
            key: read_values(row) for key, row in batch.items()
        }:
            return False
    return True


def read_values(row: Model) -> list[Any]:
    values = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    return [bytes(value) if isinstance(value, memoryview) else value for value in values]
