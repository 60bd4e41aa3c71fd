"""`tacit reprocess`: asks for stored spans to be read again, and tells how far that has come.

The running server works it off; without one this process does, as a server without addresses. Either way the request
stands in Django's database, and what was interrupted goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction

from config import data_directory
from config.databases import hold_data_directory, migrate_databases
from config.platform import work_in_background
from tracing.access import audit
from tracing.access.decisions import Access, find_access_of_command
from tracing.models import Project, Reprocessing
from tracing.reprocessing import OPEN, Scope, request_reprocessing, stop_reprocessing
from tracing.stages import STAGES, end_leases
from tracing.store import EMBEDDED_PREFIX, close_store, get_store

POLL_SECONDS = 1.0
TELL_SECONDS = 5.0
LONG_SECONDS = 30.0
"""After so long without a word something is said although nothing has begun."""
QUIET_LOOKS = 3
"""So often in a row nothing has to wait in any stage, until what followed from it is done too."""


class CannotReprocessError(Exception):
    """Nothing was asked for; the message says what to do."""


class InterruptedReprocessingError(Exception):
    """Somebody interrupted the command; the message says what becomes of the work."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Traces of all requests; `total` is of those that are listed, None where none is."""

    done: int
    total: int | None
    seconds: float
    """Since this command looks."""
    done_before: int
    """What was done when it began to look."""
    waiting: int = 0
    """Requests that are not listed yet."""

    @property
    def rate(self) -> float:
        """Traces a second; 0 where nothing is known yet."""
        return (self.done - self.done_before) / self.seconds if self.seconds else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """None where nothing is known yet."""
        return (self.total - self.done) / self.rate if self.total is not None and self.rate > 0 else None


def reprocess(project: str, scope: Scope, tell: Callable[[Progress], None]) -> Progress:
    """Ask for it, in all projects where `project` is empty, and watch until it is done.

    Raises CannotReprocessError, and InterruptedReprocessingError at SIGINT.
    """
    with choose_worker() as is_here:
        requests = [ask_for(access, scope) for access in find_accesses(project)]
        try:
            progress = watch([request.pk for request in requests], tell)
            if is_here:
                wait_for_stages()
        except KeyboardInterrupt as error:
            message = "the same command goes on" if is_here else "the server goes on; --stop makes it stop"
            raise InterruptedReprocessingError(f"Interrupted: {message}.") from error
    return progress


def stop(project: str) -> int:
    """Give up what is not done; the number of requests."""
    with choose_databases():
        return sum(stop_of(access) for access in find_accesses(project))


def ask_for(access: Access, scope: Scope) -> Reprocessing:
    """Ask for spans of a project to be read again, and write that down."""
    with transaction.atomic():
        told = {name: value for name, value in asdict(scope).items() if value}
        audit.record(access.actor, "reprocess", access.project, details=told)
        return request_reprocessing(access.project, scope)


def stop_of(access: Access) -> int:
    """Give up what is not done in a project, and write that down; the number of requests."""
    with transaction.atomic():
        stopped = stop_reprocessing(access.project)
        audit.record(access.actor, "stop_reprocessing", access.project, details={"requests": stopped})
        return stopped


@contextmanager
def choose_worker() -> Iterator[bool]:
    """Have somebody at work: the server that holds the databases, or this process; gives whether it is this one."""
    with choose_databases() as is_here:
        if not is_here:
            yield False
            return
        end_leases()  # this process holds the directory: no other works on it
        with work_in_background():
            yield True


@contextmanager
def choose_databases() -> Iterator[bool]:
    """The databases with today's schema; gives whether this process had to open them for that."""
    is_embedded = settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX)
    if not is_embedded or data_directory.find_server(settings.DATA_DIR):
        yield False
        return
    with hold_data_directory():
        try:
            migrate_databases()
            yield True
        finally:
            close_store()


def find_accesses(project: str) -> Sequence[Access]:
    """What the command may do in the named project, or in all."""
    slugs = [project] if project else Project.objects.order_by("pk").values_list("slug", flat=True)
    found = [access for slug in slugs if (access := find_access_of_command(slug))]
    if not found:
        raise CannotReprocessError(f"There is no project {project!r}.")
    return found


def watch(keys: Sequence[int], tell: Callable[[Progress], None]) -> Progress:
    """Look each second until none of these requests is open, and tell now and then; how far they are then."""
    start, before = time.monotonic(), look(keys, 0.0, 0).done
    told_at = start - TELL_SECONDS
    while Reprocessing.objects.filter(pk__in=keys, state__in=OPEN).exists():
        now = time.monotonic()
        progress = look(keys, now - start, before)
        if now - told_at >= (LONG_SECONDS if progress.total is None else TELL_SECONDS):
            tell(progress)
            told_at = now
        time.sleep(POLL_SECONDS)
    return look(keys, time.monotonic() - start, before)


def look(keys: Sequence[int], seconds: float, done_before: int) -> Progress:
    rows = list(Reprocessing.objects.filter(pk__in=keys).values_list("done", "total"))
    totals = [total for _, total in rows if total is not None]
    done, waiting = sum(done for done, _ in rows), len(rows) - len(totals)
    return Progress(done, sum(totals) if totals else None, seconds, done_before, waiting)


def wait_for_stages() -> None:
    """Return once what followed is done as well: hours, signals."""
    quiet = 0
    while quiet < QUIET_LOOKS:
        is_behind = any(stage.measure_lag(get_store()) for stage in STAGES.values())
        quiet = 0 if is_behind else quiet + 1
        time.sleep(POLL_SECONDS)
