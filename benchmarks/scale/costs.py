"""What each stage costs for 1,000 model calls: processor time, memory and disk, on an embedded store of its own.

    python -m benchmarks.scale.costs                                 two minutes each at 2 and at 20 calls a second,
                                                                     then 10,000 at once; chat, history and agent
    python -m benchmarks.scale.costs --kinds chat --rates 10 --seconds 60 --bulk 0
    python -m benchmarks.scale.costs --out benchmarks/scale/measured.json

In this process, one thing at a time: requests go through the WSGI application of the receiver, the tasks of Celery's
schedule run when they are due, and what the process takes meanwhile is theirs (see `meter.py`). HTTP itself is not in
it. Bulk is from the first request until no stage has anything to do.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.scale.meter import Meter
from benchmarks.scale.traffic import KINDS, Traffic

RECEIVING, LOAD = "receiving", "making the load"
TURNS_A_REQUEST = 5
TURNS_OF_BULK = 100
WARMING_CALLS = 200
THOUSAND = 1000
CALM_ROUNDS = 3
PATIENCE_SECONDS = 1200


@contextmanager
def prepare(directory: str) -> Iterator[None]:
    """Django and the store in this directory."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "TACIT_DATA_DIR": directory}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tracing.ingest import stop_ingest
    from tracing.store import close_store, get_store

    get_store().migrate()
    try:
        yield
    finally:
        stop_ingest()
        close_store()


class Installation:
    """Receiver and stages, driven by who measures."""

    def __init__(self) -> None:
        from celery.signals import task_postrun, task_prerun

        from config.celery import app

        app.loader.import_default_modules()
        self.periods = {name: float(entry["schedule"]) for name, entry in app.conf.beat_schedule.items()}
        self._app = app
        self.meter = Meter()
        self.tables: dict[str, set[str]] = {}
        self._open: list[AbstractContextManager[None]] = []
        task_prerun.connect(self._begin, weak=False)
        task_postrun.connect(self._end, weak=False)
        self._note_inserts()

    def run(self, name: str) -> None:
        self._app.tasks[name].apply()

    def run_until_done(self) -> None:
        """All tasks, again and again, until no stage has anything to do."""
        from tracing.stages import STAGES
        from tracing.store import get_store

        until, calm = time.monotonic() + PATIENCE_SECONDS, 0
        while calm < CALM_ROUNDS:
            for name in self.periods:
                self.run(name)
            calm = 0 if any(stage.measure_lag(get_store()) for stage in STAGES.values()) else calm + 1
            if time.monotonic() > until:
                sys.exit("The stages have not done it all in twenty minutes.")
            time.sleep(0.2)

    def tell_stages(self) -> dict[str, dict[str, Any]]:
        """What each thing took, and the tables that it wrote."""
        self.meter.settle()
        return {
            name: {**asdict(cost), "tables": sorted(self.tables.get(name, ()))}
            for name, cost in self.meter.costs.items()
        }

    def _begin(self, sender: Any = None, **_named: Any) -> None:
        context = self.meter.measure(sender.name)
        context.__enter__()
        self._open.append(context)

    def _end(self, **_named: Any) -> None:
        self._open.pop().__exit__(None, None, None)

    def _note_inserts(self) -> None:
        """Remember which tables are written by what."""
        from tracing.store import get_store

        store, insert = get_store(), get_store().insert

        def noted(table: str, columns: Any) -> None:
            self.tables.setdefault(self.meter.name, set()).add(table)
            insert(table, columns)

        vars(store)["insert"] = noted


def post(body: bytes) -> None:
    """A request to the receiver, as the web server hands it over."""
    from tracing.receive.http import otlp_application

    answers: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/v1/traces",
        "CONTENT_TYPE": "application/x-protobuf",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
    }
    list(otlp_application(environ, lambda status, *_: answers.append(status)))  # type: ignore[arg-type]
    if not answers[0].startswith("200"):
        sys.exit(f"The receiver said {answers[0]}")


