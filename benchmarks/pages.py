"""How quick pages and REST are while spans come in, beside how quick they are when nothing does.

    python benchmarks/pages.py    a fresh `tacit up` with 20,000 spans; idle, then with 500 spans a second

Also: how long after its acknowledgement a conversation stands in the list of conversations.
"""

import argparse
import json
import statistics
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest import SPANS_PER_BATCH, LocalServer, build_batches, send  # isort: skip -- a script beside this one

ROUNDS = 20
PATIENCE_SECONDS = 120
BATCHES = 600
"""Enough for two minutes; after that the same spans come again."""


class Load:
    """Sends so many spans a second until it is stopped."""

    def __init__(self, url: str, spans_per_second: int) -> None:
        self.url = url
        self.pause = SPANS_PER_BATCH / spans_per_second
        self.batches = build_batches(BATCHES, seed=99)  # now: it would take the processor from what is measured
        self.sent = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            send(self.url, 1, [self.batches[self.sent % BATCHES]])
            self.sent += 1
            due += self.pause


def list_addresses(server: LocalServer) -> dict[str, str]:
    """What is asked for: pages, and REST."""
    generation = server.get_json("generations?limit=1")["items"][0]
    conversation = generation["conversation_id"]
    return {
        "overview": "/p/default/",
        "conversations": "/p/default/conversations",
        "one conversation": f"/p/default/conversations/{conversation}",
        "REST conversations": "/api/v1/conversations?limit=50",
        "REST generations": "/api/v1/generations?limit=50",
        "REST one trace": f"/api/v1/traces/{generation['trace_id']}",
    }


def measure_p95(server: LocalServer, addresses: dict[str, str]) -> dict[str, float]:
    """The 95th percentile in milliseconds for each, all asked in turn."""
    times: dict[str, list[float]] = {name: [] for name in addresses}
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            start = time.perf_counter()
            with urllib.request.urlopen(server.url + address, timeout=60) as answer:  # noqa: S310
                answer.read()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.quantiles(each, n=20)[-1] for name, each in times.items()}


def measure_visibility(server: LocalServer, batch: bytes) -> float:
    """Seconds from the acknowledgement of a conversation until it stands in the list."""
    request = ExportTraceServiceRequest.FromString(batch)
    spans = request.resource_spans[0].scope_spans[0].spans
    del spans[1:]
    conversation_id = uuid.uuid4().hex
    spans[0].trace_id = uuid.uuid4().bytes
    spans[0].start_time_unix_nano = time.time_ns()
    spans[0].end_time_unix_nano = time.time_ns() + 10**9
    for attribute in spans[0].attributes:
        if attribute.key == "gen_ai.conversation.id":
            attribute.value.string_value = conversation_id
    send(server.url, 1, [request.SerializeToString()])
    start = time.perf_counter()
    wait_until(lambda: conversation_id in json.dumps(server.get_json("conversations?limit=50")))
    return time.perf_counter() - start


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_SECONDS} s in vain")
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=20_000, help="spans that are there before (default 20,000)")
    parser.add_argument("--rate", type=int, default=500, help="spans a second that come in (default 500)")
    arguments = parser.parse_args()
    with LocalServer() as server:
        send(server.url, 4, build_batches(arguments.spans // SPANS_PER_BATCH, seed=1))
        wait_until(lambda: not any(server.get_json("stats")["lag"].values()))
        addresses = list_addresses(server)
        [batch] = build_batches(1, seed=5)
        measure_p95(server, addresses)
        idle, idle_visible = measure_p95(server, addresses), [measure_visibility(server, batch) for _ in range(5)]
        with Load(server.url, arguments.rate) as load:
            time.sleep(5)
            busy, busy_visible = measure_p95(server, addresses), [measure_visibility(server, batch) for _ in range(5)]
            lag = server.get_json("stats")["lag"]
        print(f"{'p95 in ms':<22} {'idle':>8} {'busy':>8} {'ratio':>8}")
        for name in addresses:
            print(f"{name:<22} {idle[name]:>8.0f} {busy[name]:>8.0f} {busy[name] / idle[name]:>8.1f}")
        print(
            f"in the list after: {max(idle_visible):.1f} s idle, {max(busy_visible):.1f} s busy (the longest of five)"
        )
        print(
            f"{load.sent * SPANS_PER_BATCH:,} spans came in meanwhile; lag of the stages in seconds at the end: {lag}"
        )


if __name__ == "__main__":
    main()
