"""A report behind an alarm is asked for by a person, made in the background, and kept with the alarm.

Whoever makes it may be cut off anywhere: a report that waits is begun again, a few times at most. It is made in a
process of its own (`report_process`), which knows none of this server's secrets.
"""

import gzip
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from drift.detection.watch import TOLD
from drift.explaining.columns import Column, build_columns
from drift.explaining.windows import load_windows
from drift.models import DriftAlarm, DriftReport
from drift.observing.topics import load_topics
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, StoreUnavailableError

logger = logging.getLogger(__name__)

NAME = "reports"
MOST_ATTEMPTS = 3
TIMEOUT_SECONDS = 100
"""Less than a lease lasts; it takes about seven."""
MODULE = "drift.explaining.report_process"
ROOT = Path(__file__).parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")


class ReportError(Exception):
    """A report cannot be made; the message says why, to people."""


def ask_report(alarm: DriftAlarm, now: datetime) -> DriftReport:
    """Have a report made, unless one waits; one that there was stays until then."""
    asked = {"state": DriftReport.State.WAITING, "asked_at": now, "attempts": 0, "problem": ""}
    report, is_new = DriftReport.objects.defer("html").get_or_create(alarm=alarm, defaults=asked)
    if not is_new and report.state != DriftReport.State.WAITING:
        DriftReport.objects.filter(pk=report.pk).update(**asked)
        report.refresh_from_db(fields=list(asked))
    return report


def find_report(alarm: DriftAlarm) -> DriftReport | None:
    """Without its page, which is large."""
    return DriftReport.objects.filter(alarm=alarm).defer("html").first()


def read_page(alarm: DriftAlarm) -> bytes | None:
    """The page of the latest report that was made."""
    kept = DriftReport.objects.filter(alarm=alarm).values_list("html", flat=True).first()
    return gzip.decompress(bytes(kept)) if kept else None


def list_waiting() -> QuerySet[DriftReport]:
    """The longest first, without their pages."""
    waiting = DriftReport.objects.filter(state=DriftReport.State.WAITING)
    return waiting.defer("html").select_related("alarm").order_by("asked_at", "pk")


def make_reports(store: Store) -> int:
    """Make those that wait; of how many."""
    count = 0
    while not STOPPING.is_set() and make_next(store):
        count += 1
    return count


def make_next(store: Store) -> bool:
    """Whether there was one, and nobody else is at it."""
    with hold_lease(NAME) as held:
        report = list_waiting().first() if held else None
        return report is not None and finish_report(store, report)


def finish_report(store: Store, report: DriftReport) -> bool:
    """Keep the report, or why there is none; False where the store does not answer and it goes on waiting."""
    if report.attempts >= MOST_ATTEMPTS:
        keep(report, state=DriftReport.State.FAILED, problem="It was begun three times and never ended. Ask again.")
        return True
    keep(report, attempts=report.attempts + 1)
    try:
        page = make_report(store, report.alarm).encode()
    except StoreUnavailableError:
        keep(report, attempts=report.attempts)
        return False
    except Exception as error:
        logger.exception("report of alarm %d of project %d", report.alarm.pk, report.alarm.project_id)
        problem = str(error) if isinstance(error, ReportError) else "It cannot be made. The server's log says why."
        keep(report, state=DriftReport.State.FAILED, problem=problem[:500])
    else:
        ready = {"state": DriftReport.State.READY, "made_at": datetime.now(UTC), "size": len(page)}
        keep(report, html=gzip.compress(page, mtime=0), **ready)
    return True


def keep(report: DriftReport, **fields: Any) -> None:
    DriftReport.objects.filter(pk=report.pk).update(**fields)


def make_report(store: Store, alarm: DriftAlarm) -> str:
    """The report as a page that holds all it needs. Raises ReportError where there is nothing to compare."""
    columns = list_columns(store, alarm)
    if not columns:
        raise ReportError("Nothing was measured both before and since: no conversation of one side is kept any more.")
    html: str = ask_process(columns)["html"]
    return html


def list_columns(store: Store, alarm: DriftAlarm) -> list[Column]:
    before, since = load_windows(store, alarm)
    return build_columns(before, since, alarm.moves, load_topics(alarm.project_id))


def ask_process(columns: Sequence[Column]) -> dict[str, Any]:
    """What `report_process.make_report` gives."""
    order = json.dumps({"columns": [asdict(column) for column in columns], "threshold": TOLD})
    with tempfile.TemporaryDirectory(prefix="tacit-report-") as home:
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", MODULE],
            input=order.encode(),
            capture_output=True,
            cwd=ROOT,
            env=kept | {"HOME": home, "DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore"},
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the process ended with {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}")
    made: dict[str, Any] = json.loads(done.stdout)
    return made
