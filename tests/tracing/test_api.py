"""REST in the shapes of the design: other programs rely on these keys."""

import base64
import json
import math
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import tacit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tacit import attributes as keys

from feedback.datasets import FORMATS
from tests.conftest import Server
from tests.tracing.otlp import (
    PROJECT,
    insert_spans,
    make_request,
    make_span,
    make_span_id,
    make_trace_id,
    to_key_values,
)
from tests.tracing.reading import SECOND, call_model, observe
from tracing.derivation import derive_traces
from tracing.paging import CursorError, Place, decode_cursor, encode_cursor
from tracing.receive.decoding import decode_spans
from tracing.resources import DEEPEST_NESTING

START_NS = 1_760_000_000 * SECOND

GENERATION_KEYS = (
    "trace_id, span_id, other_span_ids, parent_span_id, conversation_id, conversation_id_derived, turn_index, user_id, "
    "message_id, response_id, previous_response_id, provider, operation, request_model, response_model, "
    "system_instructions, input_messages, output_messages, user_text, tool_definitions, parameters, prompt_name, "
    "prompt_version, prompt_variables, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, "
    "reasoning_tokens, cache_write_1h_tokens, audio_input_tokens, audio_output_tokens, cost_usd, cost_reported, "
    "start_time, duration_ms, time_to_first_chunk_ms, logprob_mean, logprob_min, logprob_entropy, streamed, outcome, "
    "ended_by, finish_reasons, error_type, error_message, convention, service_name, environment, tags, metadata"
)
SPAN_KEYS = (
    "span_id, parent_span_id, name, kind, start_time, duration_ms, status, attributes, "
    "resource_attributes, events, links"
)
SIGNAL_KEYS = (
    "kind, label, score, confidence, fired, polarity, target, evidence, detector, version, "
    "conversation_id, turn_index, trace_id, span_id, time, verdict"
)
SUMMARY_KEYS = (
    "conversation_id, derived, user_id, service_name, environment, tags, models, first_message, first_time, last_time, "
    "turn_count, generation_count, input_tokens, output_tokens, cost_usd, longest_ms, outcomes, error_count, "
    "signal_kinds, machine, machine_reason, dissatisfied, failure_mode"
)
CONVERSATION_KEYS = (
    "conversation_id, derived, user_id, service_name, environment, tags, first_time, last_time, "
    "machine, machine_reason, dissatisfied, failure_mode, cost_usd, turn_count, turns, next_turn, generations, labels"
)
FEEDBACK_KEYS = (
    "identifier, name, score, label, explanation, correction, annotator_kind, metadata, conversation_id, trace_id, "
    "span_id, message_id, time"
)
TURN_KEYS = "index, follows, user_message, sent_text, answer, alternatives, generations, signals, feedback"


@dataclass(frozen=True)
class Problem:
    status: int
    content_type: str
    body: dict[str, Any]


