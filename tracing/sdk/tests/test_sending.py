"""From spans to a request, and from what a receiver answers to what is done about it."""

import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags
from tacit.sending import Request, Sender, Target, read_retry_after
from tacit.span_queue import SpanQueue, measure_values, pack_span, unpack_span

from .sink import Sink, run_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with run_sink() as sink:
        yield sink


def make_spans(count: int = 1, text: str = "why", max_attributes: int = 20) -> list[ReadableSpan]:
    """Spans with everything that a span can have."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False, span_limits=SpanLimits(max_span_attributes=max_attributes))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("theirs", "1.2")
    remote = SpanContext(5, 6, is_remote=True, trace_flags=TraceFlags(1))
    parent = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    for number in range(count):
        values = {"text": text, "number": number, "share": 0.5, "flag": True, "names": ("a", "b")}
        span = tracer.start_span(f"span {number}", parent, SpanKind.CLIENT, values, [Link(remote, {"why": "it"})])
        span.add_event("happened", {"how": "so"})
        span.set_status(StatusCode.ERROR, "it broke")
        span.end()
    return list(exporter.get_finished_spans())


@pytest.mark.parametrize("max_attributes", [20, 2])
def test_a_span_that_waited_is_sent_as_it_was(max_attributes: int) -> None:
    (span,) = make_spans(max_attributes=max_attributes)
    assert encode_spans([unpack_span(pack_span(span)).span]) == encode_spans([span])


def test_the_memory_of_long_texts_is_measured_wherever_they_are() -> None:
    text = "x" * 100_000
    (span,) = make_spans(text=text)
    assert 100_000 < unpack_span(pack_span(span)).size < 110_000
    assert measure_values([(text, [text], {"key": text})]) > 300_000


def test_a_queue_takes_what_has_room() -> None:
    queue = SpanQueue(max_spans=10, max_bytes=10**9)
    for span in make_spans(15):
        queue.put(span)
    assert (queue.put_count, queue.overflow_count, len(queue.take(0.01))) == (10, 5, 10)
    for span in make_spans(3):
        queue.put(span)
    assert (queue.put_count, queue.overflow_count) == (13, 5)


def test_all_spans_of_a_request_arrive_once_and_in_order(sink: Sink) -> None:
    sender = Sender(Target(f"{sink.endpoint}/v1/traces", "k-1"))
    request = sender.encode(make_spans(100), lambda: None)
    assert request.span_count == 100
    assert sender.send(request, 5.0).verdict == "taken"
    assert [span.name for span in sink.spans] == [f"span {number}" for number in range(100)]


def test_a_key_is_not_replaced_by_what_netrc_says(sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    Sender(Target(sink.endpoint, "k-1")).send(Request(b"", 0), 5.0)
    assert sink.requests[0][1]["authorization"] == "Bearer k-1"


def test_a_connection_that_the_receiver_closed_is_opened_again(sink: Sink) -> None:
    sender = Sender(Target(sink.endpoint, None))
    request = sender.encode(make_spans(), lambda: None)
    for _ in range(3):  # the sink closes each connection after its answer
        assert sender.send(request, 5.0).verdict == "taken"


def test_a_certificate_that_is_not_there_is_refused_rather_than_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem")
    answer = Sender(Target("https://127.0.0.1:1/v1/traces", None)).send(Request(b"", 0), 1.0)
    assert answer.verdict == "refused"
    assert "/nowhere.pem" in answer.message


@pytest.mark.parametrize("name", ["none", "gzip", "deflate"])
def test_compressions_of_the_standard_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", name)
    body = Sender(Target("http://127.0.0.1:1", None)).encode(make_spans(), lambda: None).body
    if name == "none":
        assert len(ExportTraceServiceRequest.FromString(body).resource_spans) == 1
    else:
        assert body[:1] == {"gzip": b"\x1f", "deflate": b"\x78"}[name]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("0", 0.0), ("-5", 0.0), ("0.5", 0.5), (None, None), ("soon", None), ("inf", None), ("nan", None)],
)
def test_what_receivers_ask_to_wait(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value) == seconds


def test_a_receiver_may_name_the_moment() -> None:
    assert read_retry_after(formatdate(time.time() + 60, usegmt=True)) == pytest.approx(60, abs=3)
    assert read_retry_after(formatdate(0, usegmt=True)) == 0.0
