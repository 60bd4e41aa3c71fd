"""Tacit's own spans go where they are wished for: with routes and files of queries, without what people said, and never
in a ring."""

import gzip
import io
import logging
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_django import Settings

from config.own_traces import OwnEndpointError, check_endpoint, send_own_traces, trace_requests
from config.wsgi import application
from tests.config.platform_process import Platform, run_tacit
from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span
from tracing.own_traces import MARK, find_prefix

SECRET = "7b1f9a-said-by-somebody"
Spans = list[Any]


class Collector(ThreadingHTTPServer):
    """Takes OTLP and keeps it; with a `target` it hands it on, as a proxy does."""

    def __init__(self, target: str = "") -> None:
        self.target, self.spans, self.headers = target, [], []
        super().__init__(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self.server_port}"


class Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b""
        if self.server.target:
            request = urllib.request.Request(self.server.target + self.path, body, dict(self.headers))
            answer = urllib.request.urlopen(request).read()
        told = ExportTraceServiceRequest.FromString(gzip.decompress(body))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.server.spans += [s for r in told.resource_spans for scope in r.scope_spans for s in scope.spans]
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def run_collector(target: str = "") -> Iterator[Collector]:
    collector = Collector(target)
    thread = threading.Thread(target=collector.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield collector
    collector.shutdown()
    thread.join()
    collector.server_close()


@pytest.fixture
def collector(settings: Settings) -> Iterator[Collector]:
    settings.OWN_TRACES_SHARE = 1.0
    with run_collector() as collector:
        settings.OWN_TRACES_ENDPOINT = collector.url
        yield collector


def ask(path: str, body: bytes = b"", method: str = "GET") -> str:
    """A request to the whole of the web process, traced; the status."""
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "application/x-protobuf",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1",
    }
    answer = trace_requests(application)(environ, lambda status, *_: statuses.append(status))  # type: ignore[arg-type]
    list(answer)
    return statuses[0]


def read(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", socket.gethostname()])
def test_this_installation_is_refused_by_whatever_name(host: str) -> None:
    with pytest.raises(OwnEndpointError, match="is this installation itself"):
        check_endpoint(f"http://{host}:8642/v1/traces", (8642, 4318))
    check_endpoint(f"http://{host}:4319", (8642, 4318))


def test_the_public_address_and_no_other_is_refused(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://tacit.example.com"
    with pytest.raises(OwnEndpointError):
        check_endpoint("https://tacit.example.com:443/v1/traces", ())
    check_endpoint("https://tacit.example.com:4318", ())
    check_endpoint("https://other.example.com", ())


def test_it_is_found_behind_a_proxy_before_anything_is_kept(
    server: Server, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with run_collector(server.url) as proxy:
        settings.OWN_TRACES_ENDPOINT = proxy.url
        with (
            caplog.at_level(logging.CRITICAL),
            pytest.raises(OwnEndpointError, match=proxy.url),
            send_own_traces((1,)),
        ):
            pytest.fail("it was begun")
        assert len(proxy.spans) == 1
    assert server.get_json("stats")["spans"] == 0


def test_requests_and_their_queries_are_told_without_what_is_in_them(
    server: Server, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=of-the-app")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=of-the-app")
    with send_own_traces((1,)):
        assert ask(f"/p/default/conversations/{SECRET}").startswith("404")
        assert ask("/api/v1/stats").startswith("200")
        assert ask("/healthz").startswith("200")
    names = [span.name for span in collector.spans]
    assert "GET /p/<slug:project>/conversations/<conversation_id:conversation_id>" in names, names
    [stats] = [span for span in collector.spans if span.name == "GET /api/v1/stats"]
    assert read(stats) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/api/v1/stats",
    }
    [query] = [span for span in collector.spans if span.name == "feedback/sql/stats.sql"]
    assert (query.parent_span_id, query.trace_id) == (stats.span_id, stats.trace_id)
    assert read(query) == {
        "db.system.name": "clickhouse",
        "db.query.summary": "feedback/sql/stats.sql",
        "db.response.returned_rows": 1,
    }
    assert SECRET not in str(collector.spans)
    assert "healthz" not in str(names)
    assert {span.trace_id.hex()[:8] for span in collector.spans} == {MARK}
    assert all("of-the-app" not in str(headers) for headers in collector.headers)


def test_own_traces_of_others_are_kept_and_are_no_reason_for_spans(
    server: Server, settings: Settings, collector: Collector
) -> None:
    others, mine = (bytes.fromhex(start + 16 * "a") for start in (MARK + "00000000", find_prefix("another")))
    own = bytes.fromhex(find_prefix(settings.SECRET_KEY) + 16 * "b")

    def send(*trace_ids: bytes) -> None:
        spans = [make_span(number, int.from_bytes(each, "big")) for number, each in enumerate(trace_ids, 1)]
        assert ask("/v1/traces", make_request(*spans).SerializeToString(), "POST").startswith("200")
        server.derive()

    with send_own_traces((1,)):
        send(others, mine)
        assert server.store.query("feedback/sql/stats.sql", project_id=1)[0]["spans"] == 2
        send(own)
        assert server.store.query("feedback/sql/stats.sql", project_id=1)[0]["spans"] == 2
        send(b"\1" * 16)
    names = [span.name for span in collector.spans]
    assert [name for name in names if not name.endswith(".sql")] == [
        "start", "INSERT otel_traces", "POST /v1/traces", "stage reading",
    ]  # fmt: skip


@pytest.mark.slow
def test_two_installations_that_watch_each_other_do_not_ring(tmp_path: Path) -> None:
    ports = find_ports(2)
    told = {"TACIT_OWN_TRACES_SHARE": "1"}
    both = [
        Platform(tmp_path / str(place), "--port", str(port), "--otlp-http-port", "0", **told, **point(ports[1 - place]))
        for place, port in enumerate(ports)
    ]
    try:
        time.sleep(8)  # they say where they are before they send
        for each in both:
            urllib.request.urlopen(f"{each.url}/p/default/").read()
        time.sleep(20)  # a ring would have gone round some times
        for each in both:
            names = list_names(each)
            assert any(name.startswith("GET /p/") for name in names), names
            assert not [name for name in names if name.startswith(("stage ", "INSERT ", "POST "))]
    finally:
        for each in both:
            each.end()
    refused = run_tacit(tmp_path / "0", "up", "--port", str(ports[0]), timeout=60, **point(ports[0]))
    assert (refused.returncode, "is this installation itself" in refused.stderr) == (2, True)


def point(port: int) -> dict[str, str]:
    return {"TACIT_OWN_TRACES_ENDPOINT": f"http://localhost:{port}"}


def find_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def list_names(platform: Platform) -> set[str]:
    """Of all spans that it holds."""
    ids = [each["trace_id"] for each in platform.get_json("traces?limit=100")["items"]]
    return {span["name"] for each in ids for span in platform.get_json(f"traces/{each}")["spans"]}
