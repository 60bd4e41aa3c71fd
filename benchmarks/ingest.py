"""How many spans a second Tacit takes until they are queryable: a bounded load over loopback.

    python benchmarks/ingest.py                   a fresh `tacit up`, 4 and 32 connections; then without its stages,
                                                  and the engine alone, fed with the same columns in blocks of 20,000
    python benchmarks/ingest.py --endpoint URL    any OTLP/HTTP endpoint on this machine (no count then)

Batches of 100 LLM-like spans of about 2 kB of attributes are serialised before the clock starts. CPU is that of the
server's process, which is receiver, engine and, where they run, stages.
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
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS_PER_BATCH = 100
ENGINE_BLOCK = 20_000
RECEIVER = Path(__file__).resolve().parent / "receiver.py"
PROTOBUF = {"Content-Type": "application/x-protobuf"}
WORDS = Path(__file__).resolve().parent.parent / "tracing" / "demo" / "dialogues.jsonl"


@dataclass(frozen=True)
class Result:
    """One load: `seconds` until the last span was queryable."""

    what: str
    spans: int
    seconds: float
    cpu_seconds: float
    memory_mb: float

    @property
    def rate(self) -> float:
        return self.spans / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.what:<34} {self.spans:>9,} {self.seconds:>8.2f} {self.rate:>10,.0f}"
            f" {1000 * self.cpu_seconds / self.spans:>15.3f} {self.memory_mb:>10,.0f}"
        )


HEADING = f"{'':<34} {'spans':>9} {'seconds':>8} {'spans/s':>10} {'CPU s per 1,000':>15} {'peak MB':>10}"


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
                connection.close()  # the next request opens it again
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
    cpu = server.read_cpu_seconds() - cpu
    what = f"{connections} connections{'' if server.stages else ', no stages'}"
    return Result(what, expected - before, seconds, cpu, server.read_memory_mb())


def measure_engine(batches: list[bytes]) -> Result:
    """The same columns inserted by clickhouse-connect in blocks of 20,000, in this process, and counted."""
    from tracing.receive.decoding import decode_spans
    from tracing.store import Store

    decoded = [decode_spans(ExportTraceServiceRequest.FromString(batch), 1).columns for batch in batches]
    spans = SPANS_PER_BATCH * len(batches)
    per_block = ENGINE_BLOCK // SPANS_PER_BATCH
    blocks = [join_columns(decoded[first : first + per_block]) for first in range(0, len(decoded), per_block)]
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as directory:
        store = Store(f"chdb://{directory}")
        store.migrate()
        start, cpu = time.perf_counter(), time.process_time()
        for block in blocks:
            store.insert("otel_traces", block)
        found = store.query("feedback/sql/stats.sql", project_id=1)[0]["spans"]
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        store.close()
    if found != spans:
        sys.exit(f"The engine has {found:,} of {spans:,} spans.")
    return Result("the engine alone", spans, seconds, cpu, read_peak_mb(os.getpid()))


def join_columns(group: list[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    return {name: [value for columns in group for value in columns[name]] for name in group[0]}


def read_peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


class LocalServer:
    """`tacit up` in a directory of its own, ended with the block; without stages the receivers alone."""

    def __init__(self, *, stages: bool = True, **settings: str) -> None:
        self.stages = stages
        self.settings = settings
        self.directory = Path()

    def __enter__(self) -> "LocalServer":
        self._temporary = tempfile.TemporaryDirectory(prefix="tacit-bench-")
        self.directory = Path(self._temporary.name)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)
        self._temporary.cleanup()

    def start(self) -> None:
        """Start over `directory`, and know the address."""
        command: list[str] = [str(RECEIVER)] if not self.stages else ["-m", "config.cli", "up"]
        ports = {f"TACIT_{name}": "0" for name in ("PORT", "OTLP_HTTP_PORT", "OTLP_GRPC_PORT")}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TACIT_")}
        self.process = subprocess.Popen(
            [sys.executable, *command, "--data-dir", str(self.directory)],
            stdout=subprocess.PIPE,
            text=True,
            env=clean | ports | self.settings,
        )
        if self.process.stdout is None:
            raise RuntimeError("the server's output is not piped")
        line = self.process.stdout.readline()
        if not line.startswith("Tacit is at "):
            raise RuntimeError(f"the server did not start: {line or 'it said nothing'}")
        self.url = line.split()[-1]

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end; nothing where it has ended already."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def get_json(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def count_spans(self) -> int:
        return int(self.get_json("stats")["spans"])

    def read_cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def read_memory_mb(self) -> float:
        return read_peak_mb(self.process.pid)


def load_endpoint(endpoint: str, connections: int, count: int) -> None:
    batches = build_batches(count, connections)
    start = time.perf_counter()
    send(endpoint, connections, batches)
    rate = count * SPANS_PER_BATCH / (time.perf_counter() - start)
    print(f"{connections} connections: {rate:,.0f} spans acknowledged a second")


def compare_with_engine(connections: list[int], count: int) -> None:
    """Print the table: with stages, without them, and the engine by itself."""
    print(HEADING)
    results = []
    for stages in (True, False):
        with LocalServer(stages=stages) as server:
            for number in connections:
                results.append(measure(server, number, build_batches(count, number)))
                print(results[-1], flush=True)
    engine = measure_engine(build_batches(count, seed=1))
    print(engine)
    best = max(results, key=lambda result: result.rate)
    print(f"{best.what} take {best.rate / engine.rate:.2f} of what the engine alone does.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", help="base address of an OTLP/HTTP endpoint on this machine")
    parser.add_argument("--spans", type=int, default=40_000, help="spans a run (default 40,000)")
    parser.add_argument("--connections", type=int, nargs="+", default=[4, 32])
    arguments = parser.parse_args()
    count = max(1, arguments.spans // SPANS_PER_BATCH)
    if not arguments.endpoint:
        compare_with_engine(arguments.connections, count)
        return
    for connections in arguments.connections:
        load_endpoint(arguments.endpoint, connections, count)


if __name__ == "__main__":
    main()
