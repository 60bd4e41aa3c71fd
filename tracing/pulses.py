"""What processes do is written to Django's database and read from it: who works, what stages did, how far they are
behind.

Every process that works writes its pulse; pages, figures, alerts and `tacit doctor` read all of them.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum

from tracing.activity import Activity, Done, floor_minute
from tracing.models import StageMinute, WorkerPulse
from tracing.stages import STAGES, hold_lease
from tracing.store import Store

SILENT_AFTER = timedelta(minutes=1)
"""Workers are told to look each second: who was not seen for so long is not there, or does not hear it."""
KEPT = timedelta(days=1)
NAME = "measuring"
"""Of the lease on measuring lags: one process is enough."""


@dataclass(frozen=True, slots=True)
class Work:
    """Whether anybody works: when somebody was seen to last, and what takes long."""

    at: datetime
    task: str = ""
    task_since: datetime | None = None

    def find_silence(self, now: datetime) -> timedelta | None:
        """How long nobody was heard, where that is too long."""
        silence = now - self.at
        return silence if silence > SILENT_AFTER else None


def write_pulse(activity: Activity, now: datetime) -> None:
    """That this process works, and what its stages did since it was written last. Each row by itself: processes that
    hold several rows would wait for each other."""
    seen, done = activity.look(), dict(activity.take())
    try:
        if seen.at is not None:
            told = {"at": seen.at, "task": seen.task[:100], "task_since": seen.since}
            WorkerPulse.objects.update_or_create(holder=name_process(), defaults=told)
        while done:
            (stage, minute), each = next(iter(done.items()))
            add_done(stage, minute, each)
            del done[stage, minute]
        WorkerPulse.objects.filter(at__lt=now - KEPT).delete()
    except Exception:
        activity.give_back(done)
        raise


def add_done(stage: str, minute: datetime, done: Done) -> None:
    row, _ = StageMinute.objects.get_or_create(stage=stage, minute=minute)
    StageMinute.objects.filter(pk=row.pk).update(done=F("done") + done.count, seconds=F("seconds") + done.seconds)


def name_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def end_pulse() -> None:
    """This process works no longer, and nobody waits for it."""
    WorkerPulse.objects.filter(holder=name_process()).delete()


def read_work() -> Work | None:
    """Who was seen last; None where nobody ever was."""
    pulse = WorkerPulse.objects.order_by("-at").first()
    return Work(pulse.at, pulse.task, pulse.task_since) if pulse else None


def measure_stages(store: Store, now: datetime) -> bool:
    """Write down how far each stage is behind in this minute, unless another process did; whether it was done here."""
    minute = floor_minute(now)
    with hold_lease(NAME) as held:
        if not held or StageMinute.objects.filter(minute=minute, lag_seconds__isnull=False).exists():
            return False
        for stage in list(STAGES.values()):
            wait = stage.measure_wait(store)
            told = {"lag_seconds": wait.seconds, "waiting": wait.rows}
            StageMinute.objects.update_or_create(stage=stage.name, minute=minute, defaults=told)
        StageMinute.objects.filter(minute__lt=now - KEPT).delete()
    return True


@dataclass(frozen=True, slots=True)
class Measured:
    """How far a stage was behind at a time."""

    minute: datetime
    lag_seconds: float


def list_measured(since: datetime) -> dict[str, list[Measured]]:
    """What was measured of each stage, oldest first."""
    rows = StageMinute.objects.filter(minute__gte=since, lag_seconds__isnull=False).order_by("minute")
    found: dict[str, list[Measured]] = {}
    for stage, minute, lag in rows.values_list("stage", "minute", "lag_seconds"):
        found.setdefault(stage, []).append(Measured(minute, lag or 0.0))
    return found


def find_behind(measured: Sequence[Measured], limit_seconds: float) -> datetime | None:
    """Since when each look found the stage further behind than the limit; None where the last one did not."""
    since = None
    for each in reversed(measured):
        if each.lag_seconds <= limit_seconds:
            break
        since = each.minute
    return since


def sum_done(since: datetime) -> dict[str, Done]:
    """What each stage did."""
    rows = StageMinute.objects.filter(minute__gte=since).values("stage").annotate(n=Sum("done"), s=Sum("seconds"))
    return {row["stage"]: Done(row["n"] or 0, row["s"] or 0.0) for row in rows}


def find_last_done() -> dict[str, datetime]:
    """The minute in which each stage did something last, of the last day."""
    rows = StageMinute.objects.filter(done__gt=0).order_by("minute").values_list("stage", "minute")
    return dict(rows)
