"""Floods the server with ten times the senders that it can serve, and looks whether it stays upright.

    python benchmarks/flood.py                           60 seconds, 320 connections that never pause
    python benchmarks/flood.py --seconds 6 --backlog-limit 4000000

Good is: no answer but 200 and 503, bounded memory, a lone sender served at once within 5 s of the end, and every
acknowledged span there.
"""

import argparse
import http.client
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import PROTOBUF, SPANS_PER_BATCH, LocalServer, build_batches, read_peak_mb
from tracing.store import Store

MOST_MB = 2_500
"""What an embedded platform may take at most: the engine's limit and the receivers beside it."""
RECOVERY_SECONDS = 5.0
WELL_SECONDS = 1.0
"""An answer to a lone sender as quick as this is a sign of recovery."""


@dataclass(frozen=True)
class Verdict:
    """Answers by status (0: none came), and what they were worth."""

    answers: dict[int, int]
    lost: int
    recovery_seconds: float
    longest_seconds: float
    memory_mb: float

    @property
    def is_good(self) -> bool:
        return (
            self.answers.get(200, 0) > 0
            and set(self.answers) <= {200, 503}
            and not self.lost
            and self.recovery_seconds <= RECOVERY_SECONDS
            and self.memory_mb <= MOST_MB
        )

    def __str__(self) -> str:
        answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(self.answers.items()))
        return (
            f"answers: {answers}; longest wait {self.longest_seconds:.1f} s; "
            f"recovered in {self.recovery_seconds:.1f} s; "
            f"{self.lost:,} acknowledged spans lost; peak {self.memory_mb:,.0f} MB"
        )


@dataclass
class Flood:
    """Senders that post until the time is over, each its own spans."""

    url: str
    until: float
    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    longest_seconds: float = 0.0

    def post(self, templates: list[bytes], sender: int) -> None:
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
        number = 0
        while time.monotonic() < self.until:
            number += 1
            trace_id = f"{sender:016x}{number:016x}"
            start = time.monotonic()
            status = post_once(connection, set_trace(templates[number % len(templates)], trace_id))
            self.longest_seconds = max(self.longest_seconds, time.monotonic() - start)
            self.answers[status] += 1
            if status == 200:
                self.acknowledged.add(trace_id)


def post_once(connection: http.client.HTTPConnection, body: bytes) -> int:
    """The status of the answer; 0 where none came."""
    try:
        connection.request("POST", "/v1/traces", body, PROTOBUF)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return answer.status


def build_template(batch: bytes) -> bytes:
    """A batch whose spans are all of one trace of zeros, which `set_trace` overwrites."""
    request = ExportTraceServiceRequest.FromString(batch)
    for span in request.resource_spans[0].scope_spans[0].spans:
        span.trace_id = NO_TRACE
    return request.SerializeToString()


NO_TRACE = b"trace-to-be-set!"


def set_trace(template: bytes, trace_id: str) -> bytes:
    return template.replace(NO_TRACE, bytes.fromhex(trace_id))


def run(seconds: float, connections: int, backlog_limit: int) -> Verdict:
    """Flood a fresh server for so long, then judge."""
    templates = [build_template(batch) for batch in build_batches(10, seed=1)]
    server = LocalServer(TACIT_BACKLOG_LIMIT=str(backlog_limit))
    with tempfile.TemporaryDirectory(prefix="tacit-flood-") as directory:
        server.directory = Path(directory)
        server.start()
        flood = Flood(server.url, time.monotonic() + seconds)
        threads = [
            threading.Thread(target=flood.post, args=(templates, sender)) for sender in range(1, connections + 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        recovery_seconds = wait_for_recovery(server.url, set_trace(templates[0], f"{connections + 1:032x}"))
        memory_mb = read_peak_mb(server.process.pid)
        server.end(signal.SIGKILL)  # not even a stop in good order may be needed
        lost = count_lost(Path(directory), flood.acknowledged)
    return Verdict(dict(flood.answers), lost, recovery_seconds, flood.longest_seconds, memory_mb)


def wait_for_recovery(url: str, body: bytes) -> float:
    """Seconds until a lone sender is served at once."""
    begin = time.monotonic()
    while time.monotonic() - begin < 60:
        target = urlsplit(url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
        start = time.monotonic()
        status = post_once(connection, body)
        connection.close()
        if status == 200 and time.monotonic() - start < WELL_SECONDS:
            return time.monotonic() - begin
    return time.monotonic() - begin


def count_lost(directory: Path, acknowledged: set[str]) -> int:
    """How many spans of acknowledged requests are not in the store."""
    store = Store(f"chdb://{directory / 'clickhouse'}")
    rows = store.query_columns("benchmarks/sql/stored_traces.sql", project_id=1)
    store.close()
    stored = dict(zip(rows["trace_id"], rows["spans"], strict=True))
    return sum(SPANS_PER_BATCH - stored.get(trace_id, 0) for trace_id in acknowledged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=320)
    parser.add_argument("--backlog-limit", type=int, default=8_000_000, help="bytes (default 8,000,000)")
    arguments = parser.parse_args()
    verdict = run(arguments.seconds, arguments.connections, arguments.backlog_limit)
    print(verdict)
    if not verdict.is_good:
        sys.exit(1)


if __name__ == "__main__":
    main()
