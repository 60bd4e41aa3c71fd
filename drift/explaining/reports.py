"""A report behind an alarm is asked for by a person, made in the background, and kept with the alarm.

Whoever makes it may be cut off anywhere: what was begun long ago and still waits is begun again, a few times at most.
It is made in a process of its own (`report_process`), which knows none of this server's secrets.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet

from drift.detection.watch import TOLD
from drift.explaining.columns import Column, build_columns
from drift.explaining.windows import load_windows
from drift.models import DriftAlarm, DriftReport
from drift.observing.topics import load_topics
from tracing.stages import STOPPING
from tracing.store import Store, StoreUnavailableError

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
GIVEN_UP_AFTER = timedelta(minutes=10)
"""Whoever began so long ago is no more."""
TIMEOUT_SECONDS = 300
"""It takes about seven, and many times that where a small machine has much to do."""
MODULE = "drift.explaining.report_process"
ROOT = Path(__file__).parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")


class ReportError(Exception):
    """A report cannot be made; the message says why, to people."""


def ask_report(alarm: DriftAlarm, now: datetime) -> DriftReport:
    """Have a report made, unless one waits; one that there was stays until then."""
    asked = {"state": DriftReport.State.WAITING, "asked_at": now, "begun_at": None, "attempts": 0, "problem": ""}
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


def list_waiting(now: datetime) -> QuerySet[DriftReport]:
    """That nobody is at, the longest first, without their pages."""
    free = Q(begun_at__isnull=True) | Q(begun_at__lt=now - GIVEN_UP_AFTER)
    waiting = DriftReport.objects.filter(free, state=DriftReport.State.WAITING)
    return waiting.defer("html").select_related("alarm").order_by("asked_at", "pk")


def make_reports(store: Store, now: datetime) -> int:
    """Make those that wait; of how many."""
    count = 0
    for report in list_waiting(now):
        if not STOPPING.is_set() and begin(report, now):
            finish(store, report)
            count += 1
    return count


def begin(report: DriftReport, now: datetime) -> bool:
    """Whether it is ours to make: no other process began it meanwhile, and it was not begun too often."""
    untouched = DriftReport.objects.filter(pk=report.pk, attempts=report.attempts, asked_at=report.asked_at)
    if report.attempts < MOST_ATTEMPTS:
        return bool(untouched.update(attempts=report.attempts + 1, begun_at=now))
    problem = "It was begun three times and never ended. The server's log may say why."
    untouched.update(state=DriftReport.State.FAILED, problem=problem)
    return False


def finish(store: Store, report: DriftReport) -> None:
    """Keep the report, or why there is none; where the store does not answer, it goes on waiting."""
    try:
        page = make_report(store, report.alarm).encode()
    except StoreUnavailableError:
        keep(report, attempts=report.attempts, begun_at=None)
    except Exception as error:
        logger.exception("report of alarm %d of project %d", report.alarm.pk, report.alarm.project_id)
        problem = str(error) if isinstance(error, ReportError) else "It cannot be made. The server's log says why."
        keep(report, state=DriftReport.State.FAILED, problem=problem[:500])
    else:
        ready = {"state": DriftReport.State.READY, "made_at": datetime.now(UTC), "size": len(page)}
        keep(report, html=gzip.compress(page, mtime=0), **ready)


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
        done = run_process(order, home)
    if done.returncode:
        raise RuntimeError(f"the process ended with {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}")
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def run_process(order: str, home: str) -> subprocess.CompletedProcess[bytes]:
    """Give the process its order and little else, and wait for what it says."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    try:
        return subprocess.run(
            [sys.executable, "-m", MODULE],
            input=order.encode(),
            capture_output=True,
            cwd=ROOT,
            env=kept | {"HOME": home, "DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore"},
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ReportError("It took too long, so this server has much to do. Try again later.") from None
