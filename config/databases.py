"""The two databases of an installation, and the directory of what is embedded: held, brought up to date and opened.

Apart from `config.platform`, so that a command loads neither web server nor worker for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import data_directory
from config.checks import check_public_address
from config.env import Environment
from tracing.access.openness import is_local
from tracing.ingest import stop_ingest
from tracing.kept_queries import finish
from tracing.stages import end_leases
from tracing.store import EMBEDDED_PREFIX, SchemaNewerError, close_store, get_store

APPS = ("tracing", "feedback", "drift")


class CannotStartError(Exception):
    """A process cannot start; the message says what to do."""


def migrate_databases() -> None:
    """Bring the schemas of both databases up to date. Raises SchemaNewerError."""
    migrate_django()
    get_store().migrate()


def migrate_django() -> None:
    """Its schema alone. Raises SchemaNewerError where a later version has been at work."""
    known = {app: {path.stem for path in (settings.BASE_DIR / app / "migrations").glob("*.py")} for app in APPS}
    applied = MigrationRecorder(connection).applied_migrations()
    unknown = sorted(f"{app}.{name}" for app, name in applied if app in known and name not in known[app])
    if unknown:
        raise SchemaNewerError("Django's database", unknown)
    call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def hold_data_directory() -> Iterator[None]:
    prepare_data_directory()
    with data_directory.hold(settings.DATA_DIR):
        yield


def prepare_data_directory() -> None:
    data_directory.prepare(settings.DATA_DIR)
    exposure = data_directory.describe_exposure(settings.DATA_DIR)
    if exposure:
        click.echo(exposure, err=True)


@contextmanager
def open_databases(env: Environment) -> Iterator[None]:
    """Both databases with today's schema; refuses an address that others reach while there is no user."""
    migrate_django()
    refuse_open_network(env)
    warn_of_network(env)
    try:
        get_store().migrate()
        if settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX):
            end_leases()  # this process holds the directory: no other works on it
        yield
    finally:
        stop_ingest()
        finish()
        close_store()


def refuse_open_network(env: Environment) -> None:
    if not is_local() and not get_user_model().objects.exists():
        raise CannotStartError(
            f"{env.public_url or env.host} can be reached by others and there is no user yet; "
            "create one first (tacit createuser --email YOU), or listen on 127.0.0.1."
        )


def warn_of_network(env: Environment) -> None:
    """Say where others cannot reach the pages, and where they do so without TLS."""
    if env.host in ("0.0.0.0", "::") and not (env.allowed_hosts or env.public_url):  # noqa: S104 -- the person chose it
        click.echo("The dashboard answers to loopback names only: set TACIT_PUBLIC_URL to its address.", err=True)
    for warning in check_public_address():
        click.echo(f"{warning.msg} {warning.hint}", err=True)
