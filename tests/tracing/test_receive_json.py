"""OTLP/JSON as senders write it, over a real connection."""

import base64
import json
import math
from typing import Any

import pytest
from google.rpc import code_pb2

from tests.conftest import Server
from tests.tracing.otlp import make_span_id, make_trace_id
from tests.tracing.sending import JSON, count_spans, failing_store, send
from tracing.records import load_spans


def make_json(*attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    span = {
        "traceId": make_trace_id(1),
        "spanId": make_span_id(2),
        "name": "work",
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": 1700000000000000001,
        "attributes": attributes,
    }
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [span | fields]}]}]}


def write(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def test_ids_are_hex_in_any_case_and_numbers_may_be_texts(server: Server) -> None:
    document = make_json(
        {"key": "text", "value": {"intValue": str(2**63 - 1)}},
        {"key": "number", "value": {"intValue": 7}},
        traceId="ABCDEF" + "0" * 26,
        spanId="00000000000000FF",
        parentSpanId=make_span_id(9),
        kind=3,
        status={"code": 2, "message": "broke"},
        links=[{"traceId": make_trace_id(5), "spanId": make_span_id(6)}],
        events=[{"timeUnixNano": "1700000000000000000", "name": "e"}],
    )
    answer = send(server, write(document), JSON)
    assert (answer.status, answer.json) == (200, {})
    [span] = load_spans(server.store, server.project.pk, ["abcdef" + "0" * 26])
    assert (span.span_id, span.parent_span_id) == ("00000000000000ff", make_span_id(9))
    assert (span.kind, span.status_code, span.status_message) == ("Client", "Error", "broke")
    assert (span.start_time_ns, span.duration_ns) == (1700000000000000000, 1)
    assert dict(span.attributes) == {"text": 2**63 - 1, "number": 7}
    assert (span.links[0].trace_id, span.links[0].span_id) == (make_trace_id(5), make_span_id(6))
    assert span.events[0].name == "e"


def test_every_kind_of_value_is_taken(server: Server) -> None:
    nested = {"kvlistValue": {"values": [{"key": "k", "value": {"arrayValue": {"values": [{"intValue": "1"}]}}}]}}
    values = {
        "bool": {"boolValue": True},
        "double": {"doubleValue": 1.5},
        "nan": {"doubleValue": "NaN"},
        "bare": {"doubleValue": -math.inf},
        "bytes": {"bytesValue": base64.b64encode(b"\xff\0").decode()},
        "nested": nested,
        "none": {},
        "nul": {"stringValue": "a\0b"},
    }
    body = write(make_json(*({"key": key, "value": value} for key, value in values.items())))
    assert send(server, body, JSON).status == 200
    [span] = load_spans(server.store, server.project.pk, [make_trace_id(1)])
    assert repr(span.attributes.pop("nan")) == "nan"  # type: ignore[attr-defined]
    assert span.attributes == {
        "bool": True,
        "double": 1.5,
        "bare": -math.inf,
        "bytes": "/wA=",
        "nested": {"k": [1]},
        "none": None,
        "nul": "a\0b",
    }


def test_fields_and_names_that_we_do_not_know_are_passed_over(server: Server) -> None:
    document = make_json(kind="SPAN_KIND_SERVER", flags=257, newField={"traceId": ["x"]}, status={"code": "NEW"})
    document["resourceSpans"][0]["resource"]["entityRefs"] = [{"type": "host", "idKeys": ["a"]}]
    assert send(server, write(document | {"more": [1]}), JSON).status == 200
    [span] = load_spans(server.store, server.project.pk, [make_trace_id(1)])
    assert (span.kind, span.status_code) == ("Server", "Unset")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"a\\ud800b", "a\ufffdb"),
        (b"\\uDFFF", "\ufffd"),
        (b"\\ud83d\\ude00", "😀"),
        (b"\\\\ud800", "\\ud800"),
        (b"\\u0000", "\0"),
        (b"\xff", "\ufffd"),
    ],
)
def test_letters_that_are_no_unicode_are_replaced_and_others_are_kept(
    server: Server, written: bytes, kept: str
) -> None:
    body = write(make_json(name="NAME")).replace(b"NAME", written)
    assert send(server, body, JSON).status == 200
    [span] = load_spans(server.store, server.project.pk, [make_trace_id(1)])
    assert span.name == kept


@pytest.mark.parametrize("trace_id", ["", "0" * 32, "ab", "g" * 32, "YWJjZGVmZ2hpamtsbW5vcA=="])
def test_an_invalid_id_is_told_in_json_and_its_neighbour_is_kept(server: Server, trace_id: str) -> None:
    document = make_json()
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans.append(spans[0] | {"traceId": trace_id})
    answer = send(server, write(document), JSON)
    assert (answer.status, count_spans(server)) == (200, 1)
    assert int(answer.json["partialSuccess"]["rejectedSpans"]) == 1
    assert "trace_id" in answer.json["partialSuccess"]["errorMessage"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"3",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"resourceSpans":' * 50_000,
        write(make_json(startTimeUnixNano="soon")),
        write(make_json(startTimeUnixNano=-1)),
        write(make_json(startTimeUnixNano=1e400)),
        write(make_json(name=7)),
        write(make_json(traceId=7)),
        write({"resourceSpans": {}}),
        write({"resourceSpans": [None]}),
        b'{"resourceSpans": [], "\\ud800": ' + b"9" * 5000 + b"}",
        write(make_json({"key": "deep", "value": json.loads('{"arrayValue":{"values":[' * 90 + "{}" + "]}}" * 90)})),
    ],
    ids=range(17),
)
def test_json_that_is_no_request_is_400_in_json(server: Server, body: bytes) -> None:
    answer = send(server, body, {"Content-Type": "Application/JSON; charset=utf-8"})
    assert (answer.status, answer.json["code"]) == (400, code_pb2.INVALID_ARGUMENT)
    assert "ExportTraceServiceRequest" in answer.json["message"]
    assert count_spans(server) == 0


def test_other_refusals_are_told_in_json_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send(server, b"{}", JSON, path="/v1/nothing").json["code"] == code_pb2.INVALID_ARGUMENT
    assert send(server, b"{}", JSON | {"Origin": "https://evil.example"}).json["code"] == code_pb2.PERMISSION_DENIED
    with failing_store(monkeypatch):
        answer = send(server, write(make_json()), JSON)
    assert (answer.status, answer.json["code"]) == (503, code_pb2.UNAVAILABLE)
    assert int(answer.headers["Retry-After"]) > 0
