"""Log records that belong to spans: stored once, joined in whatever order they come, and read as the span's events."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.conftest import Server
from tests.tracing.otlp import (
    PROJECT,
    insert_logs,
    insert_spans,
    make_log,
    make_log_request,
    make_request,
    make_span,
    make_span_id,
    make_trace_id,
)
from tests.tracing.recordings import NAMES, Recording, load_recording
from tracing.conversations import Conversation
from tracing.derivation import READING, read_changed_traces
from tracing.generations import Generation, Message, ToolCall
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.records import load_conversation, load_generations, load_logs, load_spans
from tracing.spans import SpanEvent
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("project")
BARE = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5", "gen_ai.conversation.id": "c"}
QUESTION = make_log("gen_ai.user.message", body={"content": "Why?"})
ANSWER = make_log("gen_ai.choice", body={"index": 0, "finish_reason": "stop", "message": {"content": "Because."}})

Read = tuple[list[Generation], Conversation | None]


def read_until_done(store: Store) -> None:
    while read_changed_traces(store):
        pass


def read_derived(store: Store, trace_id: str, conversation_id: str) -> Read:
    """What was derived of a trace and its conversation."""
    return load_generations(store, PROJECT, [trace_id]), load_conversation(store, PROJECT, conversation_id)


def empty(store: Store) -> None:
    for table in ("otel_traces", "otel_logs", "generations", "conversations", "turns", "watermarks"):
        store.execute(f"TRUNCATE TABLE {table}")
    READING.forget()


def derive_whole(store: Store, recording: Recording) -> Read:
    insert_spans(store, *recording.spans)
    insert_logs(store, *recording.records)
    read_until_done(store)
    return read_derived(store, recording.trace_id, "order-4711")


@pytest.mark.parametrize("name", NAMES)
def test_content_that_real_instrumentations_send_as_logs_becomes_the_conversation(store: Store, name: str) -> None:
    (asks, answers), conversation = derive_whole(store, load_recording(name))
    call = ToolCall("call_1", "find_order", {"order": 4711})
    assert asks.system_instructions == answers.system_instructions == "You help the customers of a shop."
    assert asks.input_messages == (Message("user", "Where is my order 4711?"),)
    assert [message.tool_calls for message in asks.output_messages] == [(call,)]
    assert [message.role for message in answers.input_messages] == ["user", "assistant", "tool"]
    assert answers.input_messages[1].tool_calls == (call,)
    result = answers.input_messages[2]
    assert (result.content, result.tool_call_id) == ("left the warehouse on Monday", "call_1")
    assert (answers.input_tokens, answers.output_tokens, answers.finish_reasons) == (31, 9, ("stop",))
    assert (answers.provider, answers.response_model) == ("openai", "gpt-5-2026-01-01")
    assert conversation is not None
    assert (conversation.conversation_id, conversation.user_id, conversation.derived) == ("order-4711", "anna", False)
    [turn] = conversation.turns
    assert (turn.user_text, turn.answer.text) == ("Where is my order 4711?", "Order 4711 left our warehouse yesterday.")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", NAMES)
def test_spans_and_logs_in_any_order_any_number_of_times_give_the_same(
    store: Store, data: st.DataObject, name: str
) -> None:
    recording = load_recording(name)
    pieces: Sequence[Span | LogRecord] = [*recording.spans, *recording.records]
    sent = data.draw(st.permutations([*pieces, *data.draw(st.lists(st.sampled_from(pieces), max_size=5))]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1), max_size=3)))
    empty(store)
    for start, end in pairwise([0, *cuts, len(sent)]):
        insert_spans(store, *(piece for piece in sent[start:end] if isinstance(piece, Span)))
        insert_logs(store, *(piece for piece in sent[start:end] if isinstance(piece, LogRecord)))
        read_until_done(store)
    found = read_derived(store, recording.trace_id, "order-4711")
    empty(store)
    assert found == derive_whole(store, recording)


def ingest_at(store: Store, moment: datetime, *pieces: Span | LogRecord) -> None:
    """Rows that came in at another time than now."""
    for piece in pieces:
        table, batch = (
            ("otel_traces", decode_spans(make_request(piece), PROJECT))
            if isinstance(piece, Span)
            else ("otel_logs", decode_logs(make_log_request(piece), PROJECT))
        )
        store.insert(table, batch.columns | {"ingested_at": [moment]})


def test_logs_that_come_two_days_after_their_span_are_read_with_it(store: Store) -> None:
    now = datetime.now(UTC)
    ingest_at(store, now - timedelta(days=2), make_span(1, 1, BARE))
    read_until_done(store)
    [before], _ = read_derived(store, make_trace_id(1), "c")
    assert before.user_text == ""
    ingest_at(store, now, QUESTION, ANSWER)
    assert READING.measure_lag(store) >= 0
    assert read_changed_traces(store) == 1
    [after], conversation = read_derived(store, make_trace_id(1), "c")
    assert (after.user_text, after.answer) == ("Why?", "Because.")
    assert conversation is not None
    assert [turn.user_text for turn in conversation.turns] == ["Why?"]


def test_a_span_that_comes_two_days_after_its_logs_is_read_with_them(store: Store) -> None:
    now = datetime.now(UTC)
    ingest_at(store, now - timedelta(days=2), QUESTION, ANSWER)
    read_until_done(store)
    assert read_derived(store, make_trace_id(1), "c") == ([], None)
    ingest_at(store, now, make_span(1, 1, BARE))
    read_until_done(store)
    [generation], _ = read_derived(store, make_trace_id(1), "c")
    assert (generation.user_text, generation.answer) == ("Why?", "Because.")


def test_lag_counts_events_that_wait_and_no_other_logs(store: Store) -> None:
    ingest_at(store, datetime.now(UTC) - timedelta(seconds=50), make_log(body="a plain log"))
    assert READING.measure_lag(store) == 0
    ingest_at(store, datetime.now(UTC) - timedelta(seconds=20), QUESTION)
    assert READING.measure_lag(store) == pytest.approx(20, abs=5)
    assert read_changed_traces(store) == 1
    assert READING.measure_lag(store) == 0


@pytest.mark.parametrize(
    "log",
    [
        QUESTION,
        make_log("e", attributes={"a": 1, "b": [True, {"c": None}]}, body={"x": [1.5, "y"]}),
        make_log("no time of its own", time_unix_nano=0, observed_time_unix_nano=1_760_000_000_000_000_001),
        make_log("no time at all", time_unix_nano=0),
    ],
)
def test_a_record_sent_again_is_one_record(store: Store, log: LogRecord) -> None:
    for _ in range(3):
        insert_logs(store, log)
    assert len(load_logs(store, PROJECT, [make_trace_id(1)])) == 1


def test_records_that_differ_in_anything_that_they_say_are_all_kept(store: Store) -> None:
    first = make_log("e", attributes={"a": 1}, body="x", time_unix_nano=5)
    others: list[dict[str, Any]] = [
        {"time_unix_nano": 6},
        {"body": "y"},
        {"attributes": {"a": 2}},
        {"attributes": {}},
        {"name": "f"},
        {"span": 2},
        {"severity_number": 9},
    ]
    same: dict[str, Any] = {"name": "e", "attributes": {"a": 1}, "body": "x", "time_unix_nano": 5}
    insert_logs(store, first, *(make_log(**(same | other)) for other in others))
    assert len(load_logs(store, PROJECT, [make_trace_id(1)])) == len(others) + 1


def test_equal_messages_without_a_time_of_their_own_are_told_apart_by_when_they_were_seen(store: Store) -> None:
    insert_spans(store, make_span(1, 1, BARE))
    for second in (1, 2):
        said = {"content": "yes"}
        insert_logs(store, make_log("gen_ai.user.message", body=said, time_unix_nano=0, observed_time_unix_nano=second))
    read_until_done(store)
    [generation], _ = read_derived(store, make_trace_id(1), "c")
    assert [message.content for message in generation.input_messages] == ["yes", "yes"]


def test_a_record_is_an_event_of_its_span_with_values_in_their_own_types(store: Store) -> None:
    insert_spans(store, make_span(1, 1, BARE, events=[Span.Event(name="own", time_unix_nano=20)]))
    insert_logs(
        store,
        make_log("late", body={"n": 1, "l": [None, 2.5]}, attributes={"k": {"deep": True}}, time_unix_nano=30),
        make_log("", body="disk full", severity_text="WARN", time_unix_nano=10),
        make_log("", body=7, attributes={"event.name": "older"}, time_unix_nano=15),
        make_log("", time_unix_nano=5),
    )
    [span] = load_spans(store, PROJECT, [make_trace_id(1)])
    assert span.events == (
        SpanEvent("log", 5, {}),
        SpanEvent("WARN", 10, {}, "disk full"),
        SpanEvent("older", 15, {"event.name": "older"}, 7),
        SpanEvent("own", 20, {}),
        SpanEvent("late", 30, {"k": {"deep": True}}, {"n": 1, "l": [None, 2.5]}),
    )


def test_a_record_belongs_to_the_span_and_the_project_that_it_names_alone(store: Store) -> None:
    insert_spans(store, make_span(1, 1, BARE), make_span(2, 1))
    insert_spans(store, make_span(1, 1, BARE), project_id=2)
    insert_logs(store, make_log("here"), make_log("nowhere", span=9), make_log("no span", span=0))
    insert_logs(store, make_log("elsewhere"), project_id=2)
    spans = load_spans(store, PROJECT, [make_trace_id(1)])
    assert {span.span_id: [event.name for event in span.events] for span in spans} == {
        make_span_id(1): ["here"],
        make_span_id(2): [],
    }


def test_rows_of_a_stock_collector_are_read_as_text_in_the_project_of_the_resource(store: Store) -> None:
    insert_spans(store, make_span(1, 1, BARE), project_id=3)
    row: dict[str, Any] = {
        "Timestamp": datetime(2026, 1, 1, tzinfo=UTC),
        "TraceId": make_trace_id(1),
        "SpanId": make_span_id(1),
        "TraceFlags": 1,
        "SeverityText": "",
        "SeverityNumber": 0,
        "ServiceName": "shop",
        "Body": '{"content":"Why?"}',
        "ResourceSchemaUrl": "",
        "ResourceAttributes": {"tacit.project": "3"},
        "ScopeSchemaUrl": "",
        "ScopeName": "",
        "ScopeVersion": "",
        "ScopeAttributes": {},
        "LogAttributes": {"event.name": "gen_ai.user.message"},
    }
    store.insert("otel_logs", {name: [value] for name, value in row.items()})
    read_until_done(store)
    [generation] = load_generations(store, 3, [make_trace_id(1)])
    assert generation.user_text == "Why?"


def test_an_exception_that_came_as_a_log_is_the_calls_error(store: Store) -> None:
    insert_spans(store, make_span(1, 1, BARE))
    read_until_done(store)
    failure = {"exception.type": "RateLimitError", "exception.message": "slow down"}
    insert_logs(store, make_log("exception", attributes=failure))
    read_until_done(store)
    [generation], _ = read_derived(store, make_trace_id(1), "c")
    assert (generation.outcome, generation.error_type, generation.error_message) == (
        "error",
        "RateLimitError",
        "slow down",
    )


def test_deleting_a_project_deletes_its_logs_alone(store: Store) -> None:
    insert_logs(store, QUESTION)
    insert_logs(store, QUESTION, project_id=2)
    store.delete_project(PROJECT)
    trace_id = make_trace_id(1)
    assert (load_logs(store, PROJECT, [trace_id]), len(load_logs(store, 2, [trace_id]))) == ([], 1)


def test_rest_gives_the_log_events_of_a_span_among_its_events(server: Server) -> None:
    insert_spans(server.store, make_span(1, 1, BARE))
    insert_logs(
        server.store,
        replace_time(QUESTION),
        make_log("nan", body=[float("nan"), 2**60], attributes={"a": float("inf")}, time_unix_nano=2_000_000),
    )
    [span] = server.get_json(f"traces/{make_trace_id(1)}")["spans"]
    assert span["events"] == [
        {
            "name": "gen_ai.user.message",
            "time": "1970-01-01T00:00:00.001000Z",
            "attributes": {},
            "body": {"content": "Why?"},
        },
        {
            "name": "nan",
            "time": "1970-01-01T00:00:00.002000Z",
            "attributes": {"a": "Infinity"},
            "body": ["NaN", str(2**60)],
        },
    ]


def replace_time(log: LogRecord) -> LogRecord:
    moved = LogRecord()
    moved.CopyFrom(log)
    moved.time_unix_nano = 1_000_000
    return moved
