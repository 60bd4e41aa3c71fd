"""How many spans a second Tacit takes until they are queryable: a bounded load over loopback.

    make bench                                    a fresh `tacit up` in a temporary directory, 4 and 16 connections
    python benchmarks/ingest.py --endpoint URL    any OTLP/HTTP endpoint on this machine (no count then)

Batches of 100 LLM-like spans of about 2 kB of attributes are serialised before the clock starts.
"""

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS_PER_BATCH = 100
PROTOBUF = {"Content-Type": "application/x-protobuf"}
WORDS = Path(__file__).resolve().parent.parent / "tracing" / "demo" / "dialogues.jsonl"


@dataclass(frozen=True)
class Result:
    """One load: `seconds` until the last span was queryable (or acknowledged, where nothing counts)."""

    connections: int
    spans: int
    seconds: float
    cpu_seconds: float
    memory_mb: float

    def __str__(self) -> str:
        return (
            f"{self.connections:>11} {self.spans:>9,} {self.seconds:>8.2f} {self.spans / self.seconds:>10,.0f}"
            f" {1000 * self.cpu_seconds / self.spans:>15.3f} {self.memory_mb:>10,.0f}"
        )


def build_batches(count: int, seed: int) -> list[bytes]:
    """`count` requests of `SPANS_PER_BATCH` spans each, ids and texts from `seed`."""
    chance = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    words = WORDS.read_text(encoding="utf-8").split()
    return [build_batch(chance, words) for _ in range(count)]


def build_batch(chance: random.Random, words: list[str]) -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "load"
    spans = resource.scope_spans.add().spans
    for _ in range(SPANS_PER_BATCH):
        fill_span(spans.add(), chance, words)
    return request.SerializeToString()


def fill_span(span: Span, chance: random.Random, words: list[str]) -> None:
    start = time.time_ns() - chance.randrange(10**10)
    span.trace_id, span.span_id = chance.randbytes(16), chance.randbytes(8)
    span.name, span.kind = "chat gpt-x-mini", Span.SPAN_KIND_CLIENT
    span.start_time_unix_nano, span.end_time_unix_nano = start, start + chance.randrange(10**9)
    texts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-x-mini",
        "gen_ai.provider.name": "example",
        "gen_ai.conversation.id": f"load-{chance.randrange(10**6)}",
        "gen_ai.input.messages": describe("user", pick_words(chance, words)),
        "gen_ai.output.messages": describe("assistant", pick_words(chance, words)),
    }
    for key, text in texts.items():
        span.attributes.add(key=key).value.string_value = text
    for key in ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"):
        span.attributes.add(key=key).value.int_value = chance.randrange(2000)


def pick_words(chance: random.Random, words: list[str]) -> str:
    """About 900 characters of running text."""
    start = chance.randrange(len(words) - 150)
    return " ".join(words[start : start + 150])[:900]


def describe(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def send(endpoint: str, connections: int, batches: list[bytes]) -> None:
    """Post all batches over so many connections; anything but 200 is an error."""
    if refusals := post_batches(endpoint, connections, batches):
        sys.exit(f"{len(refusals)} of {len(batches)} requests were not taken: {refusals[0]}")


def post_batches(
    endpoint: str, connections: int, batches: list[bytes], headers: Mapping[str, str] | None = None
) -> list[str]:
    """Post all batches over so many connections, each once; what was answered where it was not 200."""
    target = urlsplit(endpoint)
    refusals: list[str] = []

    def post(share: list[bytes]) -> None:
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)
        for body in share:
            try:
                connection.request("POST", "/v1/traces", body, PROTOBUF | dict(headers or {}))
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    refusals.append(f"{answer.status} {answer.reason}")
            except (OSError, http.client.HTTPException) as error:
                refusals.append(repr(error))
                connection.close()

    threads = [threading.Thread(target=post, args=(batches[index::connections],)) for index in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


def measure(server: "LocalServer", connections: int, batches: list[bytes]) -> Result:
    before, cpu = server.count_spans(), server.read_cpu_seconds()
    start = time.perf_counter()
    send(server.url, connections, batches)
    expected = before + len(batches) * SPANS_PER_BATCH
    while server.count_spans() < expected:
        time.sleep(0.01)
    seconds = time.perf_counter() - start
    return Result(connections, expected - before, seconds, server.read_cpu_seconds() - cpu, server.read_memory_mb())


class LocalServer:
    """`tacit up` in a directory of its own, ended with the block."""

    def __enter__(self) -> "LocalServer":
        self._directory = tempfile.TemporaryDirectory(prefix="tacit-bench-")
        command = [sys.executable, "-m", "config.cli", "up", "--port", "0", "--otlp-http-port", "0"]
        self._process = subprocess.Popen(
            [*command, "--data-dir", self._directory.name], stdout=subprocess.PIPE, text=True
        )
        if self._process.stdout is None:
            raise RuntimeError("the server's output is not piped")
        self.url = self._process.stdout.readline().split()[-1]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)
        self._directory.cleanup()

    def count_spans(self) -> int:
        with urllib.request.urlopen(f"{self.url}/api/v1/stats", timeout=60) as answer:  # noqa: S310
            return int(json.load(answer)["spans"])

    def read_cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def read_memory_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", help="base address of an OTLP/HTTP endpoint on this machine")
    parser.add_argument("--spans", type=int, default=40_000, help="spans a run (default 40,000)")
    parser.add_argument("--connections", type=int, nargs="+", default=[4, 16])
    arguments = parser.parse_args()
    count = max(1, arguments.spans // SPANS_PER_BATCH)
    if arguments.endpoint:
        for connections in arguments.connections:
            batches = build_batches(count, connections)
            start = time.perf_counter()
            send(arguments.endpoint, connections, batches)
            rate = count * SPANS_PER_BATCH / (time.perf_counter() - start)
            print(f"{connections} connections: {rate:,.0f} spans acknowledged a second")
        return
    print(f"{'connections':>11} {'spans':>9} {'seconds':>8} {'spans/s':>10} {'CPU s per 1,000':>15} {'peak MB':>10}")
    with LocalServer() as server:
        for connections in arguments.connections:
            print(measure(server, connections, build_batches(count, connections)))


if __name__ == "__main__":
    main()