def ask(server: Server, path: str) -> Problem:
    """The answer, refused or not."""
    try:
        with urllib.request.urlopen(f"{server.url}/api/v1/{path}", timeout=20) as answer:
            return Problem(answer.status, answer.headers["Content-Type"], json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return Problem(error.code, error.headers["Content-Type"], json.load(error))


def listed(names: str) -> set[str]:
    return set(names.split(", "))


def say(server: Server, trace: int, attributes: dict[str, Any], *, second: int | None = None, **fields: Any) -> None:
    """One model call at a second of its own, stored and read."""
    start = START_NS + (trace if second is None else second) * SECOND
    insert_spans(
        server.store,
        make_span(
            trace, trace, attributes, start_time_unix_nano=start, end_time_unix_nano=start + 500_000_000, **fields
        ),
    )
    derive_traces(server.store, [(PROJECT, make_trace_id(trace))])


def walk(server: Server, path: str, limit: int, cursor: str = "") -> list[dict[str, Any]]:
    """All items from the cursor on, page by page."""
    items: list[dict[str, Any]] = []
    while True:
        page = server.get_json(f"{path}?{urlencode({'limit': limit, 'cursor': cursor})}")
        assert len(page["items"]) <= limit
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = page["next_cursor"]


def test_a_generation_has_the_fields_of_the_design(server: Server) -> None:
    attributes = call_model(
        gen_ai__conversation__id="c",
        gen_ai__usage__input_tokens=3,
        gen_ai__response__time_to_first_chunk=0.25,
        gen_ai__tool__definitions='[{"name": "add"}]',
        user__id="anna",
    )
    say(server, 1, attributes)
    answer = server.get_json("generations")
    assert set(answer) == {"items", "next_cursor"}
    [generation] = answer["items"]
    assert set(generation) == listed(GENERATION_KEYS)
    assert (generation["trace_id"], generation["span_id"]) == (make_trace_id(1), make_span_id(1))
    assert (generation["turn_index"], generation["user_id"]) == (0, "anna")
    assert generation["start_time"] == "2025-10-09T08:53:21.000000Z"
    assert (generation["duration_ms"], generation["time_to_first_chunk_ms"]) == (500, 250)
    assert (generation["input_tokens"], generation["output_tokens"], generation["cost_usd"]) == (3, None, None)
    assert generation["input_messages"] == [{"role": "user", "content": "Why?"}]
    assert generation["tool_definitions"] == [{"name": "add"}]


def test_messages_carry_parts_and_tool_calls_only_where_they_have_them(server: Server) -> None:
    history = [
        {"role": "user", "content": [{"type": "text", "text": "Sum?"}, {"type": "image_url", "image_url": {}}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "t", "function": {"name": "add", "arguments": '{"a": 1}'}}],
        },
        {"role": "tool", "tool_call_id": "t", "content": "1"},
    ]
    say(server, 1, call_model() | {"gen_ai.input.messages": json.dumps(history)})
    [generation] = server.get_json("generations")["items"]
    assert generation["input_messages"] == [
        {"role": "user", "content": "Sum?", "parts": history[0]["content"]},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "t", "name": "add", "arguments": {"a": 1}}]},
        {"role": "tool", "content": "1", "tool_call_id": "t"},
    ]


def test_numbers_that_json_readers_lose_are_texts_in_messages_too(server: Server) -> None:
    arguments = '{"big": 9007199254740993, "nan": NaN, "huge": 1e999, "small": 5}'
    call = {"role": "assistant", "content": [{"type": "tool_call", "id": "t", "name": "f", "arguments": arguments}]}
    say(server, 1, call_model() | {"gen_ai.output.messages": json.dumps([call])})
    body = server.get("/api/v1/generations").decode()
    [generation] = json.loads(body, parse_constant=refuse_constant)["items"]
    [message] = generation["output_messages"]
    expected = {"big": "9007199254740993", "nan": "NaN", "huge": "Infinity", "small": 5}
    assert message["tool_calls"][0]["arguments"] == expected


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_a_trace_has_the_fields_of_the_design_and_values_that_every_json_reader_takes(server: Server) -> None:
    attributes = {
        "text": "a",
        "nan": math.nan,
        "infinite": [-math.inf],
        "big": 2**53 + 1,
        "exact": 2**53,
        "bytes": b"\xff",
        "flag": True,
        "list": [1, {"a": 2**60}],
        "empty": None,
    }
    event = Span.Event(name="e", time_unix_nano=START_NS, attributes=to_key_values({"n": math.inf}))
    link = Span.Link(trace_id=b"\1" * 16, span_id=b"\2" * 8)
    start = START_NS + 1_234_567
    span = make_span(2, 5, attributes, parent=1, start_time_unix_nano=start, end_time_unix_nano=start + 1_500_000)
    span.events.append(event)
    span.links.append(link)
    insert_spans(server.store, span)
    body = server.get(f"/api/v1/traces/{make_trace_id(5)}")
    trace = json.loads(body, parse_constant=refuse_constant)
    assert set(trace) == {"trace_id", "spans"}
    assert trace["trace_id"] == make_trace_id(5)
    [found] = trace["spans"]
    assert set(found) == listed(SPAN_KEYS)
    assert (found["span_id"], found["parent_span_id"]) == (make_span_id(2), make_span_id(1))
    assert (found["start_time"], found["duration_ms"]) == ("2025-10-09T08:53:20.001234Z", 1.5)
    assert found["status"] == {"code": "Unset", "message": ""}
    assert found["attributes"] == {
        "text": "a",
        "nan": "NaN",
        "infinite": ["-Infinity"],
        "big": "9007199254740993",
        "exact": 2**53,
        "bytes": "/w==",
        "flag": True,
        "list": [1, {"a": str(2**60)}],
        "empty": None,
    }
    assert found["resource_attributes"] == {"service.name": "shop", "tacit.project": "1"}
    assert found["events"] == [{"name": "e", "time": "2025-10-09T08:53:20.000000Z", "attributes": {"n": "Infinity"}}]
    assert found["links"] == [{"trace_id": "01" * 16, "span_id": "02" * 8, "attributes": {}}]


