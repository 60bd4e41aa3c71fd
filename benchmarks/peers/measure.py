"""One server under the load of `benchmarks/ingest.py`: figures of each run, and bytes on disk of all together."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.ingest import SPANS_PER_BATCH, build_batches, post_batches
from benchmarks.peers.processes import MemoryWatch, read_cpu_seconds, wait_until_idle
from benchmarks.peers.servers import Peer, PeerError, Server, run_server

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 30
"""How long no new span must appear until those that miss count as lost."""
WARM_UP_SPANS = 500
WARM_UP_SEED = 0


@dataclass(frozen=True)
class Load:
    """How much is sent."""

    connections: int
    spans: int
    spans_per_trace: int

    def build(self) -> list[bytes]:
        batches = build_batches(max(1, self.spans // SPANS_PER_BATCH), seed=self.connections)
        return [join_traces(batch, self.spans_per_trace) for batch in batches]


@dataclass(frozen=True)
class Run:
    """What one load did. Seconds count from the first request; CPU is in seconds, of all the server's processes."""

    connections: int
    stored_spans: int
    refused_spans: int
    lost_spans: int
    """Acknowledged, and never found."""
    acknowledged_seconds: float
    queryable_seconds: float
    cpu_queryable: float
    cpu_idle: float
    """Until the server rests again: with what it does to the spans afterwards."""
    peak_mb: float

    @property
    def spans_per_second(self) -> float:
        return self.stored_spans / self.queryable_seconds


@dataclass(frozen=True)
class Figures:
    """All of one server."""

    name: str
    runs: tuple[Run, ...]
    bytes_per_span: float


def join_traces(batch: bytes, spans_per_trace: int) -> bytes:
    """The same spans, so many of them a trace: the first is the parent of the others."""
    request = ExportTraceServiceRequest.FromString(batch)
    spans = request.resource_spans[0].scope_spans[0].spans
    for index, span in enumerate(spans):
        root = spans[index - index % spans_per_trace]
        if span is not root:
            span.trace_id, span.parent_span_id = root.trace_id, root.span_id
    joined: bytes = request.SerializeToString()
    return joined


def measure_peer(peer: Peer, cache: Path, loads: Sequence[Load]) -> Figures:
    """Start it, warm it up, send every load, stop it."""
    with tempfile.TemporaryDirectory(prefix=f"bench-{peer.name.lower()}-") as name:
        directory = Path(name)
        with run_server(peer, cache, directory) as server:
            wait_until_idle(server.pid)
            empty = peer.measure_empty(directory)
            warm_up(peer, server, loads[0])
            runs = tuple(measure_load(peer, server, load) for load in loads)
            spans = peer.count_spans(server)
        return Figures(peer.name, runs, (peer.measure_stored(directory) - empty) / spans)


def warm_up(peer: Peer, server: Server, load: Load) -> None:
    """Some spans that nobody times: a first request loads code and makes tables."""
    batches = build_batches(WARM_UP_SPANS // SPANS_PER_BATCH, WARM_UP_SEED)
    refusals = post_batches(server.url, load.connections, batches, peer.headers)
    stored, _ = wait_until_queryable(peer, server, WARM_UP_SPANS)
    if stored < WARM_UP_SPANS:
        reasons = sorted(set(refusals)) or "all were acknowledged"
        raise PeerError(f"{peer.name} stored {stored} of {WARM_UP_SPANS} spans that warm it up: {reasons}")
    wait_until_idle(server.pid)


def measure_load(peer: Peer, server: Server, load: Load) -> Run:
    batches = load.build()
    before, cpu = peer.count_spans(server), read_cpu_seconds(server.pid)
    with MemoryWatch(server.pid) as memory:
        start = time.perf_counter()
        refusals = post_batches(server.url, load.connections, batches, peer.headers)
        acknowledged_seconds = time.perf_counter() - start
        refused = len(refusals) * SPANS_PER_BATCH
        expected = len(batches) * SPANS_PER_BATCH - refused
        stored, last_seen = wait_until_queryable(peer, server, before + expected)
        cpu_queryable = read_cpu_seconds(server.pid) - cpu
    wait_until_idle(server.pid)
    return Run(
        connections=load.connections,
        stored_spans=stored - before,
        refused_spans=refused,
        lost_spans=max(0, before + expected - stored),
        acknowledged_seconds=acknowledged_seconds,
        queryable_seconds=last_seen - start,
        cpu_queryable=cpu_queryable,
        cpu_idle=read_cpu_seconds(server.pid) - cpu,
        peak_mb=memory.peak_mb,
    )


def wait_until_queryable(peer: Peer, server: Server, expected: int) -> tuple[int, float]:
    """Spans found, and when the last of them was; gives up when no new one appears for a while."""
    found, last_seen = -1, time.perf_counter()
    while found < expected and time.perf_counter() - last_seen < PATIENCE_SECONDS:
        count = peer.count_spans(server)
        if count != found:
            found, last_seen = count, time.perf_counter()
        time.sleep(POLL_SECONDS if found < expected else 0)
    return found, last_seen
