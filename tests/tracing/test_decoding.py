import base64
import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.tracing.otlp import make_request, make_span, make_span_id, make_trace_id, to_any, to_key_values
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.receive.values import Limits, decode_attributes
from tracing.records import load_spans
from tracing.store import Store

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30) | st.just("\0 null")
SCALARS = (
    TEXTS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.binary(max_size=20)
    | st.none()
    | st.sampled_from([2**63 - 1, -(2**63), 0.0, -0.0, 1e308, 5e-324, math.nan, math.inf, -math.inf, b"", ""])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=10
)
ATTRIBUTES = st.dictionaries(TEXTS, VALUES, max_size=6)


def expect(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes as they are when they are read again: NaN is a text inside of others, bytes are base64."""
    return {key: value if isinstance(value, float) else expect_nested(value) for key, value in attributes.items()}


def expect_nested(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [expect_nested(item) for item in value]
    if isinstance(value, dict):
        return {key: expect_nested(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def tell_apart(value: Any) -> Any:
    """A value that compares equal only to one of the same type, and NaN to NaN."""
    if isinstance(value, list):
        return [tell_apart(item) for item in value]
    if isinstance(value, dict):
        return {key: tell_apart(item) for key, item in value.items()}
    return (type(value).__name__, repr(value))


@pytest.mark.parametrize(
    ("value", "text", "type_name"),
    [
        ("hello", "hello", None),
        ("", "", None),
        (True, "true", "bool"),
        (False, "false", "bool"),
        (2**63 - 1, "9223372036854775807", "int"),
        (-(2**63), "-9223372036854775808", "int"),
        (1.5, "1.5", "double"),
        (math.nan, "NaN", "double"),
        (-math.inf, "-Infinity", "double"),
        (b"\xff\x00", "/wA=", "bytes"),
        ([1, "a", None, True, b"\xff"], '[1, "a", null, true, "/w=="]', "array"),
        ([], "[]", "array"),
        ({"k": [1.5, {"é": math.nan}]}, '{"k": [1.5, {"é": "NaN"}]}', "kvlist"),
        (None, "", "empty"),
    ],
)
def test_every_kind_of_value_becomes_text_and_its_type(value: object, text: str, type_name: str | None) -> None:
    strings, types = decode_attributes([KeyValue(key="k", value=to_any(value))])
    assert strings == {"k": text}
    assert types == ({"k": type_name} if type_name else {})


def test_the_last_of_two_values_of_one_key_counts_with_its_type() -> None:
    twice = [KeyValue(key="k", value=AnyValue(int_value=1)), KeyValue(key="k", value=AnyValue(string_value="1"))]
    assert decode_attributes(twice) == ({"k": "1"}, {})
    assert decode_attributes(list(reversed(twice))) == ({"k": "1"}, {"k": "int"})


def test_columns_are_those_of_the_collectors_clickhouse_exporter() -> None:
    span = make_span(
        number=2,
        parent=1,
        name="GET /",
        attributes={"n": 3},
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=1_000,
        end_time_unix_nano=1_250,
        trace_state="a=b",
        status=Status(code=Status.STATUS_CODE_ERROR, message="broke"),
        events=[Span.Event(name="e", time_unix_nano=1_100, attributes=to_key_values({"x": True}))],
        links=[
            Span.Link(trace_id=b"\1" * 16, span_id=b"\2" * 8, trace_state="c=d", attributes=to_key_values({"y": "z"}))
        ],
    )
    columns = decode_spans(make_request(span), 7).columns
    assert {name: values[0] for name, values in columns.items()} == {
        "Timestamp": 1_000,
        "TraceId": make_trace_id(1),
        "SpanId": make_span_id(2),
        "ParentSpanId": make_span_id(1),
        "TraceState": "a=b",
        "SpanName": "GET /",
        "SpanKind": "Client",
        "ServiceName": "shop",
        "ResourceAttributes": {"service.name": "shop", "tacit.project": "7"},
        "ScopeName": "tests",
        "ScopeVersion": "1.2",
        "SpanAttributes": {"n": "3"},
        "Duration": 250,
        "StatusCode": "Error",
        "StatusMessage": "broke",
        "Events.Timestamp": [1_100],
        "Events.Name": ["e"],
        "Events.Attributes": [{"x": "true"}],
        "Links.TraceId": ["01" * 16],
        "Links.SpanId": ["02" * 8],
        "Links.TraceState": ["c=d"],
        "Links.Attributes": [{"y": "z"}],
        "SpanAttributeTypes": {"n": "int"},
        "ResourceAttributeTypes": {},
        "EventAttributeTypes": [{"x": "bool"}],
        "LinkAttributeTypes": [{}],
        "project_id": 7,
    }


def test_a_sender_cannot_choose_its_project() -> None:
    request = make_request(make_span(), resource={"tacit.project": 99})
    [resource] = decode_spans(request, 7).columns["ResourceAttributes"]
    assert resource["tacit.project"] == "7"


def test_a_span_that_ends_before_it_starts_has_no_duration() -> None:
    span = make_span(start_time_unix_nano=500, end_time_unix_nano=100)
    assert decode_spans(make_request(span), 1).columns["Duration"] == [0]


@pytest.mark.parametrize("code", [-1, 99])
def test_enumerations_that_we_do_not_know_become_the_unspecified_ones(code: int) -> None:
    span = make_span(kind=code, status=Status(code=code))  # type: ignore[arg-type]
    columns = decode_spans(make_request(span), 1).columns
    assert (columns["SpanKind"], columns["StatusCode"]) == (["Unspecified"], ["Unset"])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"trace_id": b""}, "trace_id"),
        ({"trace_id": b"\1" * 15}, "trace_id"),
        ({"trace_id": b"\0" * 16}, "trace_id"),
        ({"span_id": b"\1" * 9}, "span_id"),
        ({"span_id": b"\0" * 8}, "span_id"),
        ({"start_time_unix_nano": 2**63}, "times"),
        ({"end_time_unix_nano": 2**64 - 1}, "times"),
        ({"events": [Span.Event(time_unix_nano=2**63)]}, "times"),
    ],
)
def test_a_span_without_identity_or_time_is_counted_and_its_neighbours_are_kept(
    fields: dict[str, Any], told: str
) -> None:
    bad = make_span(number=2)
    bad.MergeFrom(Span(events=fields.pop("events", [])))
    for name, value in fields.items():
        setattr(bad, name, value)
    batch = decode_spans(make_request(make_span(1), bad, make_span(3)), 1)
    assert batch.columns["SpanId"] == [make_span_id(1), make_span_id(3)]
    assert {len(values) for values in batch.columns.values()} == {2}
    assert batch.rejected == 1
    assert told in batch.reason


def test_the_earliest_and_the_latest_time_come_back_from_the_store(store: Store) -> None:
    spans = [
        make_span(1, start_time_unix_nano=0, end_time_unix_nano=0),
        make_span(2, start_time_unix_nano=2**63 - 1, end_time_unix_nano=2**63 - 1),
        make_span(3, start_time_unix_nano=0, end_time_unix_nano=2**63 - 1),
    ]
    store.insert("otel_traces", decode_spans(make_request(*spans), 1).columns)
    loaded = {span.span_id: span for span in load_spans(store, 1, [make_trace_id(1)])}
    assert loaded[make_span_id(1)].start_time_ns == 0
    assert loaded[make_span_id(2)].start_time_ns == 2**63 - 1
    assert loaded[make_span_id(3)].duration_ns == 2**63 - 1


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(attributes={"a": math.nan, "b": [math.nan, -0.0]}, resource={}, event={"\0": -math.inf}, link={}, name="")
@given(attributes=ATTRIBUTES, resource=ATTRIBUTES, event=ATTRIBUTES, link=ATTRIBUTES, name=TEXTS)
def test_any_attributes_come_back_from_the_store_in_their_types(
    store: Store,
    attributes: dict[str, Any],
    resource: dict[str, Any],
    event: dict[str, Any],
    link: dict[str, Any],
    name: str,
) -> None:
    resource.pop("tacit.project", None)
    store.execute("TRUNCATE TABLE otel_traces")
    span = make_span(
        attributes=attributes,
        name=name,
        events=[Span.Event(name=name, time_unix_nano=5, attributes=to_key_values(event))],
        links=[Span.Link(trace_id=b"\3" * 16, span_id=b"\4" * 8, attributes=to_key_values(link))],
    )
    store.insert("otel_traces", decode_spans(make_request(span, resource=resource or {"a": "b"}), 1).columns)
    [loaded] = load_spans(store, 1, [make_trace_id(1)])
    assert loaded.name == name
    assert tell_apart(loaded.attributes) == tell_apart(expect(attributes))
    assert tell_apart(loaded.resource_attributes) == tell_apart(expect(resource or {"a": "b"}) | {"tacit.project": "1"})
    assert tell_apart(loaded.events[0].attributes) == tell_apart(expect(event))
    assert tell_apart(loaded.links[0].attributes) == tell_apart(expect(link))


SMALL = Limits(value_characters=10, attributes=3)


def test_values_over_the_limit_are_cut_with_a_mark_and_named() -> None:
    attributes = {"long": "x" * 11, "short": "y" * 10, "list": list(range(9))}
    strings, types = decode_attributes(to_key_values(attributes), SMALL)
    assert strings["long"] == "x" * 10 + "… [cut by Tacit: 10 of 11 characters]"
    assert strings["short"] == "y" * 10
    assert strings["list"].startswith("[0, 1, 2, … [cut by Tacit")
    assert json.loads(strings["tacit.truncated"]) == ["long", "list"]
    assert types == {"tacit.truncated": "array"}


def test_attributes_over_the_limit_are_named() -> None:
    strings, types = decode_attributes(to_key_values({str(number): number for number in range(5)}), SMALL)
    assert list(strings) == ["0", "1", "2", "tacit.truncated"]
    assert json.loads(strings["tacit.truncated"]) == ["3", "4"]
    assert types == {"0": "int", "1": "int", "2": "int", "tacit.truncated": "array"}


def test_very_many_attributes_over_the_limit_are_named_in_part() -> None:
    strings, _ = decode_attributes(to_key_values({str(number): number for number in range(3 + 1_500)}), SMALL)
    named = json.loads(strings["tacit.truncated"])
    assert (len(named), named[0], named[-1]) == (1_001, "3", "… 500 more")


def test_long_texts_beside_the_attributes_are_cut_and_named_in_them() -> None:
    span = make_span(
        name="n" * 11,
        status=Status(message="m" * 11),
        attributes={"a": "x" * 11},
        events=[Span.Event(name="e" * 11, attributes=to_key_values({"b": "x" * 11}))],
    )
    columns = decode_spans(make_request(span, resource={"service.name": "s" * 11}), 1, SMALL).columns
    cut = " [cut by Tacit: 10 of 11 characters]"
    assert columns["SpanName"] == ["n" * 10 + "…" + cut]
    assert columns["StatusMessage"] == ["m" * 10 + "…" + cut]
    assert columns["Events.Name"] == [["e" * 10 + "…" + cut]]
    assert json.loads(columns["SpanAttributes"][0]["tacit.truncated"]) == ["name", "status_message", "a"]
    assert json.loads(columns["Events.Attributes"][0][0]["tacit.truncated"]) == ["b"]
    assert json.loads(columns["ResourceAttributes"][0]["tacit.truncated"]) == ["service.name"]


def test_large_values_and_many_attributes_come_back_whole(store: Store) -> None:
    attributes = {f"key {number}": number for number in range(10_000)} | {"text": "é" * 2**20, "nul": "\0" * 100}
    store.insert("otel_traces", decode_spans(make_request(make_span(attributes=attributes)), 1).columns)
    [loaded] = load_spans(store, 1, [make_trace_id(1)])
    assert loaded.attributes == attributes


def test_a_cut_list_is_read_as_a_text_and_the_names_of_what_was_cut_as_a_list(store: Store) -> None:
    span = make_span(attributes={"list": list(range(9)), "bytes": b"\xff" * 30, "n": 1})
    store.insert("otel_traces", decode_spans(make_request(span), 1, SMALL).columns)
    [loaded] = load_spans(store, 1, [make_trace_id(1)])
    assert loaded.attributes == {
        "list": "[0, 1, 2, … [cut by Tacit: 10 of 27 characters]",
        "bytes": "//////////… [cut by Tacit: 10 of 40 characters]",
        "n": 1,
        "tacit.truncated": ["list", "bytes"],
    }


def make_logs(*records: LogRecord) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.extend(to_key_values({"service.name": "shop"}))
    scope = group.scope_logs.add()
    scope.scope.name, scope.scope.version = "tests", "1.2"
    scope.log_records.extend(records)
    return request


def decode_log(**fields: Any) -> dict[str, Any]:
    return {name: value for name, [value] in decode_logs(make_logs(LogRecord(**fields)), 7).columns.items()}


def test_columns_of_log_records() -> None:
    assert decode_log(
        time_unix_nano=1_000,
        observed_time_unix_nano=1_500,
        severity_number=SeverityNumber.SEVERITY_NUMBER_WARN,
        severity_text="WARN",
        body=to_any({"role": "user"}),
        attributes=to_key_values({"n": 3}),
        flags=0x101,
        trace_id=b"\1" * 16,
        span_id=b"\2" * 8,
        event_name="gen_ai.choice",
    ) == {
        "Timestamp": 1_000,
        "ObservedTimestamp": 1_500,
        "TraceId": "01" * 16,
        "SpanId": "02" * 8,
        "TraceFlags": 1,
        "SeverityText": "WARN",
        "SeverityNumber": 13,
        "ServiceName": "shop",
        "Body": '{"role": "user"}',
        "BodyType": "kvlist",
        "ResourceAttributes": {"service.name": "shop", "tacit.project": "7"},
        "ScopeName": "tests",
        "ScopeVersion": "1.2",
        "LogAttributes": {"n": "3"},
        "EventName": "gen_ai.choice",
        "LogAttributeTypes": {"n": "int"},
        "ResourceAttributeTypes": {},
        "project_id": 7,
    }


def test_a_log_record_without_a_time_has_the_one_when_it_was_seen_and_else_none() -> None:
    assert decode_log(observed_time_unix_nano=5)["Timestamp"] == 5
    assert decode_log()["Timestamp"] == 0


def test_a_log_record_needs_no_trace_and_zeros_are_none() -> None:
    log = decode_log(
        trace_id=bytes(16), span_id=bytes(8), body=to_any("hi"), attributes=to_key_values({"event.name": "e"})
    )
    assert (log["TraceId"], log["SpanId"], log["Body"], log["BodyType"], log["EventName"]) == ("", "", "hi", "", "e")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"trace_id": b"\1"}, "trace_id"),
        ({"span_id": b"\1" * 16}, "span_id"),
        ({"time_unix_nano": 2**63}, "times"),
        ({"observed_time_unix_nano": 2**64 - 1}, "times"),
    ],
)
def test_an_invalid_log_record_is_counted_and_its_neighbours_are_kept(fields: dict[str, Any], told: str) -> None:
    batch = decode_logs(make_logs(LogRecord(), LogRecord(**fields), LogRecord()), 1)
    assert (len(batch), batch.rejected) == (2, 1)
    assert told in batch.reason


def test_a_long_body_is_cut_and_named() -> None:
    columns = decode_logs(make_logs(LogRecord(body=to_any(["x" * 20]))), 1, SMALL).columns
    assert columns["Body"][0].startswith('["xxxxxxxx…')
    assert columns["BodyType"] == [""]
    assert json.loads(columns["LogAttributes"][0]["tacit.truncated"]) == ["body"]


def test_rows_of_a_stock_collector_are_read_as_text_in_the_project_of_the_resource(store: Store) -> None:
    store.insert(
        "otel_traces",
        {
            "TraceId": [make_trace_id(5)],
            "SpanId": [make_span_id(6)],
            "ResourceAttributes": [{"tacit.project": "3"}],
            "SpanAttributes": [{"n": "1"}],
            "Events.Timestamp": [[7]],
            "Events.Name": [["e"]],
            "Events.Attributes": [[{"m": "2"}]],
        },
    )
    [span] = load_spans(store, 3, [make_trace_id(5)])
    assert (span.attributes, span.events[0].attributes) == ({"n": "1"}, {"m": "2"})
