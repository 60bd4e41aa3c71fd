"""A server's life beside that of its peers: killed while it takes in, started over what it holds, at rest, looked at.

    python -m benchmarks.peers.life                        Tacit, Phoenix and MLflow as they come
    python -m benchmarks.peers.life --tuned                Phoenix and MLflow on PostgreSQL, MLflow in one process
    python -m benchmarks.peers.life --servers Tacit        one of them

Four senders post requests of 100 spans; after some seconds the server and all that it started is killed by SIGKILL, and
started again, `--kills` times. `lost` are spans that were acknowledged and are not found, `twice` rows too many. A
thousand spans more are sent without a kill: if one of those is not found the comparison is wrong, and ends. Then the
server is stopped as usual, started over what it holds until its first page is there, left alone until it rests, and
asked for the list of what came last. Processor time and memory (PSS) are of all processes, PostgreSQL's included.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from subprocess import Popen

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.ingest import PROTOBUF, SPANS_PER_BATCH, build_batches
from benchmarks.peers.compare import CACHE, render_table
from benchmarks.peers.lives import Life, list_lives
from benchmarks.peers.measure import join_traces
from benchmarks.peers.postgres import run_postgres
from benchmarks.peers.processes import read_cpu_seconds, read_memory_mb, stop_group, wait_until_idle
from benchmarks.peers.servers import SETTINGS, START_SECONDS, PeerError, find_free_port, install

SENDERS = 4
REST_SECONDS = 30
PATIENCE_SECONDS = 300
CALM_SEED = 1_000
POLL_SECONDS = 0.05
TITLES = (
    "server", "kills", "spans acknowledged", "lost", "twice", "CPU s per 1,000", "first page s", "its CPU s",
    "memory MB", "CPU s a minute", "list ms", "its CPU ms",
)  # fmt: skip


@dataclass(frozen=True)
class Lived:
    """What was measured of one server."""

    name: str
    kills: int
    acknowledged: int
    lost: int
    twice: int
    cpu_a_thousand: float
    """Of spans that are sent without a kill, until the server rests again."""
    first_page_seconds: float = 0.0
    first_page_cpu: float = 0.0
    rest_mb: float = 0.0
    rest_cpu_a_minute: float = 0.0
    list_ms: float = 0.0
    list_cpu_ms: float = 0.0

    def list_cells(self) -> list[str]:
        cells = [self.name, str(self.kills), f"{self.acknowledged:,}", f"{self.lost:,}", f"{self.twice:,}"]
        cells += [
            f"{self.cpu_a_thousand:.1f}",
            f"{self.first_page_seconds:.1f}",
            f"{self.first_page_cpu:.1f}",
            f"{self.rest_mb:,.0f}",
        ]
        cells += [f"{self.rest_cpu_a_minute:.2f}", f"{self.list_ms:,.0f}", f"{self.list_cpu_ms:,.0f}"]
        return cells


@dataclass(frozen=True)
class Running:
    process: "Popen[bytes]"
    port: int
    roots: tuple[int, ...]
    """Of its trees of processes: its own, and PostgreSQL's."""
    seconds: float
    """From its start to its first page."""
    cpu_seconds: float

    def read_cpu(self) -> float:
        return sum(read_cpu_seconds(root) for root in self.roots)

    def read_mb(self) -> float:
        return sum(read_memory_mb(root) for root in self.roots)


@contextmanager
def run(life: Life, programs: Path, directory: Path) -> Iterator[Running]:
    """Started until its first page is there; ended with the block, whatever it did to itself."""
    port, roots = find_free_port(), (life.postgres.pid,) if life.postgres else ()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    environment = {**inherited, **life.build_environment(port, directory)}
    before = sum(read_cpu_seconds(root) for root in roots)
    with (directory / "server.log").open("ab") as log:
        start = time.perf_counter()
        command = life.build_command(programs, port, directory)
        process = Popen(command, env=environment, cwd=directory, stdout=log, stderr=log, start_new_session=True)
    try:
        while ask(port, life.first_page)[0] != http.client.OK:
            if process.poll() is not None or time.perf_counter() - start > START_SECONDS:
                told = (directory / "server.log").read_text(errors="replace")[-2_000:]
                raise PeerError(f"{life.name} did not show its first page:\n{told}")
            time.sleep(POLL_SECONDS)
        seconds, trees = time.perf_counter() - start, (process.pid, *roots)
        yield Running(process, port, trees, seconds, sum(read_cpu_seconds(root) for root in trees) - before)
    finally:
        stop_group(process)


