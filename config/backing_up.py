"""`tacit backup` and `tacit restore`: an installation goes into one directory, and comes out of it in another place.

The order is such that whatever happens meanwhile is in the later part alone: what was erased or withdrawn is never in a
part that the other believes to be without it.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

from config.databases import hold_data_directory, migrate_databases
from tracing.backing_up import BackupError
from tracing.backing_up.database import back_up_database, has_tables, restore_database
from tracing.backing_up.events import back_up_events, count_rows, read_engine, read_kept_days, restore_events
from tracing.backing_up.manifest import (
    FORMAT,
    Manifest,
    check_files,
    describe_files,
    read_manifest,
    write_manifest,
)
from tracing.store import EMBEDDED_PREFIX, Store, close_store, find_backups, get_store

EVENTS, DATASETS, SECRET_KEY = "clickhouse", "datasets", "secret_key"
Tell = Callable[[str], None]


def back_up(directory: Path, tell: Tell) -> Manifest:
    """Write a backup into a directory that is not there yet. Raises BackupError."""
    if directory.exists() and any(directory.iterdir()):
        raise BackupError(f"{directory} is not empty; name another, or remove it.")
    with open_alone():
        if get_store().cluster:
            raise BackupError(
                "A cluster is backed up by its own means (BACKUP … ON CLUSTER), and not by this command yet."
            )
        if not count_rows(get_store()):
            raise BackupError(f"There is nothing in {settings.DATA_DIR} that could be backed up.")
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        tell("Writing Django's database …")
        back_up_database(directory)
        tell("Writing ClickHouse …")
        events_at = write_events(get_store(), directory)
        copy_files(directory)
        tell("Measuring what was written …")
        manifest = describe(get_store(), directory, events_at)
        write_manifest(directory, manifest)
        return manifest


def restore(directory: Path, tell: Tell) -> Manifest:
    """Make an installation of a backup where there is none yet, and bring it up to date.

    Raises BackupError.
    """
    manifest = read_manifest(directory)
    refuse_other_engines(manifest)
    tell("Looking whether every file is as it was written …")
    check_files(directory, manifest)
    with open_alone():
        if has_tables() or count_rows(get_store()):
            raise BackupError("There is an installation already: a backup is restored where there is none.")
        tell("Reading ClickHouse …")
        read_events(get_store(), directory, manifest)
        compare(manifest.rows, count_rows(get_store()))
        tell("Reading Django's database …")
        connection.close()
        restore_database(directory)
        restore_files(directory)
        migrate_databases()
        return manifest


@contextmanager
def open_alone() -> Iterator[None]:
    """The databases as they are; what is embedded is held, so no server of it runs."""
    with hold_data_directory() if is_embedded() else nullcontext():
        try:
            yield
        finally:
            close_store()


def is_embedded() -> bool:
    return settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX)


def write_events(store: Store, directory: Path) -> str:
    """ClickHouse's part; where it is."""
    name = name_place()
    if not is_embedded():
        back_up_events(store, name)
        return name
    with use_place(name) as place:
        back_up_events(store, str(place))
        shutil.move(place, directory / EVENTS)
    return EVENTS


def read_events(store: Store, directory: Path, manifest: Manifest) -> None:
    if not is_embedded():
        restore_events(store, manifest.events_at, manifest.kept_days, manifest.source)
        return
    with use_place(name_place()) as place:
        shutil.copytree(directory / manifest.events_at, place)
        restore_events(store, str(place), manifest.kept_days, manifest.source)


def name_place() -> str:
    return f"tacit-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


@contextmanager
def use_place(name: str) -> Iterator[Path]:
    """A folder that the embedded engine may write and read; gone after."""
    place: Path = find_backups(settings.CLICKHOUSE_DSN) / name
    place.parent.mkdir(exist_ok=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def copy_files(directory: Path) -> None:
    """What lies beside the databases. The secret key opens what is sealed, and knows digests again."""
    if (settings.DATA_DIR / SECRET_KEY).is_file():
        shutil.copy2(settings.DATA_DIR / SECRET_KEY, directory / SECRET_KEY)
    if settings.DATASETS_DIR.is_dir():
        shutil.copytree(settings.DATASETS_DIR, directory / DATASETS)


def restore_files(directory: Path) -> None:
    if (directory / SECRET_KEY).is_file():
        shutil.copy2(directory / SECRET_KEY, settings.DATA_DIR / SECRET_KEY)
    if (directory / DATASETS).is_dir():
        shutil.copytree(directory / DATASETS, settings.DATASETS_DIR, dirs_exist_ok=True)


def describe(store: Store, directory: Path, events_at: str) -> Manifest:
    engine = read_engine(store)
    return Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tacit=version("tacit-server"),
        clickhouse=engine["version"],
        events_at=events_at,
        source=engine["database"],
        rows=count_rows(store),
        kept_days=read_kept_days(store),
        database=connection.vendor,
        files=describe_files(directory),
    )


def refuse_other_engines(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(f"The backup is of {manifest.database}, not of {connection.vendor}: see TACIT_DATABASE_URL.")
    if (manifest.events_at == EVENTS) != is_embedded():
        told = "the embedded ClickHouse" if manifest.events_at == EVENTS else "a ClickHouse server"
        raise BackupError(f"The backup is of {told}: see TACIT_CLICKHOUSE_DSN.")


def compare(written: Mapping[str, int], found: Mapping[str, int]) -> None:
    """Raises BackupError."""
    other = [
        f"{name} ({found.get(name, 0):,} of {rows:,})" for name, rows in written.items() if found.get(name) != rows
    ]
    if other and is_embedded():  # a server goes on writing while it is backed up
        raise BackupError(f"Not everything came back: rows of {', '.join(other)}.")
