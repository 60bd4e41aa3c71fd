"""Whether this process lives, whether it can do its work, and its figures."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from tracing import figures, reprocessing
from tracing.access.decisions import find_access
from tracing.access.rights import Right
from tracing.pulses import read_work
from tracing.stages import STAGES
from tracing.store import get_store


def show_alive(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "alive"})


def show_ready(_request: HttpRequest) -> HttpResponse:
    """200 if a real query works in both databases, else 503 that names the one that fails."""
    checks = {"clickhouse": lambda: get_store().query("tracing/sql/ready.sql"), "database": ask_database}
    problems = {}
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # the answer names whatever it was
            problems[name] = type(error).__name__
    if problems:
        return JsonResponse({"status": "not ready", "problems": problems}, status=503)
    return JsonResponse({"status": "ready"})


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracing_project")


def show_metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; a closed server gives them for a key that may read, the run's token or a login."""
    access = find_access(request)
    if access is None or Right.READ not in access.rights:
        message = "Send a project's key with the scope `read` as `Authorization: Bearer <key>`, or log in.\n"
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(message, status=401, content_type="text/plain; charset=utf-8", headers=headers)
    return HttpResponse(figures.render_figures(), content_type=figures.CONTENT_TYPE)


def ask_lag() -> Iterator[tuple[str, float]]:
    store = get_store()
    for stage in list(STAGES.values()):
        yield stage.name, stage.measure_lag(store)
    yield reprocessing.NAME, reprocessing.measure_lag()


def ask_silence() -> Iterator[tuple[str, float]]:
    work = read_work()
    if work is not None:
        yield "", max(0.0, (datetime.now(UTC) - work.at).total_seconds())


def ask_dead_letters() -> Iterator[tuple[str, float]]:
    for row in get_store().query("tracing/sql/dead_letter_counts.sql"):
        yield row["table_name"], row["letters"]


figures.ask_gauge("tacit_stage_lag_seconds", "Age of the oldest row that a stage has not done.", "stage", ask_lag)
figures.ask_gauge("tacit_worker_silent_seconds", "How long ago a worker was heard last.", "", ask_silence)
figures.ask_gauge("tacit_dead_letters", "Rows that are kept as dead letters now.", "table", ask_dead_letters)
figures.ask_gauge(
    "tacit_reprocessing_traces", "Traces that are still to be read again.", "state", reprocessing.count_waiting
)