def run_steadily(installation: Installation, traffic: Traffic, rate: float, seconds: int) -> int:
    """So many calls a second, each task when it is due; how many calls."""
    sent, owed = 0, 0.0
    for second in range(seconds):
        began = time.monotonic()
        owed += rate
        calls = int(owed // traffic.calls_a_turn) * traffic.calls_a_turn
        owed -= calls
        sent += calls
        send(installation, traffic, calls, TURNS_A_REQUEST)
        for name, period in installation.periods.items():
            if second % max(1, int(period)) == 0:
                installation.run(name)
        time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
    return sent


def send(installation: Installation, traffic: Traffic, calls: int, turns_a_request: int) -> None:
    with installation.meter.measure(LOAD):
        requests = list(traffic.make_requests(calls, turns_a_request)) if calls else []
    for body in requests:
        with installation.meter.measure(RECEIVING):
            post(body)


def measure_one(kind: str, rate: float, seconds: int, bulk: int) -> dict[str, Any]:
    """One run in this process: steady where there is a rate, else in bulk."""
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as directory, prepare(directory):
        from tracing.store import get_store

        installation, traffic = Installation(), Traffic(kind, seed=1)
        send(installation, traffic, WARMING_CALLS, TURNS_A_REQUEST)
        installation.run_until_done()
        installation.meter.forget()
        if rate:
            calls = run_steadily(installation, traffic, rate, seconds)
        else:
            calls = bulk
            send(installation, traffic, calls, TURNS_OF_BULK)
            installation.run_until_done()
        stages = installation.tell_stages()
        time.sleep(2.0)  # what the engine writes a little later
        [told] = get_store().query("benchmarks/sql/attribute_bytes.sql")
        columns = get_store().query("benchmarks/sql/disk_by_column.sql")
        parts = get_store().query("benchmarks/sql/disk_by_table.sql")
    load = {"rate": rate, "seconds": seconds} if rate else {"bulk": bulk}
    disk = {row["table"]: {"data": row["data_bytes"], "indexes": row["index_bytes"]} for row in parts}
    largest = {f"{row['table']}.{row['column']}": row["bytes"] for row in columns}
    return {"kind": kind, **load, "calls": calls, **told, "stages": stages, "disk": disk, "columns": largest}


def show(run: dict[str, Any]) -> None:
    """A table of what each thing took."""
    load = (
        f"{run['rate']:g} calls a second for {run['seconds']} s" if "rate" in run else f"{run['bulk']:,} calls at once"
    )
    print(f"\n{run['kind']}, {load}: {run['calls']:,} calls")
    stages = {name: cost for name, cost in run["stages"].items() if name != LOAD}
    whole = sum(cost["seconds"] for cost in stages.values())
    print("| what | CPU s per 1,000 calls | share | most MB |\n| --- | --- | --- | --- |")
    for name, cost in sorted(stages.items(), key=lambda each: -each[1]["seconds"]):
        if cost["seconds"] > whole / 200:
            seconds = THOUSAND * cost["seconds"] / run["calls"]
            print(f"| {name} | {seconds:.2f} | {100 * cost['seconds'] / whole:.0f} % | {cost['most_mb']:.0f} |")
    print(f"| all | {THOUSAND * whole / run['calls']:.2f} | | |")
    spans = run["spans"]
    print(f"\n{spans:,} spans of {run['attribute_bytes'] / spans:,.0f} bytes; bytes a span on disk:")
    print("| table | rows | indexes |\n| --- | --- | --- |")
    for table, size in sorted(run["disk"].items(), key=lambda each: -sum(each[1].values())):
        if sum(size.values()) > 10 * spans:
            print(f"| {table} | {size['data'] / spans:,.0f} | {size['indexes'] / spans:,.0f} |")
    print(f"| all | {sum(sum(size.values()) for size in run['disk'].values()) / spans:,.0f} | |", flush=True)


def start(kind: str, *options: str) -> dict[str, Any]:
    """A run in a process of its own, so that none has the memory of another."""
    command = [sys.executable, "-m", "benchmarks.scale.costs", "--only", kind, *options]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    run: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    show(run)
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rates", nargs="*", type=float, default=(2.0, 20.0), help="calls a second")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--bulk", type=int, default=10_000, help="calls at once; 0 for none")
    parser.add_argument("--out", type=Path, help="a file for what was measured")
    parser.add_argument("--only", choices=KINDS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        rate = arguments.rates[0] if arguments.rates else 0.0
        print(json.dumps(measure_one(arguments.only, rate, arguments.seconds, arguments.bulk)))
        return
    runs = []
    for kind in arguments.kinds:
        seconds = ("--seconds", str(arguments.seconds))
        runs += [start(kind, "--rates", str(rate), *seconds) for rate in arguments.rates]
        if arguments.bulk:
            runs.append(start(kind, "--rates", "--bulk", str(arguments.bulk)))
    if arguments.out:
        arguments.out.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
