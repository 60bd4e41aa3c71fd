"""Whether this process lives, and whether it can do its work."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

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