def ask(port: int, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body; 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST" if body else "GET", path, body or None, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def send_and_kill(life: Life, running: Running, batches: Sequence[bytes], seconds: float) -> list[str]:
    """Ids of the spans that were acknowledged before the server and all that it started was killed."""
    acknowledged: list[bytes] = []
    waiting, over = list(batches), threading.Event()

    def send() -> None:
        while waiting and not over.is_set():
            batch = waiting.pop()
            if ask(running.port, "/v1/traces", batch, {**PROTOBUF, **life.peer.headers})[0] == http.client.OK:
                acknowledged.append(batch)

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    os.killpg(running.process.pid, signal.SIGKILL)
    over.set()
    for thread in threads:
        thread.join()
    return [each for batch in acknowledged for each in read_ids(batch)]


def send_calmly(life: Life, running: Running) -> list[str]:
    """Ids of a thousand spans that were acknowledged."""
    batches = [join_traces(each, 5) for each in build_batches(1_000 // SPANS_PER_BATCH, CALM_SEED)]
    for batch in batches:
        if ask(running.port, "/v1/traces", batch, {**PROTOBUF, **life.peer.headers})[0] != http.client.OK:
            raise PeerError(f"{life.name} does not take spans")
    return [each for batch in batches for each in read_ids(batch)]


def read_ids(batch: bytes) -> list[str]:
    request = ExportTraceServiceRequest.FromString(batch)
    return [span.span_id.hex() for span in request.resource_spans[0].scope_spans[0].spans]


def look(life: Life, running: Running, times: int) -> tuple[float, float]:
    """The median of milliseconds that the list takes, and the processor's for each."""
    body, kind = life.list_body, {"Content-Type": "application/json"} if life.list_body else {}
    status, answer = ask(running.port, life.list_path, body, kind)
    if status != http.client.OK:
        raise PeerError(f"{life.name} does not list what came last: {status} {answer[:300]!r}")
    cpu, took = running.read_cpu(), []
    for _ in range(times):
        start = time.perf_counter()
        ask(running.port, life.list_path, body, kind)
        took.append(time.perf_counter() - start)
    return 1000 * median(took), 1000 * (running.read_cpu() - cpu) / times


def live(life: Life, options: argparse.Namespace, directory: Path) -> Lived:
    programs, acknowledged = install(life.peer, options.cache), []
    if life.driver:
        subprocess.run([programs / "python", "-m", "pip", "-qq", "install", life.driver], check=True)
    for number in range(options.kills):
        batches = [join_traces(each, 5) for each in build_batches(options.batches, seed=number + 1)]
        with run(life, programs, directory) as running:
            acknowledged += send_and_kill(life, running, batches, options.seconds)
    with run(life, programs, directory) as running:
        wait_until_idle(running.process.pid, PATIENCE_SECONDS)  # it may end what it began
        cpu, calm = running.read_cpu(), send_calmly(life, running)
        wait_until_idle(running.process.pid, PATIENCE_SECONDS)
        cpu = running.read_cpu() - cpu
    stored = Counter(life.list_ids(directory))
    if missing := [each for each in calm if each not in stored]:
        raise PeerError(f"{len(missing)} of {len(calm)} spans of {life.name} that nothing happened to are not found")
    lived = Lived(
        name=life.name,
        kills=options.kills,
        acknowledged=len(acknowledged),
        lost=sum(each not in stored for each in acknowledged),
        twice=sum(stored.values()) - len(stored),
        cpu_a_thousand=cpu,
    )
    print(lived, file=sys.stderr)
    with run(life, programs, directory) as running:
        lived = replace(lived, first_page_seconds=running.seconds, first_page_cpu=running.cpu_seconds)
        wait_until_idle(running.process.pid, PATIENCE_SECONDS)
        cpu = running.read_cpu()
        time.sleep(REST_SECONDS)
        rest = (running.read_cpu() - cpu) * 60 / REST_SECONDS
        lived = replace(lived, rest_mb=running.read_mb(), rest_cpu_a_minute=rest)
        list_ms, list_cpu_ms = look(life, running, options.looks)
    return replace(lived, list_ms=list_ms, list_cpu_ms=list_cpu_ms)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuned", action="store_true", help="on PostgreSQL, as for production")
    parser.add_argument("--servers", nargs="*", help="names of those that are looked at (default all)")
    parser.add_argument("--kills", type=int, default=3, help="default 3")
    parser.add_argument("--seconds", type=float, default=20.0, help="of sending before each (default 20)")
    parser.add_argument("--batches", type=int, default=400, help="at most so many requests of 100 spans each (400)")
    parser.add_argument("--looks", type=int, default=20, help="at the list (default 20)")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where the peers are installed (default {CACHE})")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse_arguments(arguments)
    rows = []
    print(f"{SPANS_PER_BATCH} spans a request; load average before {os.getloadavg()[0]:.1f}", file=sys.stderr)
    count = len(list_lives(None)) if not options.tuned else 2
    for place in range(count):
        with run_postgres() if options.tuned else nullcontext() as postgres:
            life = list_lives(postgres)[place]
            if options.servers and life.name not in options.servers:
                continue
            with tempfile.TemporaryDirectory(prefix="bench-life-", ignore_cleanup_errors=True) as name:
                try:
                    rows.append(live(life, options, Path(name)).list_cells())
                except PeerError as error:
                    print(error, file=sys.stderr)
    print(render_table(TITLES, rows))


if __name__ == "__main__":
    main()
