"""A receiver of OTLP over HTTP on a port of its own: requests in, decoded spans out."""

import gzip
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span


@dataclass(frozen=True)
class Reply:
    """What a receiver says to one request; with another status than 200 it keeps nothing of it."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: ExportTraceServiceResponse = field(default_factory=ExportTraceServiceResponse)


class Sink(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SinkHandler)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.resource_spans: list[ResourceSpans] = []
        self.arrived = threading.Event()
        self.replies: deque[Reply] = deque()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def names(self) -> Counter[str]:
        return Counter(span.name for span in self.spans)

    @property
    def spans(self) -> list[Span]:
        return [span for part in self.resource_spans for scope in part.scope_spans for span in scope.spans]


class SinkHandler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.requests.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
        reply = self.server.replies.popleft() if self.server.replies else Reply()
        if reply.status == 200:
            self.server.resource_spans.extend(ExportTraceServiceRequest.FromString(body).resource_spans)
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/x-protobuf")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body.SerializeToString())
        self.server.arrived.set()

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@contextmanager
def run_sink() -> Iterator[Sink]:
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield sink
        sink.shutdown()
