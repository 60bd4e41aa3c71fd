"""How long the server takes for each page at so many spans: every page there is, found in the URLconf.

    python -m benchmarks.page_times                             100,000 spans, in a directory that goes again
    python -m benchmarks.page_times --spans 1000000             goal: p95 under 150 ms for each page
    python -m benchmarks.page_times --spans 10000000            goal: under 500 ms
    python -m benchmarks.page_times --directory D               keeps the store in D, and takes it from there again
    python -m benchmarks.page_times --only overview --queries   one page, and what each of its queries takes
    python -m benchmarks.page_times --only overview --profile   and where Python spends its time
    python -m benchmarks.page_times --directory D --serve 8718  serves the pages alone, to look at them

Requests go through Django's test client in one process with the embedded engine: middleware, view, queries and
template, without the network. What large projects keep of their queries for some seconds is forgotten before each; how
long a page takes that was looked at just before is told beside. CPU is that of the process, the engine's threads with
it: on a machine that others use it says more than the clock.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.page_store import open_directory

if TYPE_CHECKING:
    from django.test import Client

    from tests.isolation.world import Side
    from tracing.store import Store

RUNS = 20
MOST_SECONDS = 20
GOALS_MS = {1_000_000: 150, 10_000_000: 500}
VARIANTS = (
    *("?range=30d", "?environment=production&service_name=service-1", "conversations?q=battery"),
    *(
        'conversations?q="battery invoice"',
        "conversations?q=model:model-1 user:user-7",
        "conversations?signal=rephrase",
    ),
    *("conversations?sort=dissatisfied", "conversations?q=dissatisfied>0.7", "conversations?thumbs=down"),
    *("conversations?range=24h", "tasks?q=tool:tool_3 steps>5", "drift?days=180"),
)
"""Addresses beneath that of the project, besides those of the URLconf as they stand."""


@dataclass(frozen=True, slots=True)
class Page:
    """An address and what it is called."""

    name: str
    address: str


@dataclass
class Times:
    """Milliseconds of each run."""

    page: Page
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    again: tuple[float, float] = (0.0, 0.0)
    """Of the page when it was looked at just before: of the clock, and of the processor."""
    size: int = 0
    queries: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    @property
    def high(self) -> float:
        return statistics.quantiles(self.wall, n=20, method="inclusive")[18]


def list_pages(side: "Side", spans: int) -> list[Page]:
    """Every address that can be read and is no REST; whose parts are those of a thing that is there."""
    from tests.isolation.routes import list_routes

    middle = f"conversation-{spans // 16}"
    found = []
    for route in list_routes():
        requirement = route.find_requirement("GET")
        if route.is_rest or requirement is None or requirement.exports:
            continue
        try:
            [address, *_] = route.fill(side, side)
        except LookupError:
            continue
        address = address.replace(side.conversation, middle)
        found.append(Page(route.names[0], f"{address}?{route.query.format(first_id=side.first_id)}".rstrip("?")))
    of_project = f"/p/{side.project.slug}/"
    return [*found, *(Page(each, of_project + each.replace(" ", "+")) for each in VARIANTS)]


def measure(client: "Client", page: Page, runs: int) -> Times | None:
    """None where it is no page to look at."""
    from tracing.kept_queries import forget

    times, begin = Times(page), time.perf_counter()
    for _ in range(runs + 1):
        forget()
        start, cpu = time.perf_counter(), time.process_time()
        answer = client.get(page.address)
        body = b"".join(answer)
        times.wall.append(1000 * (time.perf_counter() - start))
        times.cpu.append(1000 * (time.process_time() - cpu))
        if answer.status_code >= 500:
            print(f"{answer.status_code} {page.address}", flush=True)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            return None
        times.size = len(body)
        if len(times.wall) > 3 and time.perf_counter() - begin > MOST_SECONDS:
            break
    del times.wall[0], times.cpu[0]
    times.again = min(measure_once(client, page) for _ in range(3))
    with count_queries() as asked:
        client.get(page.address)
    times.queries = sum(len(each) for each in asked.values())
    return times


def measure_once(client: "Client", page: Page) -> tuple[float, float]:
    start, cpu = time.perf_counter(), time.process_time()
    client.get(page.address)
    return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)


@contextmanager
def count_queries() -> Iterator[dict[str, list[tuple[float, float]]]]:
    """Milliseconds of each query of the store by its file: of the clock, and of the processor."""
    from tracing.store import Store

    asked: dict[str, list[tuple[float, float]]] = defaultdict(list)
    original = Store.query, Store.query_columns

    def watch(method: Any) -> Any:
        def ask(self: "Store", path: str, *given: Any, **named: Any) -> Any:
            start, cpu = time.perf_counter(), time.process_time()
            try:
                return method(self, path, *given, **named)
            finally:
                asked[path].append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)))

        return ask

    with patch.object(Store, "query", watch(original[0])), patch.object(Store, "query_columns", watch(original[1])):
        yield asked


def tell(times: list[Times], goal_ms: int) -> None:
    columns = ("p50 ms", "p95 ms", "best", "CPU ms", "again", "its CPU", "queries", "kB", "of goal")
    print(f"{'page':<48}", *(f"{name:>7}" for name in columns))
    for each in sorted(times, key=lambda each: -each.high):
        print(tell_times(each, goal_ms))


def tell_times(times: Times, goal_ms: int) -> str:
    taken = (times.median, times.high, min(times.wall), statistics.median(times.cpu))
    numbers = (*taken, *times.again, times.queries, times.size / 1000)
    share = f"{times.high / goal_ms:>7.2f}" if goal_ms else ""
    return " ".join((f"{times.page.name[:48]:<48}", *(f"{number:>7.0f}" for number in numbers), share))


def tell_queries(client: "Client", page: Page) -> None:
    from tracing.kept_queries import forget

    with count_queries() as asked:
        for _ in range(5):
            forget()
            client.get(page.address)
    for path, times in sorted(asked.items(), key=lambda each: -sum(cpu for _, cpu in each[1])):
        best, cpu = min(wall for wall, _ in times), sum(cpu for _, cpu in times) / 5
        print(f"    {path:<60} {len(times) // 5:>3} x, {best:>7.1f} ms at best, {cpu:>7.1f} ms of CPU in all")


def tell_profile(client: "Client", page: Page) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(5):
        client.get(page.address)
    profile.disable()
    pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(70)


def serve(port: int) -> None:
    """The pages alone, without stages, until it is stopped."""
    from config.http_server import HttpServer, bind
    from config.wsgi import application

    server = HttpServer(application, bind("127.0.0.1", port))
    server.start()
    while True:
        time.sleep(60)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=100_000, help="so many (default 100,000)")
    parser.add_argument("--directory", type=Path, help="keep the store here; where it is filled already, ask only")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of each page (default {RUNS})")
    parser.add_argument("--only", default="", help="pages whose names hold this, or one of these with commas between")
    parser.add_argument("--queries", action="store_true", help="tell what the queries of each page take")
    parser.add_argument("--profile", action="store_true", help="tell where Python spends its time")
    parser.add_argument("--verbose", action="store_true", help="tell each page at once, too")
    parser.add_argument("--serve", type=int, help="serve the pages at this port instead")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as folder:
        start = time.perf_counter()
        store, side = open_directory((options.directory or Path(folder)).resolve(), options.spans)
        spans = store.query("feedback/sql/stats.sql", project_id=side.project.pk)[0]["spans"]
        print(f"{spans:,} spans after {time.perf_counter() - start:.0f} s", flush=True)
        if options.serve:
            print(f"http://127.0.0.1:{options.serve}/p/{side.project.slug}/", flush=True)
            serve(options.serve)
        measure_all(options, side, spans)
        store.close()


def measure_all(options: argparse.Namespace, side: "Side", spans: int) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tracing.access.rights import Role

    client = Client(raise_request_exception=False, SERVER_NAME="localhost", REMOTE_ADDR="127.0.0.1")
    client.force_login(get_user_model().objects.get(username__startswith=Role.OWNER.value))
    pages = [each for each in list_pages(side, spans) if any(part in each.name for part in options.only.split(","))]
    times = []
    for page in pages:
        measured = measure(client, page, options.runs)
        times += [measured] if measured else []
        if measured and options.verbose:
            print(tell_times(measured, 0), flush=True)
        if measured and options.queries:
            print(page.address)
            tell_queries(client, page)
        if measured and options.profile:
            tell_profile(client, page)
    tell(times, next((goal for at, goal in GOALS_MS.items() if spans <= 2 * at), 0))


if __name__ == "__main__":
    main()
