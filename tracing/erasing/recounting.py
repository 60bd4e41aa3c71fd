"""Figures that counted what is erased: counted anew, and what they were before goes, as it may tell of somebody."""

import time

from tracing.erasing.files import delete_counted
from tracing.erasing.places import Erased
from tracing.rollups import count_hours
from tracing.store import Store


def count_hours_anew(store: Store, erased: Erased) -> None:
    """`generation_hours`."""
    version = time.time_ns() // 1000
    count_hours(store, [(erased.project.pk, str(hour)) for hour in erased.hours])
    forget_older(store, "generation_hours", "tracing/sql/erased_hours.sql", erased, version)


def forget_older(store: Store, table: str, path: str, erased: Erased, version: int) -> None:
    """Delete what was counted before `version`, and what says that nothing is there."""
    delete_counted(store, path, table, erased.project.pk, version=version)