def test_counts_that_json_readers_lose_are_texts(server: Server) -> None:
    tokens = {"gen_ai__usage__input_tokens": 2**60, "gen_ai__usage__output_tokens": 2**53}
    say(server, 1, call_model(gen_ai__conversation__id="c", **tokens))
    for path in ("generations", "conversations"):
        [item] = server.get_json(path)["items"]
        assert (item["input_tokens"], item["output_tokens"]) == (str(2**60), 2**53)
    [turn] = server.get_json("conversations/c")["turns"]
    assert (turn["answer"]["input_tokens"], turn["answer"]["output_tokens"]) == (str(2**60), 2**53)


def test_a_value_that_nests_deep_is_given_and_hides_nothing_else(server: Server) -> None:
    deep: Any = 2**60
    for _ in range(400):
        deep = [deep]
    columns = decode_spans(make_request(make_span(1, 7, {"deep": 0, "flat": "x"})), PROJECT).columns
    columns["SpanAttributes"][0]["deep"] = json.dumps(deep)
    columns["SpanAttributeTypes"][0]["deep"] = "array"
    server.store.insert("otel_traces", columns)
    [span] = server.get_json(f"traces/{make_trace_id(7)}")["spans"]
    assert span["attributes"]["flat"] == "x"
    found = span["attributes"]["deep"]
    for _ in range(DEEPEST_NESTING - 1):
        [found] = found
    assert found == "[" * 301 + str(2**60) + "]" * 301


def test_a_trace_is_found_in_capitals_too(server: Server) -> None:
    insert_spans(server.store, make_span(1, trace=0xABC))
    assert server.get_json(f"traces/{make_trace_id(0xABC).upper()}")["trace_id"] == make_trace_id(0xABC)


@pytest.mark.usefixtures("sdk")
def test_conversations_and_signals_have_the_fields_of_the_design(server: Server) -> None:
    @tacit.observe
    def answer(message: str) -> str:
        return "I'm sorry, but I can't help with that."

    with tacit.conversation(id="a/b c?é", user_id="anna"):
        answer("How do I get a refund for my order?")
        answer("How do I get a refund for my order?")
        tacit.feedback("thumbs", label="down", explanation="no help")
    server.derive()
    [summary] = server.get_json("conversations")["items"]
    assert set(summary) == listed(SUMMARY_KEYS)
    assert (summary["conversation_id"], summary["turn_count"], summary["generation_count"]) == ("a/b c?é", 1, 2)
    assert "thumbs" in summary["signal_kinds"]

    conversation = server.get_json(f"conversations/{quote('a/b c?é', safe='')}")
    assert set(conversation) == listed(CONVERSATION_KEYS)
    [turn] = conversation["turns"]
    assert set(turn) == listed(TURN_KEYS)
    assert len(turn["alternatives"]) == 1
    assert [each["explanation"] for each in turn["feedback"]] == ["no help"]
    assert turn["generations"] == [each["span_id"] for each in conversation["generations"]]
    assert {frozenset(each) for each in conversation["generations"]} == {frozenset(listed(GENERATION_KEYS))}

    signals = server.get_json("signals")["items"]
    assert {frozenset(each) for each in signals} == {frozenset(listed(SIGNAL_KEYS))}
    assert {each["kind"] for each in signals} >= {"thumbs", "refusal"}
    for each in signals:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", each["time"])
        assert 0 <= each["score"] <= 1 or each["kind"] == "sentiment"


