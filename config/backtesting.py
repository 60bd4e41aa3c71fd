"""`tacit backtest`: walks the watching of drift over stored history, in the running server or in this process.

What was stored a moment ago is first measured and counted: an import is followed by its backtest without a thought.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import date
from typing import Any

from django.conf import settings

from config import data_directory
from config.data_directory import RunningServer
from config.exporting import read_problem
from config.reprocessing import choose_databases
from tracing.access.decisions import find_access_of_command
from tracing.store import EMBEDDED_PREFIX, get_store

TIMEOUT_SECONDS = 600
POLL_SECONDS = 1.0
QUIET_LOOKS = 2
"""So often in a row nothing has to wait."""
SETTLED_AFTER_SECONDS, SETTLED_LAG_SECONDS = 30.0, 30.0
"""While an app goes on sending, something always waits: after so long, no more than this."""
PATIENCE_SECONDS, PATIENCE_FOR_TOPICS_SECONDS = 1800.0, 300.0
TELL_SECONDS = 10.0

Look = Callable[[], Mapping[str, Any]]
Tell = Callable[[str], None]


class CannotBacktestError(Exception):
    """Nothing was walked over; the message says what to do."""


def backtest(project: str, first: date, last: date, tell: Tell) -> list[dict[str, Any]]:
    """What would have been told, in order. Raises CannotBacktestError."""
    if last < first:
        raise CannotBacktestError(f"--from {first} is after --to {last}; exchange them.")
    server = data_directory.find_server(settings.DATA_DIR)
    if server and settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX):
        return ask_server(server, project, first, last, tell)
    with choose_databases() as is_here:
        return walk(project, first, last, tell, works=is_here)


def ask_server(server: RunningServer, project: str, first: date, last: date, tell: Tell) -> list[dict[str, Any]]:
    named = {"project": project}
    wait_until_complete(lambda: fetch(server, "drift", named), tell)
    tell(f"Walking over {first} to {last} …")
    items: list[dict[str, Any]] = fetch(server, "drift/backtest", named | {"from": f"{first}", "to": f"{last}"})[
        "items"
    ]
    return items


def fetch(server: RunningServer, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
    request = urllib.request.Request(  # noqa: S310 -- our own server's address
        f"{server.url}/api/v1/{path}?{urllib.parse.urlencode(query)}",
        headers={"Authorization": f"Bearer {server.token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            told: Mapping[str, Any] = json.loads(answer.read())
            return told
    except urllib.error.HTTPError as error:
        raise CannotBacktestError(read_problem(error)) from error
    except OSError as error:
        raise CannotBacktestError(
            f"The server at {server.url} did not answer ({error}); stop it or try again."
        ) from error


def walk(project: str, first: date, last: date, tell: Tell, *, works: bool) -> list[dict[str, Any]]:
    """In this process, which counts what waits where nobody else `works` on the databases."""
    import drift.api  # noqa: F401 -- with it come the stages
    from drift.api_drift import describe_found
    from drift.watching.alarms import find_alarms
    from drift.watching.completeness import measure_completeness
    from drift.watching.passes import load_version

    access = find_access_of_command(project)
    if access is None:
        raise CannotBacktestError(f"There is no project {project!r}.")
    store, project_id = get_store(), access.project.pk

    def look() -> Mapping[str, Any]:
        return asdict(measure_completeness(store, project_id))

    if not is_complete(look()):
        with count_here() if works else nullcontext():
            wait_until_complete(look, tell)
    if not load_version(store, project_id, last):
        raise CannotBacktestError(f"No conversations are stored up to {last} in project {project}.")
    tell(f"Walking over {first} to {last} …")
    return [encode(each) for each in describe_found(find_alarms(store, project_id, last, since=first))]


@contextmanager
def count_here() -> Iterator[None]:
    """Have this process do what a server would."""
    from config.platform import work_in_background
    from tracing.stages import end_leases

    end_leases()  # this process holds the directory: no other works on it
    with work_in_background():
        yield


def encode(told: Mapping[str, Any]) -> dict[str, Any]:
    """Days as texts."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}


def is_complete(now: Mapping[str, Any]) -> bool:
    return not now["lag_seconds"] and not now["is_recounting"]


def wait_until_complete(look: Look, tell: Tell) -> None:
    """Return once what was stored is counted, and say now and then what is waited for."""
    start = time.monotonic()
    quiet, told_at, lagged_at = 0, start, start
    while quiet < QUIET_LOOKS:
        now, at = look(), time.monotonic()
        quiet = quiet + 1 if is_complete(now) else 0
        lagged_at = at if now["lag_seconds"] >= SETTLED_LAG_SECONDS else lagged_at
        is_settled = at - start > SETTLED_AFTER_SECONDS and lagged_at < at
        has_topics = not now["is_recounting"] or at - lagged_at > PATIENCE_FOR_TOPICS_SECONDS
        if (is_settled and has_topics) or at - start > PATIENCE_SECONDS:
            return
        if time.monotonic() - told_at >= TELL_SECONDS:
            tell(f"What was stored last is still being counted ({now['lag_seconds']:,.0f} s behind) …")
            told_at = time.monotonic()
        time.sleep(POLL_SECONDS)


def tell_line(found: Mapping[str, Any]) -> str:
    """One alarm for people."""
    segment = found["segment"]
    place = " ".join(str(value) for value in segment.values() if value and value is not True) or "all"
    families = ", ".join(found["families"])
    return (
        f"{found['date']}  {found['cause']:<15}  since {found['started']}  {families}  ({place})  {found['score']:,.0f}"
    )


def write_line(found: Mapping[str, Any]) -> str:
    """One alarm for programs."""
    names = ("date", "segment", "families", "cause", "score", "started")
    return json.dumps({name: found[name] for name in names}, ensure_ascii=False)
