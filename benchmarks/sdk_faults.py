"""What the SDK costs an app whose receiver is fine, refuses, hangs or is slow: per call, at exit, and in lost spans.

    python benchmarks/sdk_faults.py              five rounds, about a minute
    python benchmarks/sdk_faults.py --rounds 1 --calls 2000

Each app is a process of its own that makes its calls in a tight loop and ends. On a machine that does other things a
call waits for a core now and then; Linux tells how long, and that time is taken off (reading it costs the loop some
tightness). Of each figure the best of the rounds is told, for every receiver alike.
"""

import argparse
import gzip
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

APP = """
import json, os, sys, time
import tacit
from opentelemetry.sdk.trace import TracerProvider

endpoint, calls = sys.argv[1], int(sys.argv[2])
if endpoint == "none":
    tacit.configure(tracer_provider=TracerProvider())
else:
    tacit.configure(endpoint=endpoint)

@tacit.observe
def answer(question):
    return question

def read_wait():
    return int(os.pread(waits, 64, 0).split()[1]) / 1e9

try:
    waits = os.open(f"/proc/self/task/{os.getpid()}/schedstat", os.O_RDONLY)
except OSError:
    read_wait = float

text = "x" * 500
for _ in range(100):
    answer(text)
seconds = []
for number in range(calls):
    waited = read_wait()
    began = time.perf_counter()
    answer(f"{number} {text}")
    took = time.perf_counter() - began
    seconds.append(took - (read_wait() - waited))
seconds.sort()
print(json.dumps({
    "median": seconds[calls // 2],
    "p999": seconds[int(calls * 0.999)],
    "worst": seconds[-1],
    "over_1_ms": sum(one > 0.001 for one in seconds),
    "ended": time.time(),
}), flush=True)
"""


@dataclass(frozen=True)
class Run:
    """One app: seconds of its calls and of its exit, and spans that its receiver has."""

    median: float
    p999: float
    worst: float
    over_1_ms: int
    exit: float
    received: int
    warnings: int


class Receiver(ThreadingHTTPServer):
    """Counts the spans that come in."""

    daemon_threads = True

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.status = status
        self.bodies: list[bytes] = []

    def count_spans(self) -> int:
        requests = (ExportTraceServiceRequest.FromString(gzip.decompress(body)) for body in self.bodies)
        return len(
            {
                span.span_id
                for request in requests
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            }
        )


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.bodies.append(body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Prints nothing."""


@contextmanager
def run_receiver(status: int) -> Iterator[tuple[str, Receiver]]:
    with Receiver(status) as receiver:
        threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{receiver.server_address[1]}", receiver
        receiver.shutdown()


@contextmanager
def open_receiver(kind: str) -> Iterator[tuple[str, Receiver | None]]:
    """The address of a receiver of one kind, and the receiver itself where it is one."""
    if kind == "no export":
        yield "none", None
    elif kind == "refuses":
        yield "http://127.0.0.1:1", None
    elif kind == "hangs":
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", None
    else:
        with run_receiver(200 if kind == "live" else 503) as running:
            yield running


KINDS = ("no export", "live", "refuses", "hangs", "answers 503")


def run_app(kind: str, calls: int) -> Run:
    with open_receiver(kind) as (endpoint, receiver):
        done = subprocess.run(
            [sys.executable, "-c", APP, endpoint, str(calls)], capture_output=True, text=True, timeout=120, check=True
        )
        exit_seconds = time.time()
        told = json.loads(done.stdout)
        exit_seconds -= told.pop("ended")
        received = receiver.count_spans() if receiver else 0
    return Run(**told, exit=exit_seconds, received=received, warnings=len(done.stderr.splitlines()))


def print_table(calls: int, rounds: int, kinds: Sequence[str]) -> None:
    print(f"{calls:,} calls in a tight loop, the best of {rounds} rounds\n")
    print("| receiver | median µs | p99.9 µs | slowest ms | calls over 1 ms | exit s | spans received | lines logged |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in kinds:
            runs[kind].append(run_app(kind, calls))
    for kind, of_kind in runs.items():
        best = Run(*(min(getattr(run, name) for run in of_kind) for name in Run.__dataclass_fields__))
        print(
            f"| {kind} | {best.median * 1e6:.1f} | {best.p999 * 1e6:.0f} | {best.worst * 1e3:.2f} | {best.over_1_ms} "
            f"| {best.exit:.2f} | {best.received:,} | {best.warnings} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print_table(options.calls, options.rounds, KINDS)


if __name__ == "__main__":
    main()
