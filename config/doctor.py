"""What `tacit doctor` looks at: the environment comes in, a finding for each part goes out, with what to do.

It changes nothing, and works beside a running server, which it asks over HTTP: the embedded store is held by one
process.
"""

import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from prometheus_client.parser import text_string_to_metric_families

from config.data_directory import OTHERS, PRIVATE_PATHS, RunningServer, describe_exposure, find_server
from config.databases import APPS
from config.env import Environment
from tracing.pulses import SILENT_AFTER, read_work
from tracing.store import EMBEDDED_PREFIX, SCHEMA_DIRECTORY, close_store, get_store

LEAST_FREE = 2_000_000_000
"""Bytes of the disk below which merges of the store may fail."""
LITTLE_FREE = 0.1
MOST_OF_MEMORY = 0.7
"""Share of the machine's memory that the store may take beside the rest of Tacit."""
LATE_SECONDS = 300.0
"""A stage behind by more falls behind."""
SKEW_SECONDS = 5.0
ASK_SECONDS = 5.0


class Level(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part is, and what to do where that is not well."""

    part: str
    level: Level
    sentence: str
    advice: str = ""


def examine(env: Environment) -> Iterator[Finding]:
    """Every part, in the order in which they stand on each other. A look that fails is a finding, too."""
    server = find_server(settings.DATA_DIR)
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("settings", look_at_settings),
        ("files", look_at_files),
        ("disk", look_at_disk),
        ("memory", lambda: look_at_memory(env)),
        ("server", lambda: look_at_server(env, server)),
        ("database", look_at_database),
        ("store", lambda: look_at_store(server)),
        ("broker", look_at_broker),
        ("workers", look_at_workers),
        ("stages", lambda: look_at_stages(server)),
    ]
    for part, look in looks:
        try:
            yield from look()
        except Exception as error:  # whatever it is, the other parts are looked at, too
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            yield Finding(part, Level.FAILED, f"It does not answer: {reason}.", ADVICE.get(part, ""))
    close_store()


ADVICE = {
    "database": "See TACIT_DATABASE_URL, and whether PostgreSQL runs.",
    "store": "See TACIT_CLICKHOUSE_DSN, and whether ClickHouse runs.",
    "broker": "See TACIT_BROKER_URL, and whether Redis or RabbitMQ runs.",
}


def look_at_settings() -> Iterator[Finding]:
    """They could be read, or the command had ended before."""
    found = [each for each in run_checks(include_deployment_checks=True) if each.id and each.id.startswith("tacit.")]
    for each in found:
        level = Level.FAILED if each.level > WARNING else Level.WARNING
        yield Finding("settings", level, each.msg, each.hint or "")
    if not found:
        yield Finding("settings", Level.OK, "They can be read.")


def look_at_files() -> Iterator[Finding]:
    exposure = describe_exposure(settings.DATA_DIR)
    if exposure:
        yield Finding("files", Level.WARNING, exposure.split("; ")[0] + ".", f"chmod 700 {settings.DATA_DIR}")
    open_to_others = [str(path) for path in list_secrets() if path.stat().st_mode & OTHERS]
    if open_to_others:
        names = " ".join(open_to_others)
        yield Finding("files", Level.FAILED, f"Others may read {names}.", f"chmod 600 {names}")
    if not exposure and not open_to_others:
        yield Finding("files", Level.OK, f"{settings.DATA_DIR} is its owner's alone.")


def list_secrets() -> list[Path]:
    paths = (settings.DATA_DIR / name for name in PRIVATE_PATHS)
    return [path for path in paths if path.is_file()]


def look_at_disk() -> Iterator[Finding]:
    disk = shutil.disk_usage(settings.DATA_DIR)
    told = f"{disk.free / 1e9:,.1f} GB of {disk.total / 1e9:,.1f} GB are free where {settings.DATA_DIR} is."
    advice = "Make room, or have less kept: TACIT_RETENTION_DAYS, or settings/retention of a project."
    if disk.free < LEAST_FREE:
        yield Finding("disk", Level.FAILED, told, advice)
    elif disk.free < LITTLE_FREE * disk.total:
        yield Finding("disk", Level.WARNING, told, advice)
    else:
        yield Finding("disk", Level.OK, told)


def look_at_memory(env: Environment) -> Iterator[Finding]:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    told = f"The machine has {total / 1e9:,.1f} GB"
    if not settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX):
        yield Finding("memory", Level.OK, f"{told}.")
        return
    told += f"; the embedded store may take {env.memory_limit / 1e9:,.1f} GB of them."
    if env.memory_limit > MOST_OF_MEMORY * total:
        yield Finding("memory", Level.WARNING, told, f"Set TACIT_MEMORY_LIMIT to {int(total / 2):d} or less.")
    else:
        yield Finding("memory", Level.OK, told)


def look_at_server(env: Environment, server: RunningServer | None) -> Iterator[Finding]:
    """That it answers, or that it could be started."""
    if server is not None:
        status = ask_server(server, "/readyz")[0]
        level = Level.OK if status == 200 else Level.FAILED
        advice = "" if status == 200 else "See its log, and what is said of the databases here."
        yield Finding("server", level, f"{server.url} runs (process {server.pid}); /readyz answers {status}.", advice)
        return
    ports = {
        "TACIT_PORT": env.port,
        "TACIT_OTLP_HTTP_PORT": env.otlp_http_port,
        "TACIT_OTLP_GRPC_PORT": env.otlp_grpc_port,
    }
    busy = [name for name, port in ports.items() if is_busy(env.host, port)]
    for name in busy:
        level = Level.FAILED if name == "TACIT_PORT" else Level.WARNING
        yield Finding("server", level, f"Port {ports[name]} is taken by another program.", f"Name another by {name}.")
    if not busy:
        yield Finding("server", Level.OK, "None runs on this data directory; its ports are free.")


def is_busy(host: str, port: int) -> bool:
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def ask_server(server: RunningServer, path: str) -> tuple[int, str]:
    request = urllib.request.Request(  # noqa: S310 -- the address is that of our own server
        f"{server.url}{path}", headers={"Authorization": f"Bearer {server.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def look_at_database() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    known, applied = executor.loader.disk_migrations.keys(), MigrationRecorder(connection).applied_migrations()
    newer = sorted(f"{app}.{name}" for app, name in applied if app in APPS and (app, name) not in known)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    name = connection.vendor
    yield compare_schema("database", f"Django's database ({name})", newer, [str(each) for each, _ in waiting])
    if name == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            yield compare_clocks("database", float(cursor.fetchone()[0]))


def look_at_store(server: RunningServer | None) -> Iterator[Finding]:
    is_embedded = settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX)
    if is_embedded and server is not None:
        yield Finding("store", Level.OK, "The embedded store is held by the server, which answers for it.")
        return
    if is_embedded and not (settings.DATA_DIR / "clickhouse").exists():
        yield Finding("store", Level.OK, "The embedded store is not there yet; `tacit up` makes it.")
        return
    store = get_store()
    done = {row["name"] for row in store.query("tracing/sql/migrations.sql")}
    files = {path.stem for path in SCHEMA_DIRECTORY.glob("*.sql")}
    yield compare_schema("store", "The store", sorted(done - files), sorted(files - done))
    if not is_embedded:
        [row] = store.query("tracing/sql/clock.sql")
        yield compare_clocks("store", row["seconds"])


def compare_schema(part: str, name: str, newer: list[str], waiting: list[str]) -> Finding:
    if newer:
        told = f"{name} was used by a later version of Tacit ({newer[-1]})."
        return Finding(part, Level.FAILED, told, "Install that version or a later one.")
    if waiting:
        told = f"{name} answers; {len(waiting)} steps of its schema are still to be done."
        return Finding(part, Level.WARNING, told, "`tacit migrate`, or the next `tacit up`, does them.")
    return Finding(part, Level.OK, f"{name} answers, and its schema is of this version.")


def compare_clocks(part: str, seconds: float) -> Finding:
    skew = seconds - datetime.now(UTC).timestamp()
    told = f"Its clock and this machine's differ by {abs(skew):,.1f} s."
    if abs(skew) > SKEW_SECONDS:
        return Finding(part, Level.WARNING, told, "Set both by NTP: what came when is told by both.")
    return Finding(part, Level.OK, told)


def look_at_broker() -> Iterator[Finding]:
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        yield Finding("broker", Level.OK, "In memory, inside the server's process.")
        return
    from config.celery import app

    with app.connection(settings.CELERY_BROKER_URL, connect_timeout=ASK_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=ASK_SECONDS)
        yield Finding("broker", Level.OK, f"{broker.as_uri()} answers.")


def look_at_workers() -> Iterator[Finding]:
    """Who works, as it is written down every few seconds."""
    work, now = read_work(), datetime.now(UTC)
    silence = work.find_silence(now) if work else None
    if work is None:
        yield Finding("workers", Level.OK, "None has worked yet.")
    elif silence:
        told = f"None was heard since {work.at:%Y-%m-%d %H:%M} UTC."
        advice = "What comes in is kept, and not read: start `tacit up`, or `tacit worker` and `tacit beat`."
        yield Finding("workers", Level.WARNING, told, advice)
    elif work.task_since and now - work.task_since > SILENT_AFTER:
        yield Finding("workers", Level.OK, f"At {work.task} since {work.task_since:%H:%M} UTC.")
    else:
        yield Finding("workers", Level.OK, "They do what there is.")


def look_at_stages(server: RunningServer | None) -> Iterator[Finding]:
    """How far each stage is behind, as the server tells it."""
    if server is None:
        yield Finding("stages", Level.OK, "They run with the server: ask again while it does.")
        return
    status, text = ask_server(server, "/metrics")
    if status != 200:
        yield Finding("stages", Level.FAILED, f"/metrics answers {status}.", "See the server's log.")
        return
    lags = {
        sample.labels["stage"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "tacit_stage_lag_seconds"
    }
    late = {name: lag for name, lag in lags.items() if lag > LATE_SECONDS}
    for name, lag in late.items():
        advice = "It catches up by itself when less comes in; more workers, or a larger machine, do it sooner."
        yield Finding("stages", Level.WARNING, f"{name} is {lag:,.0f} s behind.", advice)
    if not late:
        slowest = max(lags, key=lambda name: lags[name], default="")
        behind = f"; the slowest, {slowest}, is {lags[slowest]:,.0f} s behind" if slowest else ""
        yield Finding("stages", Level.OK, f"All {len(lags)} keep up{behind}.")
