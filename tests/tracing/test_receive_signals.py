"""Logs and metrics over HTTP, Langfuse's path, and pages of other origins."""

import base64
import json

import pytest
from django.conf import settings
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from prometheus_client import CollectorRegistry

from tests.conftest import Server
from tests.tracing.otlp import make_span_id, make_trace_id
from tests.tracing.sending import JSON, ONE_SPAN, PROTOBUF, Answer, count_spans, send
from tracing import figures
from tracing.access.keys import create_key
from tracing.store import Store

SHOP = "https://shop.example"
LANGFUSE = "/api/public/otel/v1/traces"


def read_logs(store: Store) -> list[dict[str, object]]:
    return store.query("tests/tracing/sql/logs.sql")


def test_log_records_of_a_real_exporter_are_stored(server: Server) -> None:
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{server.url}/v1/logs")))
    provider.get_logger("app", "1.0").emit(
        LogRecord(
            timestamp=1_700_000_000_000_000_000,
            body={"content": ["Why?", 1]},
            severity_number=SeverityNumber.WARN,
            severity_text="WARN",
            event_name="gen_ai.user.message",
            attributes={"n": 3},
        )
    )
    provider.shutdown()
    [log] = read_logs(server.store)
    assert log["EventName"] == "gen_ai.user.message"
    assert json.loads(str(log["Body"])) == {"content": ["Why?", 1]}
    assert (log["BodyType"], log["LogAttributes"], log["LogAttributeTypes"]) == ("kvlist", {"n": "3"}, {"n": "int"})
    assert (log["SeverityText"], log["SeverityNumber"]) == ("WARN", SeverityNumber.WARN.value)
    assert log["project_id"] == server.project.pk


def make_logs(*trace_ids: bytes) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for trace_id in trace_ids:
        records.add(trace_id=trace_id, time_unix_nano=5).body.string_value = "hello"
    return request


def test_invalid_log_records_are_told_in_partial_success_and_the_others_are_kept(server: Server) -> None:
    answer = send(server, make_logs(b"short", b"", bytes([1] * 16)).SerializeToString(), path="/v1/logs")
    told = ExportLogsServiceResponse.FromString(answer.body).partial_success
    assert (answer.status, told.rejected_log_records) == (200, 1)
    assert "trace_id" in told.error_message
    assert sorted(str(log["TraceId"]) for log in read_logs(server.store)) == ["", "01" * 16]


def test_log_records_in_json_are_stored(server: Server) -> None:
    record = {
        "timeUnixNano": "1700000000000000000",
        "traceId": make_trace_id(1),
        "spanId": make_span_id(2),
        "body": {"stringValue": "hello"},
        "attributes": [{"key": "event.name", "value": {"stringValue": "gen_ai.choice"}}],
    }
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()
    answer = send(server, body, JSON, path="/v1/logs")
    assert (answer.status, answer.json) == (200, {})
    [log] = read_logs(server.store)
    assert (log["TraceId"], log["SpanId"], log["Body"]) == (make_trace_id(1), make_span_id(2), "hello")
    assert log["EventName"] == "gen_ai.choice"


def count_metric_points() -> float:
    registry: CollectorRegistry = figures.REGISTRY
    return registry.get_sample_value("tacit_not_stored_total", {"signal": "metrics"}) or 0.0


def test_metrics_are_answered_and_counted_as_not_stored(server: Server) -> None:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="g").gauge.data_points.add(as_int=1)
    metrics.add(name="h").histogram.data_points.extend([])
    sums = metrics.add(name="s").sum.data_points
    sums.add(as_int=1)
    sums.add(as_int=2)
    before = count_metric_points()
    answer = send(server, request.SerializeToString(), path="/v1/metrics")
    assert (answer.status, answer.body) == (200, b"")
    assert count_metric_points() == before + 3
    assert send(server, b"\xff", path="/v1/metrics").status == 400


def test_langfuses_path_takes_the_key_as_either_part_of_a_basic_pair(server: Server) -> None:
    key = create_key(server.project, "test")
    for pair in (f"{key}:x", f"pk-lf-1:{key}"):
        headers = PROTOBUF | {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        assert send(server, headers=headers, path=LANGFUSE).status == 200
    assert count_spans(server) == 1


@pytest.mark.parametrize("credentials", [b"pk-lf-1:sk-lf-2", b"", b"\xff\xfe", b"no colon"])
def test_another_basic_pair_is_no_key_for_an_open_server(server: Server, credentials: bytes) -> None:
    headers = PROTOBUF | {"Authorization": "Basic " + base64.b64encode(credentials).decode()}
    assert send(server, headers=headers, path=LANGFUSE).status == 200
    assert send(server, headers=PROTOBUF | {"Authorization": "Basic ???"}, path=LANGFUSE).status == 200


def test_a_basic_pair_with_a_wrong_key_is_401(server: Server) -> None:
    headers = PROTOBUF | {"Authorization": "Basic " + base64.b64encode(b"x:tacit_wrong").decode()}
    assert send(server, headers=headers, path=LANGFUSE).status == 401


def ask_first(server: Server, origin: str = SHOP) -> Answer:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-api-key",
        "Sec-Fetch-Site": "cross-site",
    }
    return send(server, b"", headers, method="OPTIONS")


def test_a_page_of_an_allowed_origin_may_send(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CORS_ORIGINS", frozenset({SHOP}))
    first = ask_first(server)
    assert first.status == 204
    assert first.headers["Access-Control-Allow-Origin"] == SHOP
    assert "x-api-key" in first.headers["Access-Control-Allow-Headers"]
    assert "POST" in first.headers["Access-Control-Allow-Methods"]
    answer = send(server, ONE_SPAN, PROTOBUF | {"Origin": SHOP, "Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    refused = send(server, b"\xff", PROTOBUF | {"Origin": SHOP})
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (400, SHOP)


@pytest.mark.parametrize("origin", ["https://evil.example", "https://shop.example.evil", "http://shop.example", "null"])
def test_a_page_of_another_origin_may_not_send(server: Server, monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setattr(settings, "CORS_ORIGINS", frozenset({SHOP}))
    assert "Access-Control-Allow-Origin" not in ask_first(server, origin).headers
    answer = send(server, ONE_SPAN, PROTOBUF | {"Origin": origin})
    assert (answer.status, count_spans(server)) == (403, 0)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_allowed_origin_reads_no_pages_and_no_rest(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CORS_ORIGINS", frozenset({SHOP}))
    for path in ("/api/v1/stats", "/p/default/"):
        answer = send(server, b"", {"Origin": SHOP}, method="GET", path=path)
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_allowed_origin_lets_no_foreign_host_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CORS_ORIGINS", frozenset({SHOP}))
    assert send(server, ONE_SPAN, PROTOBUF | {"Origin": SHOP, "Host": "evil.example"}).status == 403
