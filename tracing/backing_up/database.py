"""The part of Django's database in a backup: SQLite by its own online backup, PostgreSQL by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection

from tracing.backing_up import BackupError

SQLITE_FILE, POSTGRESQL_FILE = "tacit.sqlite3", "tacit.dump"


def back_up_database(directory: Path) -> None:
    """Everything in it, as it is at one moment. Raises BackupError."""
    if connection.vendor == "sqlite":
        copy_sqlite(Path(connection.settings_dict["NAME"]), directory / SQLITE_FILE)
    else:
        run_program("pg_dump", "--format=custom", f"--file={directory / POSTGRESQL_FILE}")


def restore_database(directory: Path) -> None:
    """Into an empty one. Raises BackupError."""
    if connection.vendor == "sqlite":
        copy_sqlite(directory / SQLITE_FILE, Path(connection.settings_dict["NAME"]))
    else:
        name = connection.settings_dict["NAME"]
        run_program("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(directory / POSTGRESQL_FILE))


def has_tables() -> bool:
    """Whether something is in it already."""
    return bool(connection.introspection.table_names())


def copy_sqlite(source: Path, target: Path) -> None:
    """Also while somebody writes into the source."""
    with sqlite3.connect(source) as read, sqlite3.connect(target) as written:
        read.backup(written)
    read.close()
    written.close()


def run_program(name: str, *arguments: str) -> None:
    """One of PostgreSQL's, on the database of the settings; the password is told by the environment."""
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not on this machine; it comes with PostgreSQL's client programs.")
    told = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {variable: str(told[name]) for variable, name in named.items() if told.get(name)}
    done = subprocess.run(
        [program, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()}")
