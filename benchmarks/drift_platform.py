"""How long a backtest of stored days takes on the platform, and where the time goes.

    python -m benchmarks.drift_platform [--segments 20] [--days 90] [--conversations 1000000]

Made-up days (`benchmarks/drift_worlds.py`) are written as rows of days, for the days that are walked over and a
baseline of half a year before them, so that there are as many conversations as asked for.
"""

import argparse
import os
import tempfile
import time
from datetime import date, timedelta

SERVICES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=20)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--conversations", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        open_platform(directory)
        measure(asked.segments, asked.days, asked.conversations)


def open_platform(directory: str) -> None:
    os.environ["TACIT_DATA_DIR"] = directory
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config.databases import migrate_databases

    migrate_databases()


def measure(segments: int, days: int, conversations: int) -> None:
    from drift.detection.watch import find_bound, watch
    from drift.watching.alarms import HISTORY, find_alarms, load_watched
    from tracing.models import DEFAULT_PROJECT, Project
    from tracing.store import get_store

    store, project_id = get_store(), Project.objects.get(slug=DEFAULT_PROJECT).pk
    whole = HISTORY.days + days
    last = fill(project_id, segments, whole, conversations / segments / whole)
    since = last - timedelta(days=days - 1)
    began = time.process_time()
    found = load_watched(store, project_id, last, since=since)
    read = time.process_time()
    bound = find_bound(len(found))
    for each in found:
        watch(each.segment, bound, goes_on=True)
    walked = time.process_time()
    start = time.monotonic()
    alarms = find_alarms(store, project_id, last, since=since)
    ended, slept = time.process_time(), time.monotonic() - start
    print(f"{len(found)} segments are watched; {len(alarms)} alarms in {days} days")
    print(f"reading {read - began:.1f} s of a core, walking {walked - read:.1f} s")
    print(f"the whole backtest {ended - walked:.1f} s of a core, {slept:.1f} s by the clock")


def fill(project_id: int, segments: int, days: int, traffic: float) -> date:
    """Services with several models each; the last day that has rows."""
    from benchmarks.drift_rows import find_first, list_rows
    from benchmarks.drift_worlds import Kindness, make_segment
    from drift.observing.records import write_days
    from tracing.store import get_store

    parts = max(1, segments - SERVICES)
    last = date.min
    for number in range(parts):
        world = make_segment(number, days, Kindness(traffic=traffic * segments / parts))
        rows = list(
            list_rows(world, find_first(world), service=f"service {number % SERVICES}", model=f"model {number}")
        )
        write_days(get_store(), project_id, rows, [], 1)
        last = max(last, rows[-1].day)
    return last


if __name__ == "__main__":
    main()
