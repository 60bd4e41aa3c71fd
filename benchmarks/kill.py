"""Kills the server with `kill -9` at random moments under load, and counts what is missing or there twice.

    python benchmarks/kill.py              50 times, about five minutes
    python benchmarks/kill.py --times 3 --requests 100

Four senders post requests of 20 model calls; what was not acknowledged is sent again after the next start, as real
senders do. Meanwhile all that is stored is read again and again. At the end every call must have been counted once: as
a span, a model call, a turn, in tokens, in cost and in the hourly figures, each of which was being written while the
server was killed.
"""

import argparse
import contextlib
import http.client
import json
import math
import random
import signal
import sys
import tempfile
import threading
import time
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import PROTOBUF, LocalServer
from tracing.store import Store

SENDERS = 4
SPANS_PER_REQUEST = 20
TOKENS = 7
COST = TOKENS * 250
"""Of a call, in thousandths of a millionth of a US dollar: gpt-5-mini takes $0.25 for a million tokens of input."""
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Verdict:
    """What became of the spans: `lost` were acknowledged and are away, `differences` are counted more or less often."""

    kills: int
    acknowledged: int
    sent_again: int
    lost: int
    differences: dict[str, int]

    @property
    def is_good(self) -> bool:
        return self.acknowledged > 0 and not self.lost and not self.differences

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged:,} spans acknowledged, {self.sent_again:,} sent again: "
            f"{self.lost:,} lost, counted wrongly: {self.differences or 'none'}"
        )


@dataclass
class Senders:
    """Threads that post numbered requests until the server is gone, `most` of them each time; what was not acknowledged
    waits for the next."""

    most: float = math.inf
    waiting: deque[int] = field(default_factory=deque)
    acknowledged: list[int] = field(default_factory=list)
    next_number: int = 1
    sent_again: int = 0
    _end: float = math.inf
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, url: str, *, only_waiting: bool = False) -> list[threading.Thread]:
        self._end = self.next_number + self.most
        threads = [threading.Thread(target=self._send, args=(url, only_waiting)) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, url: str, only_waiting: bool) -> None:
        target = urlsplit(url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        while number := self._take(only_waiting):
            status = 0
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("POST", "/v1/traces", build_request(number), PROTOBUF)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            if status == 200:
                self.acknowledged.append(number)
                continue
            self.waiting.append(number)
            if status != 503:
                return

    def _take(self, only_waiting: bool) -> int:
        with self._lock:
            if self.waiting:
                self.sent_again += 1
                return self.waiting.popleft()
            if only_waiting or self.next_number >= self._end:
                return 0
            self.next_number += 1
            return self.next_number - 1


def build_request(number: int) -> bytes:
    """One conversation of one trace: `SPANS_PER_REQUEST` model calls, the same bytes for the same number."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    start = 1_790_000_000_000_000_000 + number * 10**9
    for index in range(SPANS_PER_REQUEST):
        span = spans.add(name="chat", trace_id=number.to_bytes(16, "big"), span_id=(index + 1).to_bytes(8, "big"))
        span.start_time_unix_nano = start + index * 10**7
        span.end_time_unix_nano = span.start_time_unix_nano + 10**6
        texts = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-5-mini",
            "gen_ai.conversation.id": f"kill-{number}",
            "gen_ai.input.messages": json.dumps([{"role": "user", "content": f"Question {index} of {number}?"}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": f"Answer {index}."}]),
        }
        for key, text in texts.items():
            span.attributes.add(key=key).value.string_value = text
        span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = TOKENS
        span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = 0
    return request.SerializeToString()


def run(times: int, requests: float = math.inf, longest_seconds: float = 1.5) -> Verdict:
    """Start, send at most so many requests and kill, so often; then let everything be sent and derived, and judge."""
    senders = Senders(requests)
    server = LocalServer()
    with tempfile.TemporaryDirectory(prefix="tacit-kill-") as directory:
        server.directory = Path(directory)
        for _ in range(times):
            server.start()
            read_again(server)
            threads = senders.run(server.url)
            time.sleep(random.uniform(0.05, longest_seconds))  # noqa: S311 -- any moment will do
            server.end(signal.SIGKILL)
            join(threads)
        server.start()
        join(senders.run(server.url, only_waiting=True))
        wait_for_stages(server)
        server.end(signal.SIGTERM)
        return judge(Path(directory), senders, times)


def read_again(server: LocalServer) -> None:
    """Ask for all stored spans to be read again; what was asked for before the last kill goes on."""
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{server.url}/api/v1/reprocessings", b"{}", headers)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=60):  # noqa: S310
        pass


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def wait_for_stages(server: LocalServer) -> None:
    """Return once no stage has anything left to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    quiet = 0
    while quiet < 3:
        if time.monotonic() > deadline:
            raise TimeoutError(f"After {PATIENCE_SECONDS} s stages are behind: {server.get_json('stats')['lag']}")
        quiet = 0 if any(server.get_json("stats")["lag"].values()) else quiet + 1
        time.sleep(1)


def judge(directory: Path, senders: Senders, kills: int) -> Verdict:
    store = Store(f"chdb://{directory / 'clickhouse'}")
    stored = set(store.query_columns("benchmarks/sql/stored_span_ids.sql", project_id=1)["id"])
    counted = store.query("benchmarks/sql/counted_once.sql", project_id=1)[0]
    store.close()
    requests = senders.next_number - 1
    spans = requests * SPANS_PER_REQUEST
    expected = dict.fromkeys(counted, spans) | {
        "conversations": requests,
        "tokens": spans * TOKENS,
        "hourly_tokens": spans * TOKENS,
        "cost": spans * COST,
        "conversations_cost": spans * COST,
        "hourly_cost": spans * COST,
    }
    acknowledged = {
        f"{number:032x}{index + 1:016x}" for number in senders.acknowledged for index in range(SPANS_PER_REQUEST)
    }
    return Verdict(
        kills,
        len(acknowledged),
        senders.sent_again * SPANS_PER_REQUEST,
        len(acknowledged - stored),
        {name: (counted[name] or 0) - expected[name] for name in expected if counted[name] != expected[name]},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50, help="how often to kill (default 50)")
    parser.add_argument("--requests", type=int, default=math.inf, help="most to send before each (default: no limit)")
    options = parser.parse_args()
    verdict = run(options.times, options.requests)
    print(verdict)
    if not verdict.is_good:
        sys.exit(1)


if __name__ == "__main__":
    main()