@pytest.mark.usefixtures("sdk")
def test_feedback_has_the_fields_of_the_design_and_is_found_by_them(server: Server) -> None:
    tacit.feedback("thumbs", label="down", explanation="no", conversation_id="c", identifier="i", metadata={"a": 2**60})
    tacit.feedback("rating", score=0.5, trace_id=make_trace_id(1), span_id=make_span_id(1))
    server.derive()
    rating, thumbs = server.get_json("feedback")["items"]
    assert set(thumbs) == set(rating) == listed(FEEDBACK_KEYS)
    assert (thumbs["name"], thumbs["label"], thumbs["score"], thumbs["identifier"]) == ("thumbs", "down", 0, "i")
    assert (thumbs["explanation"], thumbs["conversation_id"], thumbs["metadata"]) == ("no", "c", {"a": str(2**60)})
    for query in ("name=thumbs", "label=down", "conversation_id=c", "identifier=i", "name=thumbs&annotator_kind=HUMAN"):
        assert server.get_json(f"feedback?{query}")["items"] == [thumbs], query
    for query in (f"trace_id={make_trace_id(1)}", f"span_id={make_span_id(1)}", "name=rating"):
        assert server.get_json(f"feedback?{query}")["items"] == [rating], query
    for query in ("message_id=c", "label=DOWN", "annotator_kind=LLM", "identifier=%27%20OR%201=1"):
        assert server.get_json(f"feedback?{query}")["items"] == [], query


def test_formats_of_exports_tell_what_there_is(server: Server) -> None:
    formats = server.get_json("exports/formats")["items"]
    assert [each["name"] for each in formats] == list(FORMATS)
    assert all(set(each) == {"name", "title", "purpose", "ingredients", "need"} for each in formats)
    assert ask(server, "exports?format=none").body["detail"].endswith(f"Choose one of {', '.join(FORMATS)}.")


def test_stats_count_and_tell_how_far_each_stage_is_behind(server: Server) -> None:
    assert server.get_json("stats") == {
        "spans": 0,
        "generations": 0,
        "conversations": 0,
        "signals": 0,
        "lag": dict.fromkeys(
            (
                *("reading", "templates", "rollups", "feedback", "signals", "satisfaction", "failures"),
                *("ledger", "live", "observations", "drift_days", "reprocessing", "listening"),
            ),
            0,
        ),
    }


@pytest.mark.parametrize("path", ["generations", "conversations"])
def test_pages_give_each_row_once_while_new_rows_arrive(server: Server, path: str) -> None:
    for number in range(1, 8):
        say(server, number, call_model(gen_ai__conversation__id=f"c{number}"), second=number // 3)
    first = server.get_json(f"{path}?limit=3")
    say(server, 9, call_model(gen_ai__conversation__id="c9"), second=50)
    items = first["items"] + walk(server, path, 3, first["next_cursor"])
    assert sorted(each["conversation_id"] for each in items) == [f"c{number}" for number in range(1, 8)]
    times = [each["first_time" if path == "conversations" else "start_time"] for each in items]
    assert times == sorted(times, reverse=True)


def test_pages_of_signals_give_each_once(server: Server) -> None:
    history = [{"role": "user", "content": "Hi"}]
    for number in range(1, 6):
        attributes = observe(messages=history, output="I'm sorry, but I can't help with that.")
        say(server, number, attributes | {"gen_ai.conversation.id": "c"})
    server.derive()
    at_once = server.get_json("signals")["items"]
    assert len(at_once) > 3
    assert walk(server, "signals", 2) == at_once


@pytest.mark.parametrize("path", ["generations", "conversations", "signals"])
def test_a_page_of_exactly_the_limit_is_the_last(server: Server, path: str) -> None:
    for number in (1, 2):
        say(server, number, call_model("x", "I'm sorry, but I can't help with that."))
    server.derive()
    count = len(server.get_json(path)["items"])
    assert count >= 2
    assert server.get_json(f"{path}?limit={count}")["next_cursor"] is None
    assert server.get_json(f"{path}?limit=1000")["next_cursor"] is None


@pytest.mark.parametrize("path", ["generations", "conversations", "signals"])
@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many", "1.5"])
def test_a_limit_out_of_bounds_is_422_that_names_it(server: Server, path: str, limit: str) -> None:
    problem = ask(server, f"{path}?limit={limit}")
    assert (problem.status, problem.content_type) == (422, "application/problem+json")
    assert (problem.body["type"], problem.body["status"]) == ("about:blank", 422)
    assert problem.body["detail"].startswith("`limit`: Input should be ")
    assert [part["parameter"] for part in problem.body["errors"]] == ["limit"]


@pytest.mark.parametrize("path", ["generations", "conversations", "signals"])
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "====",
        "null",
        "[1, 2]",
        "[PATH, 1]",
        '[PATH, -1, ""]',
        '[PATH, true, ""]',
        '[PATH, 1e999, ""]',
        '[PATH, 9223372036854775808, ""]',
        "[PATH, 1, 2]",
        '[PATH, 1, "\\ud800"]',
        '["prices", 1, ""]',
        "[[[[[[",
    ],
)
def test_a_cursor_that_is_none_of_this_list_is_400(server: Server, path: str, cursor: str) -> None:
    text = cursor.replace("PATH", json.dumps(path))
    for token in (cursor, base64.urlsafe_b64encode(text.encode()).decode()):
        problem = ask(server, f"{path}?{urlencode({'cursor': token})}")
        assert (problem.status, problem.content_type) == (400, "application/problem+json")
        assert problem.body["detail"].startswith(f"The cursor is none that `{path}` gave; take `next_cursor`")


