"""`tacit import`: an old log goes through the receiver's pipe, of the running server or of this process."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from google.rpc.code_pb2 import UNAVAILABLE
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from config import data_directory
from config.data_directory import RunningServer
from config.databases import hold_data_directory, migrate_databases
from tracing.access import audit
from tracing.access.decisions import Access, find_access_of_command
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.importing import SOURCES, Entry, Origin, Problem, read_entries
from tracing.importing.entries import ImportedSpan
from tracing.importing.files import read_rows
from tracing.importing.requests import write_requests
from tracing.ingest import stop_ingest
from tracing.models import Project
from tracing.receive.encodings import Encoding
from tracing.receive.otlp import SIGNALS, RefusedError, keep
from tracing.store import EMBEDDED_PREFIX, close_store

TIMEOUT_SECONDS = 120
ATTEMPTS = 30
"""A server whose backlog is full is asked again so many times, a second apart."""
TRACES = SIGNALS[0]
KEY_NAME = "tacit import"
KEY_LIFE = timedelta(days=7)
"""Longer than any import; it goes with the command, and so does that of one that was killed."""

Send = Callable[[bytes], int]
"""Stores the spans of an OTLP request; the number of those that were refused."""


class CannotImportError(Exception):
    """The file was not imported, or not to its end; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where spans go, and who sends them there; nobody where nothing is sent."""

    send: Send
    access: Access | None = None


@dataclass(slots=True)
class Tally:
    """What has been read and sent so far."""

    unit: str
    records: int = 0
    spans: int = 0
    refused: int = 0
    problems: int = 0


def import_file(
    source: str,
    path: Path,
    project: str,
    *,
    dry_run: bool,
    tell_problem: Callable[[Problem], None],
    tell_progress: Callable[[Tally], None],
) -> Tally:
    """Send everything in the file that can be read; what was sent. Raises CannotImportError."""
    tally = Tally(SOURCES[source].UNIT)
    try:
        origin = Origin(source, project, path.stat().st_mtime_ns)
        entries = read_entries(SOURCES[source], read_rows(path), origin)
        spans = list_spans(entries, tally, tell_problem)
        with choose_door(project, dry_run=dry_run) as door:
            try:
                for count, body in write_requests(spans):
                    tally.refused += door.send(body)
                    tally.spans += count
                    tell_progress(tally)
            finally:
                record_import(door, source, path, tally)
    except OSError as error:
        raise CannotImportError(f"Cannot read {path} ({error.strerror or error}).") from error
    return tally


def list_spans(
    entries: Iterator[Entry | Problem], tally: Tally, tell_problem: Callable[[Problem], None]
) -> Iterator[ImportedSpan]:
    """The spans of all entries; problems are told as they come."""
    for entry in entries:
        if isinstance(entry, Problem):
            tally.problems += 1
            tell_problem(entry)
        else:
            tally.records += 1
            yield from entry.spans


def record_import(door: Door, source: str, path: Path, tally: Tally) -> None:
    """Write down what came in, also of a file that ended early."""
    if door.access and tally.spans:
        told = {"file": path.name, "records": tally.records, "spans": tally.spans}
        audit.record(door.access.actor, "import", door.access.project, target=source, details=told)


@contextmanager
def choose_door(project: str, *, dry_run: bool) -> Iterator[Door]:
    """Where spans go: nowhere, to the server that holds the databases, or into them from here."""
    server = data_directory.find_server(settings.DATA_DIR)
    if dry_run:
        yield Door(lambda _body: 0)
    elif server and settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX):
        access = find_access(project)
        with make_key(access.project) as key:
            yield Door(lambda body: post(server, key, body), access)
    else:
        with open_store(project) as access:
            yield Door(lambda body: store(access.project.pk, body), access)


def find_access(project: str) -> Access:
    access = find_access_of_command(project)
    if access is None:
        raise CannotImportError(f"There is no project {project!r}.")
    return access


@contextmanager
def make_key(found: Project) -> Iterator[str]:
    """A key of the project for as long as the import takes."""
    found.keys.filter(name=KEY_NAME).delete()
    key = create_key(found, KEY_NAME, [Scope.INGEST], expires_at=timezone.now() + KEY_LIFE)
    try:
        yield key
    finally:
        found.keys.filter(name=KEY_NAME).delete()


def post(server: RunningServer, key: str, body: bytes) -> int:
    """Send a request to the server; waits while it has too much to do."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": Encoding.PROTOBUF.value}
    request = urllib.request.Request(f"{server.url}/v1/traces", body, headers)  # noqa: S310 -- our own server's address
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return read_refused(ExportTraceServiceResponse.FromString(answer.read()))
        except urllib.error.HTTPError as error:
            if error.code != http.client.SERVICE_UNAVAILABLE or attempt == ATTEMPTS - 1:
                raise CannotImportError(f"The server at {server.url} refused the spans ({error.code}).") from error
            time.sleep(1)
        except (OSError, http.client.HTTPException) as error:
            raise CannotImportError(
                f"The server at {server.url} did not answer ({error}); import the file again, nothing counts twice."
            ) from error
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def open_store(project: str) -> Iterator[Access]:
    """This process's store with today's schema; what the command may do in the project."""
    with hold_data_directory():
        try:
            migrate_databases()
            yield find_access(project)
        finally:
            stop_ingest()
            close_store()


def store(project_id: int, body: bytes) -> int:
    """Commit a request as the receiver does."""
    for attempt in range(ATTEMPTS):
        try:
            return read_refused(keep(TRACES, body, Encoding.PROTOBUF, project_id))
        except RefusedError as error:
            if error.code != UNAVAILABLE or attempt == ATTEMPTS - 1:
                raise CannotImportError(str(error)) from error
            time.sleep(1)
    raise AssertionError("the last attempt returns or raises")


def read_refused(answer: Any) -> int:
    return int(answer.partial_success.rejected_spans)
