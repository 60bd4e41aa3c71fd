"""OTLP/HTTP as senders meet it: every answer over a real connection, every row asked of the real store."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.db import OperationalError
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span, make_span_id, make_trace_id
from tests.tracing.sending import GZIP, ONE_SPAN, PROTOBUF, Answer, count_spans, failing_store, send
from tracing.ingest import stop_ingest
from tracing.receive.otlp import MAX_BODY_BYTES
from tracing.records import load_spans
from tracing.store import Store

TOO_LARGE = bytes(MAX_BODY_BYTES + 1)
DEFLATE = PROTOBUF | {"Content-Encoding": "deflate"}


def deflate_raw(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def test_rows_can_be_queried_when_200_is_answered(server: Server) -> None:
    for number in range(1, 6):
        answer = send(server, make_request(make_span(number)).SerializeToString())
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["Content-Type"] == "application/x-protobuf"
        assert count_spans(server) == number


def test_gzip_is_taken_in_one_member_or_several(server: Server) -> None:
    first, second = (make_request(make_span(number)).SerializeToString() for number in (1, 2))
    answer = send(server, gzip.compress(first) + gzip.compress(second), GZIP)
    assert (answer.status, count_spans(server)) == (200, 2)


def test_gzip_of_very_many_members_is_refused_before_it_costs_much(server: Server) -> None:
    start = time.monotonic()
    answer = send(server, gzip.compress(b"") * 400_000, GZIP)
    assert (answer.status, answer.error.code) == (400, code_pb2.INVALID_ARGUMENT)
    assert "members" in answer.error.message
    assert time.monotonic() - start < 5  # to copy the rest of the body after each took minutes


@pytest.mark.parametrize("compress", [zlib.compress, deflate_raw])
def test_deflate_is_taken_with_and_without_its_envelope(server: Server, compress: Callable[[bytes], bytes]) -> None:
    assert (send(server, compress(ONE_SPAN), DEFLATE).status, count_spans(server)) == (200, 1)


@pytest.mark.parametrize("body", [b"", gzip.compress(b"")], ids=["plain", "gzip"])
def test_an_empty_request_is_taken(server: Server, body: bytes) -> None:
    answer = send(server, body, GZIP if body else PROTOBUF)
    assert (answer.status, answer.body, count_spans(server)) == (200, b"", 0)


@pytest.mark.parametrize(
    "content_type", ["APPLICATION/X-Protobuf", "application/x-protobuf; charset=utf-8", " application/x-protobuf ;v=1"]
)
def test_the_content_type_may_have_capitals_and_parameters(server: Server, content_type: str) -> None:
    assert send(server, headers={"Content-Type": content_type, "Content-Encoding": "Identity"}).status == 200


def test_the_limits_of_the_settings_hold_and_cuts_are_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAX_VALUE_CHARACTERS", 5)
    monkeypatch.setattr(settings, "MAX_ATTRIBUTES", 2)
    span = make_span(name="work", attributes={"a": "123456", "b": "12345", "c": "1"})
    assert send(server, make_request(span).SerializeToString()).status == 200
    [loaded] = load_spans(server.store, server.project.pk, [make_trace_id(1)])
    assert loaded.attributes == {
        "a": "12345… [cut by Tacit: 5 of 6 characters]",
        "b": "12345",
        "tacit.truncated": ["a", "c"],
    }


def test_invalid_spans_are_told_in_partial_success_and_the_others_are_kept(server: Server) -> None:
    bad = make_span(2)
    bad.trace_id = b"short"
    answer = send(server, make_request(make_span(1), bad).SerializeToString())
    told = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (answer.status, told.rejected_spans, count_spans(server)) == (200, 1, 1)
    assert "trace_id" in told.error_message


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        (b"\xff\xff not protobuf", PROTOBUF, "ExportTraceServiceRequest"),
        (ONE_SPAN[:-3], PROTOBUF, "ExportTraceServiceRequest"),
        (b"not gzip at all", GZIP, "not gzip"),
        (gzip.compress(ONE_SPAN)[:-12], GZIP, "ends before its end"),
        (gzip.compress(ONE_SPAN) + b"rubbish", GZIP, "not gzip"),
        (b"", GZIP, "ends before its end"),
        (b"", DEFLATE, "ends before its end"),
        (zlib.compress(ONE_SPAN)[:-2], DEFLATE, "ends before its end"),
        (b"not deflate", DEFLATE, "not deflate"),
    ],
    ids=[
        "not protobuf",
        "protobuf cut",
        "not gzip",
        "gzip cut",
        "gzip and more",
        "no gzip",
        "no deflate",
        "deflate cut",
        "not deflate",
    ],
)
def test_a_body_that_cannot_be_decoded_is_400_with_a_status(
    server: Server, body: bytes, headers: dict[str, str], told: str
) -> None:
    answer = send(server, body, headers)
    assert (answer.status, answer.error.code) == (400, code_pb2.INVALID_ARGUMENT)
    assert told in answer.error.message
    assert count_spans(server) == 0


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": ""}, PROTOBUF | {"Content-Encoding": "br"}]
)
def test_another_content_type_or_encoding_is_415(server: Server, headers: dict[str, str]) -> None:
    answer = send(server, headers=headers)
    assert (answer.status, answer.error.code) == (415, code_pb2.INVALID_ARGUMENT)
    assert "send" in answer.error.message


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405(server: Server, method: str) -> None:
    answer = send(server, b"", {}, method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert "POST" in answer.error.message


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/", "/v1/traces/more"])
def test_another_path_is_404_that_names_the_right_one(server: Server, path: str) -> None:
    answer = send(server, path=path)
    assert answer.status == 404
    assert "/v1/traces" in answer.error.message


def test_the_largest_body_is_taken(server: Server) -> None:
    filler = MAX_BODY_BYTES - len(ONE_SPAN) - 6
    body = ONE_SPAN + b"\xfa\x3f" + encode_length(filler) + bytes(filler)  # an unknown field of protobuf
    assert len(body) == MAX_BODY_BYTES
    assert (send(server, body).status, count_spans(server)) == (200, 1)


def encode_length(number: int) -> bytes:
    """A varint of four bytes."""
    return bytes([(number >> shift) & 0x7F | 0x80 for shift in (0, 7, 14)] + [number >> 21])


@pytest.mark.parametrize(
    ("body", "headers"),
    [(TOO_LARGE, PROTOBUF), (gzip.compress(TOO_LARGE, 1), GZIP), (zlib.compress(TOO_LARGE, 1), DEFLATE)],
    ids=["plain", "gzip bomb", "deflate bomb"],
)
def test_a_body_over_64_mib_is_413_and_the_sender_reads_it(
    server: Server, body: bytes, headers: dict[str, str]
) -> None:
    answer = send(server, body, headers)
    assert answer.status == 413
    assert f"{MAX_BODY_BYTES:,}" in answer.error.message
    response = requests.post(f"{server.url}/v1/traces", data=body, headers=headers, timeout=30)
    assert (response.status_code, Status.FromString(response.content).message) == (413, answer.error.message)


def test_a_chunked_body_over_64_mib_is_413_and_the_sender_reads_it(server: Server) -> None:
    chunks = (bytes(1 << 20) for _ in range(66))
    response = requests.post(f"{server.url}/v1/traces", data=chunks, headers=PROTOBUF, timeout=30)
    assert response.status_code == 413
    assert f"{MAX_BODY_BYTES:,}" in Status.FromString(response.content).message


def test_a_chunked_body_is_taken(server: Server) -> None:
    chunks = (ONE_SPAN[start : start + 7] for start in range(0, len(ONE_SPAN), 7))
    response = requests.post(f"{server.url}/v1/traces", data=chunks, headers=PROTOBUF, timeout=30)
    assert (response.status_code, count_spans(server)) == (200, 1)


def test_a_page_does_not_take_a_large_body_either(server: Server) -> None:
    assert send(server, TOO_LARGE, {}, path="/login").status in (400, 403, 413)


def test_a_sender_that_goes_away_in_the_middle_leaves_nothing(server: Server) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        head = f"POST /v1/traces HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(ONE_SPAN)}\r\n"
        connection.sendall(head.encode() + b"Content-Type: application/x-protobuf\r\n\r\n" + ONE_SPAN[:-1])
    assert count_spans(server) == 0
    assert send(server).status == 200


def test_the_same_spans_twice_count_once_and_the_later_version_wins(server: Server) -> None:
    for name in ("first", "first", "second"):
        span = make_span(7, name=name, start_time_unix_nano=1_000 + len(name))
        assert send(server, make_request(span).SerializeToString()).status == 200
    assert count_spans(server) == 1
    [arrivals] = server.store.query("tracing/sql/page_arriving.sql", project_id=server.project.pk)
    assert arrivals["spans"] == 1
    [span] = load_spans(server.store, server.project.pk, [make_trace_id(1)])
    assert (span.span_id, span.name) == (make_span_id(7), "second")


def test_a_failing_store_is_503_with_a_hint_and_nothing_is_acknowledged(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing_store(monkeypatch):
        answer = send(server)
        assert (answer.status, answer.error.code) == (503, code_pb2.UNAVAILABLE)
        assert int(answer.headers["Retry-After"]) > 0
        assert "disk" not in answer.error.message
    assert count_spans(server) == 0
    assert (send(server).status, count_spans(server)) == (200, 1)


def test_a_failing_database_of_keys_is_503(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: str) -> None:
        raise OperationalError("the database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("tracing.access.keys.read_facts", fail)
        answer = send(server, headers=PROTOBUF | {"x-api-key": "tacit_x"})
    assert (answer.status, answer.error.code) == (503, code_pb2.UNAVAILABLE)
    assert int(answer.headers["Retry-After"]) > 0
    assert "locked" not in answer.error.message


def test_a_full_backlog_is_503_and_room_again_is_200(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_ingest()
    monkeypatch.setattr(settings, "INGEST_BACKLOG_LIMIT", 2 * len(ONE_SPAN) - 1)
    entered, go_on = threading.Event(), threading.Event()
    insert = Store.insert

    def insert_slowly(store: Store, table: str, columns: dict[str, list[object]]) -> None:
        entered.set()
        assert go_on.wait(20)
        insert(store, table, columns)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "insert", insert_slowly)
        first: list[Answer] = []
        sender = threading.Thread(target=lambda: first.append(send(server)))
        sender.start()
        assert entered.wait(20)
        full = send(server, make_request(make_span(2)).SerializeToString())
        go_on.set()
        sender.join(20)
    assert (full.status, full.error.code) == (503, code_pb2.UNAVAILABLE)
    assert int(full.headers["Retry-After"]) > 0
    assert first[0].status == 200
    assert count_spans(server) == 1
    assert (send(server, make_request(make_span(2)).SerializeToString()).status, count_spans(server)) == (200, 2)