def test_a_cursor_of_another_list_is_400(server: Server) -> None:
    assert ask(server, f"signals?cursor={encode_cursor(Place(1, 'x'), 'signals')}").status == 200
    assert ask(server, f"signals?cursor={encode_cursor(Place(1, 'x'), 'generations')}").status == 400


@given(st.integers(0, 2**63 - 1), st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_cursor_brings_back_its_place(time_ns: int, row_id: str) -> None:
    assert decode_cursor(encode_cursor(Place(time_ns, row_id), "x"), "x") == Place(time_ns, row_id)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_cursor_or_told_to_be_none(cursor: str) -> None:
    try:
        place = decode_cursor(cursor, "x")
    except CursorError:
        return
    place.id.encode()
    assert 0 <= place.time_ns < 2**63


@pytest.mark.parametrize(
    "path",
    [f"traces/{make_trace_id(9)}", "traces/nothing", "traces/%00'%22", "conversations/nothing", "conversations/a%2Fb"],
)
def test_what_is_not_there_is_404_as_problem_details(server: Server, path: str) -> None:
    problem = ask(server, path)
    assert (problem.status, problem.content_type) == (404, "application/problem+json")
    assert problem.body["status"] == 404
    assert problem.body["detail"].startswith("There is no")


def test_filters_keep_what_matches_exactly(server: Server) -> None:
    say(server, 1, call_model(gen_ai__conversation__id="a", user__id="anna", gen_ai__response__model="m-1"))
    say(server, 2, call_model(gen_ai__conversation__id="b", user__id="ben", gen_ai__request__model="other"))
    say(server, 3, observe(message="x") | {keys.OUTCOME: "error", "gen_ai.conversation.id": "c"})

    def find(path: str, **filters: str) -> list[str]:
        return sorted(each["conversation_id"] for each in server.get_json(f"{path}?{urlencode(filters)}")["items"])

    assert find("generations", conversation_id="a") == ["a"]
    assert find("generations", trace_id=make_trace_id(2)) == ["b"]
    assert find("generations", user_id="ben") == ["b"]
    assert find("generations", request_model="other") == ["b"]
    assert find("generations", response_model="m-1") == ["a"]
    assert find("generations", outcome="error") == ["c"]
    assert find("generations", service_name="shop", user_id="anna") == ["a"]
    assert find("generations", service_name="sho") == []
    assert find("generations", user_id="' OR 1=1 --") == []
    assert find("conversations", user_id="anna") == ["a"]
    assert find("conversations", model="other") == ["b"]
    assert find("conversations", environment="none") == []
    server.derive()
    assert find("conversations", signal_kind="error") == ["c"]
    assert set(find("signals", kind="error", fired="true")) == {"c"}
    assert find("signals", kind="error", fired="false") == []
    assert set(find("signals", conversation_id="c")) == {"c"}
    assert find("signals", trace_id=make_trace_id(1), kind="error") == []


VALUES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_no_value_of_a_filter_breaks_a_list(server: Server, value: str) -> None:
    for path, name in (("generations", "user_id"), ("conversations", "model"), ("signals", "label")):
        answer = ask(server, f"{path}?{urlencode({name: value})}")
        assert (answer.status, answer.body["next_cursor"]) == (200, None)


def test_alive_and_ready_answer_at_the_root(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(server.get("/healthz")) == {"status": "alive"}
    assert json.loads(server.get("/readyz")) == {"status": "ready"}
    monkeypatch.setattr("tracing.health.get_store", lambda: None)
    with pytest.raises(urllib.error.HTTPError) as caught:
        server.get("/readyz")
    with caught.value as error:
        assert (error.code, set(json.load(error)["problems"])) == (503, {"clickhouse"})
