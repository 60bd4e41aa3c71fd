"""The busiest minutes of a day with a million model calls: a real server, calls at their rate, pages looked at.

    python -m benchmarks.scale.peak                                    25 calls a second for five minutes
    python -m benchmarks.scale.peak --rate 12 --seconds 120

Prints the share of two cores that the server took, how far each stage was behind, and how long pages took. The load is
made by this process, on the same cores, and is not counted.
"""

import argparse
import statistics
import sys
import threading
import time
import urllib.request
from pathlib import Path

from benchmarks.scale.traffic import Traffic

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from ingest import LocalServer, send  # isort: skip -- a script beside this package

CORES = 2
WARMING_SECONDS = 60
LOOK_SECONDS = 2.0
PAGES = ("/p/default/", "/p/default/conversations", "/p/default/traces", "/api/v1/generations?limit=50")


class Looker(threading.Thread):
    """Somebody who looks at one page after the other, and at how far the stages are."""

    def __init__(self, server: LocalServer) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._stopped = threading.Event()
        self.seconds: dict[str, list[float]] = {page: [] for page in PAGES}
        self.lags: dict[str, list[float]] = {}

    def run(self) -> None:
        number = 0
        while not self._stopped.wait(LOOK_SECONDS):
            page = PAGES[number % len(PAGES)]
            number += 1
            start = time.perf_counter()
            with urllib.request.urlopen(f"{self._server.url}{page}", timeout=60) as answer:  # noqa: S310
                answer.read()
            self.seconds[page].append(time.perf_counter() - start)
            for stage, lag in self._server.get_json("stats")["lag"].items():
                self.lags.setdefault(stage, []).append(float(lag))

    def stop(self) -> None:
        self._stopped.set()
        self.join(90)


def send_steadily(server: LocalServer, traffic: Traffic, rate: int, seconds: int) -> None:
    """So many calls each second, five a request."""
    start = time.monotonic()
    for second in range(seconds):
        requests = list(traffic.make_requests(rate, 5))
        send(server.url, 2, requests)
        time.sleep(max(0.0, start + second + 1 - time.monotonic()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=25)
    parser.add_argument("--seconds", type=int, default=300)
    arguments = parser.parse_args()
    traffic = Traffic("chat", seed=2)
    with LocalServer() as server:
        send_steadily(server, traffic, arguments.rate, WARMING_SECONDS)
        looker = Looker(server)
        before, start = server.read_cpu_seconds(), time.monotonic()
        looker.start()
        send_steadily(server, traffic, arguments.rate, arguments.seconds)
        took, passed = server.read_cpu_seconds() - before, time.monotonic() - start
        looker.stop()
        memory = server.read_memory_mb()
    calls = arguments.rate * arguments.seconds
    print(f"{calls:,} calls in {passed:.0f} s: {100 * took / passed / CORES:.0f} % of two cores,")
    print(f"{1000 * took / calls:.1f} s of the processor for 1,000 calls, pages included; {memory:,.0f} MB at most")
    print("| stage | behind, median s | most s |\n| --- | --- | --- |")
    for stage, lags in sorted(looker.lags.items()):
        print(f"| {stage} | {statistics.median(lags):.1f} | {max(lags):.1f} |")
    print("| page | median ms | slowest ms |\n| --- | --- | --- |")
    for page, seconds in looker.seconds.items():
        if seconds:
            print(f"| {page} | {1000 * statistics.median(seconds):.0f} | {1000 * max(seconds):.0f} |")


if __name__ == "__main__":
    main()
