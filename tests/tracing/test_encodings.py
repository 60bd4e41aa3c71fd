"""Bodies to messages: the same request in both encodings, and whatever else may come."""

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.tracing.otlp import make_request, make_span, to_key_values
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.receive.encodings import Encoding, InvalidBodyError, parse_message

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False)
SCALARS = TEXTS | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FLOATS | st.binary() | st.none()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8)
NAMES = st.sampled_from(
    (
        *(
            "resourceSpans",
            "resource",
            "attributes",
            "key",
            "value",
            "scopeSpans",
            "scope",
            "spans",
            "traceId",
            "spanId",
        ),
        *("spanId", "parentSpanId", "name", "kind", "links", "events", "status", "code", "startTimeUnixNano", "flags"),
        *("end_time_unix_nano", "stringValue", "intValue", "doubleValue", "boolValue", "bytesValue", "arrayValue"),
        *("kvlistValue", "values", "resourceLogs", "scopeLogs", "logRecords", "body", "timeUnixNano", "severityNumber"),
    )
)
IDS = st.sampled_from(["ab" * 16, "ab" * 8])
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ab" * 16, "ab" * 8]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5),
    max_leaves=30,
)
ID_FIELDS = ("traceId", "spanId", "parentSpanId")
DECODERS = {ExportTraceServiceRequest: decode_spans, ExportLogsServiceRequest: decode_logs}


def to_otlp_json(message: Message) -> bytes:
    """As OTLP writes it: protobuf's JSON with ids in hex."""

    def write_ids(fields: Any) -> Any:
        if isinstance(fields, list):
            return [write_ids(each) for each in fields]
        if not isinstance(fields, dict):
            return fields
        return {
            name: base64.b64decode(value).hex() if name in ID_FIELDS else write_ids(value)
            for name, value in fields.items()
        }

    return json.dumps(write_ids(MessageToDict(message))).encode()


@settings(max_examples=100, deadline=None)
@given(attributes=st.dictionaries(TEXTS, VALUES, max_size=5), name=TEXTS, start=st.integers(0, 2**64 - 1))
def test_a_request_is_the_same_in_both_encodings(attributes: dict[str, Any], name: str, start: int) -> None:
    events = [Span.Event(name=name, time_unix_nano=start, attributes=to_key_values(attributes))]
    links = [Span.Link(trace_id=b"\xfe" * 16, span_id=b"\3" * 8)]
    span = make_span(7, 9, attributes, parent=3, name=name, start_time_unix_nano=start, events=events, links=links)
    request = make_request(span)
    assert parse_message(to_otlp_json(request), ExportTraceServiceRequest, Encoding.JSON) == request


def decode_or_refuse(data: bytes, encoding: Encoding) -> None:
    """Anything but rows or InvalidBodyError fails the test."""
    for kind, decode in DECODERS.items():
        try:
            request: Any = parse_message(data, kind, encoding)
        except InvalidBodyError:
            continue
        batch = decode(request, 1)
        assert {len(values) for values in batch.columns.values()} == {len(batch)}


@settings(max_examples=300, deadline=None)
@given(document=ANYTHING)
def test_any_json_is_rows_or_refused(document: Any) -> None:
    decode_or_refuse(json.dumps(document).encode(), Encoding.JSON)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=60), place=st.integers(0, 200))
def test_any_bytes_are_rows_or_refused(data: bytes, place: int) -> None:
    good = make_request(make_span(attributes={"a": [1, {"b": "c"}]}, name="work")).SerializeToString()
    decode_or_refuse(data, Encoding.PROTOBUF)
    decode_or_refuse(data, Encoding.JSON)
    decode_or_refuse(good[:place] + data + good[place + len(data) :], Encoding.PROTOBUF)


def write_wrongly(wrong: bytes) -> bytes:
    """A request with `wrong` wherever a text may stand; its lengths are right."""
    mark = "X" * len(wrong)
    span = make_span(name=mark, attributes={mark: mark, "n": 1.5, "list": [mark, {mark: mark}], "bytes": b"\xff\xfe"})
    return make_request(span, resource={"service.name": mark}).SerializeToString().replace(mark.encode(), wrong)


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [(b"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb"), (b"caf\xc3", "caf\ufffd"), (b"\xff" * 300, "\ufffd" * 300)],
)
def test_letters_that_are_no_unicode_cost_neither_the_batch_nor_the_rest_of_the_text(wrong: bytes, mended: str) -> None:
    request: Any = parse_message(write_wrongly(wrong), ExportTraceServiceRequest, Encoding.PROTOBUF)
    columns = decode_spans(request, 1).columns
    assert (columns["SpanName"], columns["ServiceName"]) == ([mended], [mended])
    assert columns["SpanAttributes"] == [
        {
            mended: mended,
            "n": "1.5",
            "list": json.dumps([mended, {mended: mended}], ensure_ascii=False),
            "bytes": "//4=",
        }
    ]


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_body_that_ends_too_early_is_refused_though_its_texts_are_wrong(cut: int) -> None:
    with pytest.raises(InvalidBodyError, match="ExportTraceServiceRequest"):
        parse_message(write_wrongly(b"\xff\xff")[:-cut], ExportTraceServiceRequest, Encoding.PROTOBUF)
