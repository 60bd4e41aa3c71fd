"""A data directory for `benchmarks/page_times.py`: one project with so many spans, and rows in every other table.

What single things need (an alert, a dataset that was built, a queue) is that of the test of isolation, which has one of
each; what pages list is copied until there are as many as a busy project has.
"""

import copy
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import query
from benchmarks.page_copies import multiply

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.isolation.world import Side
    from tracing.store import Store

FIRST_ID = 1000
MODES, ALERTS, ALARMS, EVENTS, ITEMS = 50, 300, 40, 200, 2000
SEGMENT_DAYS = 180
TABLES = (
    *query.FILL,
    *("feedback", "labels", "confirmations", "failing_turns", "observations", "tool_runs", "asks", "settled_reviews"),
)
MARK = "filled"
MADE_SPANS = 1_000_000
"""More are copies of so many."""


def open_directory(directory: Path, spans: int) -> "tuple[Store, Side]":
    """The platform's store in the directory, filled unless it is, and the project in it."""
    os.environ |= {"TACIT_DATA_DIR": str(directory), "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from tests.isolation.world import Side, make_side
    from tracing.models import Project
    from tracing.store import get_store

    call_command("migrate", verbosity=0)
    store, mark = get_store(), directory / MARK
    store.migrate()
    if mark.exists():
        project = Project.objects.get(pk=FIRST_ID)
        return store, Side(project, project.slug.removeprefix("side-"), FIRST_ID)
    side = make_side(store, FIRST_ID)
    copy_rows(side)
    fill(store, side, spans)
    mark.touch()
    return store, side


def fill(store: "Store", side: "Side", spans: int) -> None:
    from drift.detectors import BY_NAME
    from feedback.failures.records import VECTOR_WIDTH

    more = {
        "metrics": sorted(BY_NAME),
        "modes": [*range(1, MODES), side.first_id],
        "queue": side.first_id,
        "vector_bytes": VECTOR_WIDTH,
    }
    times = max(1, spans // MADE_SPANS)
    query.fill(store, spans // times, side.project.pk, TABLES, **more)
    multiply(store, side.project.pk, times, TABLES)
    query.count_all_hours(store, side.project.pk)
    query.fill(store, 1, side.project.pk, ["drift_days"], **more)
    store.execute("DROP TABLE sentences")
    catch_up(store)


def catch_up(store: "Store") -> None:
    """Stages have done all that there is."""
    import config.urls  # noqa: F401 -- every stage is known then
    from tracing.stages import STAGES

    names = list(STAGES)
    store.insert("watermarks", {"stage": names, "done_until": [datetime.now(UTC)] * len(names)})


def copy_rows(side: "Side") -> None:
    """As many modes, alerts, alarms, changes of the app and items of a queue as a busy project has."""
    from drift.models import Alert, DriftAlarm, LedgerEvent
    from feedback.models import FailureMode, ReviewItem

    hour, day = timedelta(hours=1), timedelta(days=1)
    pk = side.first_id
    copy_row(FailureMode, pk, MODES, lambda row, n: {"number": n, "last_time": row.last_time - n * hour})
    copy_row(Alert, pk, ALERTS, lambda row, n: {"number": n, "opened_at": row.opened_at - n * hour})
    copy_row(DriftAlarm, pk, ALARMS, lambda row, n: {"day": row.day - n * day, "started": row.started - n * day})
    copy_row(LedgerEvent, pk, EVENTS, lambda row, n: {"time_ns": row.time_ns - n * 10**13, "trace_id": f"{n:032x}"})
    copy_row(ReviewItem, pk, ITEMS, lambda _, n: {"place": pk + n, "conversation_id": f"conversation-{n}"})
    keep_outlook(side)


def copy_row(model: "type[Model]", pk: int, count: int, change: "Callable[[Any, int], dict[str, Any]]") -> None:
    """Copies of a row, each changed by its number, which begins with 1."""
    row, copies = model._base_manager.get(pk=pk), []
    for number in range(1, count):
        each = copy.copy(row)
        each.pk = None
        for name, value in change(row, number).items():
            setattr(each, name, value)
        copies.append(each)
    model._base_manager.bulk_create(copies)


def keep_outlook(side: "Side") -> None:
    """Half a year of six segments, with every metric."""
    from django.utils import timezone

    from drift.detectors import BY_NAME
    from drift.watching import outlooks
    from drift.watching.segments import SegmentName

    until = timezone.now().date() - timedelta(days=1)
    days = [until - timedelta(days=n) for n in reversed(range(SEGMENT_DAYS))]
    series = tuple(100.0 + n % 7 for n in range(SEGMENT_DAYS))
    lines = [outlooks.Line(name, "", series, series) for name in sorted(BY_NAME)]
    segments = [
        outlooks.SegmentOutlook(
            SegmentName(f"service-{n % 3}", "test" if n < 3 else "production"),
            *("watching", 0, 500.0, series, series, {"input": series}, lines),
        )
        for n in range(6)
    ]
    outlooks.keep_outlook(side.project.pk, outlooks.Outlook(days, segments, timezone.now()), 2)
