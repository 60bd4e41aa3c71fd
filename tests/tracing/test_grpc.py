"""OTLP/gRPC as senders meet it: real exporters and raw calls over a real connection."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from django.contrib.auth import get_user_model
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from config.grpc_server import THREADS, GrpcServer
from config.http_server import PortBusyError
from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span, make_trace_id
from tests.tracing.sending import ONE_SPAN, count_spans, failing_store
from tracing.access.keys import create_key
from tracing.access.openness import forget_users
from tracing.receive.otlp import MAX_BODY_BYTES
from tracing.records import load_spans
from tracing.store import Store

COLLECTOR = "/opentelemetry.proto.collector"
TRACES = f"{COLLECTOR}.trace.v1.TraceService/Export"
LOGS = f"{COLLECTOR}.logs.v1.LogsService/Export"
METRICS = f"{COLLECTOR}.metrics.v1.MetricsService/Export"
UNLIMITED = (("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1))


@pytest.fixture
def endpoint(server: Server) -> Iterator[str]:
    grpc_server = GrpcServer("127.0.0.1", 0)
    grpc_server.start()
    yield f"127.0.0.1:{grpc_server.port}"
    grpc_server.stop()


def call(
    endpoint: str,
    body: bytes = ONE_SPAN,
    method: str = TRACES,
    metadata: tuple[tuple[str, str], ...] = (),
    compression: grpc.Compression = grpc.Compression.NoCompression,
) -> bytes:
    with grpc.insecure_channel(endpoint, options=UNLIMITED) as channel:
        export: Any = channel.unary_unary(method)
        answer: bytes = export(body, timeout=30, metadata=metadata, compression=compression)
        return answer


def refuse(endpoint: str, body: bytes = ONE_SPAN, **options: Any) -> tuple[grpc.StatusCode, Status]:
    """The code of the refusal, and the `google.rpc.Status` beside it."""
    with pytest.raises(grpc.RpcError) as caught:
        call(endpoint, body, **options)
    error: Any = caught.value
    metadata = dict(error.trailing_metadata() or ())
    status = Status.FromString(metadata.get("grpc-status-details-bin", b""))
    assert status.message in ("", error.details())
    return error.code(), status


def close(server: Server) -> str:
    """The first user is created; a key of the project."""
    get_user_model().objects.create_user(username="anna@example.org", password="a long and good phrase")
    forget_users()
    return create_key(server.project, "test")


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_spans_of_a_real_exporter_are_stored(server: Server, endpoint: str, compression: grpc.Compression) -> None:
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True, compression=compression)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("app").start_as_current_span("work", attributes={"text": "x" * 10_000}):
        pass
    provider.shutdown()
    assert count_spans(server) == 1


def test_log_records_of_a_real_exporter_are_stored(server: Server, endpoint: str) -> None:
    provider = LoggerProvider()
    exporter = OTLPLogExporter(endpoint=endpoint, insecure=True, compression=grpc.Compression.Gzip)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("app").emit(LogRecord(timestamp=5, body="hello", event_name="gen_ai.choice"))
    provider.shutdown()
    [log] = server.store.query("tests/tracing/sql/logs.sql")
    assert (log["Body"], log["EventName"]) == ("hello", "gen_ai.choice")


def test_each_service_answers_nothing_where_all_was_kept(server: Server, endpoint: str) -> None:
    metrics = ExportMetricsServiceRequest()
    metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add(as_int=1)
    assert call(endpoint) == b""
    assert call(endpoint, ExportLogsServiceRequest().SerializeToString(), LOGS) == b""
    assert call(endpoint, metrics.SerializeToString(), METRICS) == b""
    assert count_spans(server) == 1


def test_invalid_spans_are_told_in_partial_success(server: Server, endpoint: str) -> None:
    bad = make_span(2)
    bad.span_id = b""
    answer = ExportTraceServiceResponse.FromString(call(endpoint, make_request(make_span(1), bad).SerializeToString()))
    assert (answer.partial_success.rejected_spans, count_spans(server)) == (1, 1)
    assert "span_id" in answer.partial_success.error_message


def test_a_body_that_is_no_request_is_an_invalid_argument(server: Server, endpoint: str) -> None:
    code, status = refuse(endpoint, b"\xff\xff")
    assert (code, status.code) == (grpc.StatusCode.INVALID_ARGUMENT, code_pb2.INVALID_ARGUMENT)
    assert "ExportTraceServiceRequest" in status.message


def test_a_closed_server_needs_a_key_in_the_metadata(server: Server, endpoint: str) -> None:
    key = close(server)
    assert refuse(endpoint)[0] == grpc.StatusCode.UNAUTHENTICATED
    assert refuse(endpoint, metadata=(("authorization", "Bearer tacit_wrong"),))[0] == grpc.StatusCode.UNAUTHENTICATED
    assert refuse(endpoint, b"\xff")[0] == grpc.StatusCode.UNAUTHENTICATED
    assert load_spans(server.store, server.project.pk, [make_trace_id(1)]) == []
    assert call(endpoint, metadata=(("authorization", f"Bearer {key}"),)) == b""
    assert call(endpoint, metadata=(("x-api-key", key),)) == b""
    assert len(load_spans(server.store, server.project.pk, [make_trace_id(1)])) == 1


def test_an_open_server_refuses_other_machines(server: Server, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.receive.grpc.read_peer", lambda _context: "10.0.0.7:4000")
    assert refuse(endpoint)[0] == grpc.StatusCode.PERMISSION_DENIED
    assert count_spans(server) == 0


def test_an_open_server_takes_its_own_machine_by_either_address(server: Server) -> None:
    grpc_server = GrpcServer("::1", 0)
    grpc_server.start()
    assert call(f"[::1]:{grpc_server.port}") == b""
    grpc_server.stop()


def test_a_failing_store_is_unavailable_and_says_when_to_come_again(
    server: Server, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing_store(monkeypatch):
        code, status = refuse(endpoint)
    assert (code, status.code) == (grpc.StatusCode.UNAVAILABLE, code_pb2.UNAVAILABLE)
    hint = RetryInfo()
    assert status.details[0].Unpack(hint)
    assert hint.retry_delay.seconds > 0
    assert count_spans(server) == 0
    assert (call(endpoint), count_spans(server)) == (b"", 1)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_message_over_64_mib_is_refused(server: Server, endpoint: str, compression: grpc.Compression) -> None:
    code, _ = refuse(endpoint, bytes(MAX_BODY_BYTES + 1), compression=compression)
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert call(endpoint) == b""


def test_other_methods_are_not_implemented(server: Server, endpoint: str) -> None:
    assert refuse(endpoint, method=f"{COLLECTOR}.trace.v1.TraceService/Import")[0] == grpc.StatusCode.UNIMPLEMENTED


def test_more_senders_than_threads_all_get_their_answer(server: Server, endpoint: str) -> None:
    bodies = [make_request(make_span(number)).SerializeToString() for number in range(1, 2 * THREADS + 1)]
    with ThreadPoolExecutor(len(bodies)) as pool:
        assert set(pool.map(lambda body: call(endpoint, body), bodies)) == {b""}
    assert count_spans(server) == len(bodies)


def test_stopping_answers_what_came_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go_on = threading.Event(), threading.Event()
    insert = Store.insert

    def insert_slowly(store: Store, table: str, columns: dict[str, list[object]]) -> None:
        entered.set()
        assert go_on.wait(20)
        insert(store, table, columns)

    monkeypatch.setattr(Store, "insert", insert_slowly)
    grpc_server = GrpcServer("127.0.0.1", 0)
    grpc_server.start()
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(call, f"127.0.0.1:{grpc_server.port}")
        assert entered.wait(20)
        stopped = pool.submit(grpc_server.stop)
        time.sleep(0.2)
        assert not stopped.done()
        go_on.set()
        assert answer.result(20) == b""
        stopped.result(20)
    assert count_spans(server) == 1
    assert refuse(f"127.0.0.1:{grpc_server.port}")[0] == grpc.StatusCode.UNAVAILABLE


def test_a_busy_port_is_told() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        with pytest.raises(PortBusyError, match=str(port)):
            GrpcServer("127.0.0.1", port)
