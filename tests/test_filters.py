"""One filter language everywhere: what it leaves of conversations, calls, traces, signals, hours and exports."""

import json
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest

from feedback.agent_task_records import write_agent_tasks
from feedback.agent_tasks import AgentTask, ToolCount
from tests.conftest import Server
from tests.tracing.otlp import make_span_id, make_trace_id
from tests.tracing.test_rollups import make_generation
from tracing.records import write_generations
from tracing.rollups import count_changed_hours
from tracing.store import Store
from tracing.words import index_words

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
NOW_NS = time.time_ns()
"""One for all, so that a day stays the same day where tests run past midnight."""
AGES_NS = {"anna": HOUR_NS, "bo": 72 * HOUR_NS, "nobody": 720 * HOUR_NS}
CONVERSATIONS: dict[str, dict[str, Any]] = {
    "anna": {
        "user_id": "anna",
        "service_name": "shop",
        "environment": "production",
        "tags": ["beta", "web"],
        "models": ["gpt-5"],
        "turn_count": 4,
        "input_tokens": 100,
        "output_tokens": 50,
        "cost_usd": 0.02,
        "longest_ns": 3 * SECOND_NS,
        "outcomes": ["completed"],
        "words": index_words(["I want a refund", "Hold the red button"]),
    },
    "bo": {
        "user_id": "bo",
        "service_name": "sea, lake",
        "environment": "test",
        "tags": [],
        "models": ["tiny"],
        "turn_count": 1,
        "input_tokens": None,
        "output_tokens": None,
        "cost_usd": None,
        "longest_ns": SECOND_NS // 2,
        "outcomes": ["error"],
        "words": index_words(["A refund: the button is red"]),
    },
    "nobody": {
        "user_id": "",
        "service_name": "shop",
        "environment": "",
        "tags": ["web"],
        "models": ["gpt-5", "tiny"],
        "turn_count": 2,
        "input_tokens": None,
        "output_tokens": 7,
        "cost_usd": 0.001,
        "longest_ns": 2 * SECOND_NS,
        "outcomes": ["completed", "stopped"],
        "words": index_words(["Whales sing", "They do"]),
    },
}
CALLS: dict[str, dict[str, Any]] = {
    "anna": {"provider": "openai", "operation": "chat", "prompt_name": "support", "prompt_version": "3"}
    | {"metadata": {"service.version": "1.4", "tier": "gold", "seats": 3}},
    "bo": {"provider": "anthropic", "operation": "chat", "error_type": "RateLimitError", "message_id": "m-bo"},
    "nobody": {"provider": "openai", "operation": "text_completion", "prompt_name": "whales"},
}
SIGNALS = [
    ("anna", "rephrase", "", 0.9, True),
    ("anna", "thumbs", "down", 1.0, True),
    ("bo", "rephrase", "", 0.2, False),
    ("nobody", "thumbs", "up", 1.0, True),
    ("nobody", "complaint", "factual", 0.8, True),
]
EVERYBODY = {"anna", "bo", "nobody"}


def tell_conversations(store: Store, now_ns: int) -> None:
    rows = [
        {"conversation_id": name, "first_time": now_ns - AGES_NS[name], "last_time": now_ns, **fields}
        for name, fields in CONVERSATIONS.items()
    ]
    insert(store, "conversations", rows)


def insert(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    known = [{"project_id": 1, "version": 1, **row} for row in rows]
    store.insert(table, {name: [row[name] for row in known] for name in known[0]})


def tell_calls(store: Store, now_ns: int) -> None:
    calls = []
    for number, (name, fields) in enumerate(CALLS.items()):
        told = CONVERSATIONS[name]
        copied = {key: told[key] for key in ("user_id", "service_name", "environment", "input_tokens", "cost_usd")}
        calls.append(
            make_generation(
                number,
                trace_id=make_trace_id(number),
                conversation_id=name,
                request_model=told["models"][-1],
                response_model=f"{told['models'][-1]}-dated",
                start_time_ns=now_ns - AGES_NS[name],
                duration_ns=told["longest_ns"],
                time_to_first_chunk_ns=told["longest_ns"] // 2,
                outcome=told["outcomes"][-1],
                tags=tuple(told["tags"]),
                **copied,
                **fields,
            )
        )
    write_generations(store, calls, {}, version=1)


def tell_signals(store: Store, now_ns: int) -> None:
    insert(
        store,
        "signals",
        [
            {
                "conversation_id": name,
                "turn_index": 0,
                "kind": kind,
                "label": label,
                "score": score,
                "confidence": 1.0,
                "fired": fired,
                "polarity": 1 if label == "up" else -1,
                "trace_id": make_trace_id(list(CALLS).index(name)),
                "evidence": "{}",
                "time": now_ns - AGES_NS[name],
            }
            for name, kind, label, score, fired in SIGNALS
        ],
    )


def tell_feedback(store: Store, now_ns: int) -> None:
    targets = {"rating": {"conversation_id": "anna"}, "comment": {"trace_id": make_trace_id(2)}}
    rows = [
        {"identifier": name, "name": name, "time": now_ns, "conversation_id": "", "trace_id": "", "message_id": ""}
        | target
        for name, target in (targets | {"copy": {"message_id": "m-bo"}}).items()
    ]
    insert(store, "feedback", rows)


def tell_failing(store: Store, now_ns: int) -> None:
    modes = {"anna": 3, "bo": 0, "nobody": 4}
    insert(store, "failing_turns", [{"conversation_id": name, "mode": mode} for name, mode in modes.items()])


def tell_reviews(store: Store, now_ns: int) -> None:
    insert(store, "labels", [{"conversation_id": "bo", "kind": "outcome", "verdict": "dissatisfied", "said_by": "eva"}])
    insert(
        store, "confirmations", [{"conversation_id": "nobody", "kind": "thumbs", "label": "up", "verdict": "confirmed"}]
    )


def tell_spans(store: Store, now_ns: int) -> None:
    rows = [
        {
            "project_id": 1,
            "TraceId": make_trace_id(number),
            "SpanId": make_span_id(number + 1),
            "SpanName": f"answer {name}",
            "ServiceName": CONVERSATIONS[name]["service_name"],
            "Timestamp": now_ns - AGES_NS[name],
            "Duration": CONVERSATIONS[name]["longest_ns"],
            "StatusCode": "Error" if name == "bo" else "Ok",
        }
        for number, name in enumerate(CALLS)
    ]
    store.insert("otel_traces", {name: [row[name] for row in rows] for name in rows[0]})


@pytest.fixture
def told(server: Server) -> Server:
    for tell in (tell_conversations, tell_calls, tell_signals, tell_feedback, tell_failing, tell_reviews, tell_spans):
        tell(server.store, NOW_NS)
    while count_changed_hours(server.store):
        pass
    return server


def ask(server: Server, path: str, **parameters: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = server.get_json(f"{path}?{urlencode(parameters)}")["items"]
    return items


def day(name: str) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime((NOW_NS - AGES_NS[name]) // SECOND_NS))


OF_CONVERSATIONS = [
    ("", EVERYBODY),
    ("refund", {"anna", "bo"}),
    ("refund -whales", {"anna", "bo"}),
    ("-refund", {"nobody"}),
    ("red button", {"anna", "bo"}),
    ('"red button"', {"anna"}),
    ('-"red button"', {"bo", "nobody"}),
    ('refund -"red button"', {"bo"}),
    ("'; --", set()),
    ("user:anna", {"anna"}),
    ("user:anna,bo", {"anna", "bo"}),
    ("-user:anna,bo", {"nobody"}),
    ('user:""', {"nobody"}),
    ('-user:""', {"anna", "bo"}),
    ("user_id:bo", {"bo"}),
    ("user:ANNA", set()),
    ('user:"\' OR 1=1 --"', set()),
    ("user:{filter_0:String}", set()),
    ("user:\0", set()),
    ('user:"a\\\\"', set()),
    ('service:"sea, lake"', {"bo"}),
    ("environment:production,test", {"anna", "bo"}),
    ("tag:beta", {"anna"}),
    ("-tag:web", {"bo"}),
    ("model:gpt-5", {"anna", "nobody"}),
    ("model:gpt-5 model:tiny", {"nobody"}),
    ("request_model:tiny", {"bo", "nobody"}),
    ("response_model:gpt-5-dated", {"anna"}),
    ("provider:openai", {"anna", "nobody"}),
    ("operation:text_completion", {"nobody"}),
    ("prompt:support", {"anna"}),
    ("prompt_version:3", {"anna"}),
    ("error:RateLimitError", {"bo"}),
    ("metadata:tier=gold", {"anna"}),
    ("metadata:seats=4,seats=3", {"anna"}),
    ("-metadata:tier=gold", {"bo", "nobody"}),
    ("metadata:gold", set()),
    ("release:1.4", {"anna"}),
    ("release:1", set()),
    ("conversation:bo", {"bo"}),
    (f"trace:{make_trace_id(2)}", {"nobody"}),
    ("signal:rephrase", {"anna"}),
    ("-signal:rephrase", {"bo", "nobody"}),
    ("signal:rephrase,complaint", {"anna", "nobody"}),
    ("thumbs:down", {"anna"}),
    ("thumbs:up,down", {"anna", "nobody"}),
    ("feedback:rating", {"anna"}),
    ("feedback:comment", {"nobody"}),
    ("feedback:copy", {"bo"}),
    ("-feedback:copy", {"anna", "nobody"}),
    ("feedback:none", set()),
    ("reviewed:yes", {"bo", "nobody"}),
    ("reviewed:no", {"anna"}),
    ("-reviewed:yes", {"anna"}),
    ("reviewed:yes,no", EVERYBODY),
    ("reviewed:dissatisfied", {"bo"}),
    ("reviewed:no,dissatisfied", {"anna", "bo"}),
    ("reviewed:satisfied", set()),
    ("outcome:error,stopped", {"bo", "nobody"}),
    ("-outcome:completed", {"bo"}),
    ("cost>0.01", {"anna"}),
    ("cost<=0.02", {"anna", "nobody"}),
    ("-cost>0.01", {"bo", "nobody"}),
    ("cost:0.02", {"anna"}),
    ("latency>=2s", {"anna", "nobody"}),
    ("latency>2000ms", {"anna"}),
    ("tokens>=150", {"anna"}),
    ("tokens<10", {"nobody"}),
    ("input_tokens>99", {"anna"}),
    ("output_tokens:7", {"nobody"}),
    ("turns>1 turns<4", {"nobody"}),
    ("turns:1,4", {"anna", "bo"}),
    ("time:2h", {"anna"}),
    ("time:7d", {"anna", "bo"}),
    ("-time:7d", {"nobody"}),
    ("time<2d", {"bo", "nobody"}),
    ("time>=2d time<1m", {"anna"}),
    (f"time:{day('bo')}", {"bo"}),
    (f"time:{day('bo')},{day('nobody')}", {"bo", "nobody"}),
    (f"time>{day('bo')}", {"anna"}),
    (f"time>={day('bo')}", {"anna", "bo"}),
    (f"time<{day('bo')}", {"nobody"}),
    (f"time<={day('bo')}", {"bo", "nobody"}),
    ("time>2200-01-01", set()),
    ("failure_mode:3", {"anna"}),
    ("failure_mode:3,4", {"anna", "nobody"}),
    ("-failure_mode:3", {"bo", "nobody"}),
    ("failure_mode:any", {"anna", "nobody"}),
    ("failure_mode:none", {"bo"}),
    ("failure_mode:none,3", {"anna", "bo"}),
    ("failure_mode:0", set()),
]


def test_conversations_that_match_are_found(told: Server) -> None:
    for q, expected in OF_CONVERSATIONS:
        assert {item["conversation_id"] for item in ask(told, "conversations", q=q)} == expected, q


def test_the_page_finds_what_rest_finds(told: Server) -> None:
    for q, expected in OF_CONVERSATIONS:
        if "\0" not in q:
            page = told.get(f"/p/default/conversations?{urlencode({'q': q})}").decode()
            assert {name for name in EVERYBODY if f"/conversations/{name}" in page} == expected, q


OF_CALLS = [
    ("", EVERYBODY),
    ("model:gpt-5", {"anna"}),
    ("model:tiny-dated", {"bo", "nobody"}),
    ("provider:openai tag:web", {"anna", "nobody"}),
    ("prompt:support,whales", {"anna", "nobody"}),
    ("error:RateLimitError", {"bo"}),
    ("outcome:stopped", {"nobody"}),
    ("cost>0.01", {"anna"}),
    ("latency<1s", {"bo"}),
    ("first_chunk>=1s", {"anna", "nobody"}),
    ("release:1.4 metadata:tier=gold", {"anna"}),
    ("-release:1.4", {"bo", "nobody"}),
    ("tokens>99", {"anna"}),
    ("signal:rephrase", {"anna"}),
    ("-thumbs:up", {"anna", "bo"}),
    ("feedback:copy", {"bo"}),
    ("turns>3", {"anna"}),
    ("failure_mode:3", {"anna"}),
    ("refund", {"anna", "bo"}),
    ("-refund", {"nobody"}),
    ("time:7d", {"anna", "bo"}),
    ("-time:7d", {"nobody"}),
]


def test_model_calls_that_match_are_found(told: Server) -> None:
    for q, expected in OF_CALLS:
        assert {item["conversation_id"] for item in ask(told, "generations", q=q)} == expected, q


OF_TRACES = [
    ("", EVERYBODY),
    ('name:"answer bo"', {"bo"}),
    ("service:shop", {"anna", "nobody"}),
    ("errors>0", {"bo"}),
    ("spans>1", set()),
    ("latency>=2s", {"anna", "nobody"}),
    ("user:anna", {"anna"}),
    ("model:tiny", {"bo", "nobody"}),
    ("signal:complaint", {"nobody"}),
    ("turns:1", {"bo"}),
    ("whales", {"nobody"}),
    (f"trace:{make_trace_id(0)}", {"anna"}),
    ("time:7d", {"anna", "bo"}),
    ("time<2d", {"bo", "nobody"}),
    ("time<2d time>7d", {"bo"}),
]


def test_traces_that_match_are_found(told: Server) -> None:
    for q, expected in OF_TRACES:
        assert {item["name"].removeprefix("answer ") for item in ask(told, "traces", q=q)} == expected, q


OF_SIGNALS = [
    ("signal:thumbs", {"anna down", "nobody up"}),
    ("signal:thumbs label:down", {"anna down"}),
    ("fired:false", {"bo "}),
    ("score<0.85", {"bo ", "nobody factual"}),
    ("user:anna", {"anna ", "anna down"}),
    ("latency<1s", {"bo "}),
    ("whales", {"nobody up", "nobody factual"}),
    ("time:1d", {"anna ", "anna down"}),
    (f"trace:{make_trace_id(1)}", {"bo "}),
]


def test_signals_that_match_are_found(told: Server) -> None:
    for q, expected in OF_SIGNALS:
        assert {f"{item['conversation_id']} {item['label']}" for item in ask(told, "signals", q=q)} == expected, q


def tell_tasks(store: Store, now_ns: int) -> None:
    """A task in each conversation: Anna's failed, Bo's used no tool, nobody's took long."""
    tools = {
        "anna": (ToolCount("search", 3, 2), ToolCount("book", 1, 0)),
        "bo": (),
        "nobody": (ToolCount("book", 1, 0),),
    }
    tasks = [
        AgentTask(
            conversation_id=name,
            turn_index=0,
            trace_id=make_trace_id(number),
            span_id="",
            request="Do it",
            user_id=CONVERSATIONS[name]["user_id"],
            service_name=CONVERSATIONS[name]["service_name"],
            environment=CONVERSATIONS[name]["environment"],
            tags=tuple(CONVERSATIONS[name]["tags"]),
            models=tuple(CONVERSATIONS[name]["models"]),
            steps=number + 2,
            tools=tools[name],
            failed=name == "anna",
            outcome=CONVERSATIONS[name]["outcomes"][-1],
            input_tokens=CONVERSATIONS[name]["input_tokens"],
            output_tokens=CONVERSATIONS[name]["output_tokens"],
            cost_usd=CONVERSATIONS[name]["cost_usd"],
            start_time_ns=now_ns - AGES_NS[name],
            duration_ns=CONVERSATIONS[name]["longest_ns"],
        )
        for number, name in enumerate(CALLS)
    ]
    write_agent_tasks(store, 1, tasks, [], 1)


OF_TASKS = [
    ("", EVERYBODY),
    ("tool:book", {"anna", "nobody"}),
    ("tool:search,none", {"anna"}),
    ("-tool:book", {"bo"}),
    ("failed:true", {"anna"}),
    ("steps>2", {"bo", "nobody"}),
    ("steps:2", {"anna"}),
    ("tool_uses>=1", {"anna", "nobody"}),
    ("tool_failures>0", {"anna"}),
    ("latency>=2s", {"anna", "nobody"}),
    ("cost>0.01", {"anna"}),
    ("-cost>0.01", {"bo", "nobody"}),
    ("tokens>99", {"anna"}),
    ("outcome:stopped", {"nobody"}),
    ("user:anna", {"anna"}),
    ("service:shop model:tiny", {"nobody"}),
    ("environment:production", {"anna"}),
    ("tag:web", {"anna", "nobody"}),
    ("time:7d", {"anna", "bo"}),
    ("conversation:bo", {"bo"}),
    (f"trace:{make_trace_id(2)}", {"nobody"}),
    ("signal:rephrase", {"anna"}),
    ("-thumbs:up", {"anna", "bo"}),
    ("turns>3", {"anna"}),
    ("provider:anthropic", {"bo"}),
    ("refund", {"anna", "bo"}),
]


def test_tasks_that_match_are_found_and_counted(told: Server) -> None:
    tell_tasks(told.store, time.time_ns())
    for q, expected in OF_TASKS:
        assert {item["conversation_id"] for item in ask(told, "tasks", q=q)} == expected, q
        assert told.get_json(f"tasks/figures?{urlencode({'q': q})}")["tasks"] == len(expected), q


def test_what_used_a_tool_is_found_in_other_lists(told: Server) -> None:
    tell_tasks(told.store, time.time_ns())
    assert {item["conversation_id"] for item in ask(told, "conversations", q="tool:search")} == {"anna"}
    assert {item["conversation_id"] for item in ask(told, "generations", q="-tool:book")} == {"bo"}
    assert {item["conversation_id"] for item in ask(told, "signals", q="tool:book")} == {"anna", "nobody"}


OF_HOURS = [("", 2), ("model:gpt-5-dated", 1), ("service:shop", 1), ("environment:test", 1), ("time:1d", 1)]


def test_hours_of_calls_that_match_are_summed(told: Server) -> None:
    for q, expected in OF_HOURS:
        assert sum(item["generations"] for item in ask(told, "hours", q=q)) == expected, q


NAMED: list[tuple[str, dict[str, str], int]] = [
    ("conversations", {"user_id": "anna"}, 1),
    ("conversations", {"service_name": "sea, lake"}, 1),
    ("conversations", {"signal_kind": "rephrase"}, 1),
    ("conversations", {"signal": "thumbs", "thumbs": "up"}, 1),
    ("conversations", {"range": "7d", "q": "refund"}, 2),
    ("conversations", {"outcome": "completed", "model": "tiny"}, 1),
    ("generations", {"request_model": "tiny", "outcome": "error"}, 1),
    ("generations", {"trace_id": make_trace_id(0)}, 1),
    ("signals", {"kind": "thumbs", "label": "up", "fired": "true"}, 1),
    ("signals", {"conversation_id": "anna"}, 2),
    ("traces", {"service_name": "shop"}, 2),
    ("tasks", {"tool": "search", "failed": "true"}, 0),
    ("hours", {"environment": "test"}, 1),
]


def test_parameters_named_as_the_fields_ask_for_whole_values(told: Server) -> None:
    for path, parameters, count in NAMED:
        assert len(ask(told, path, **parameters)) == count, (path, parameters)


def refuse(server: Server, path: str, **parameters: str) -> dict[str, Any]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(server, path, **parameters)
    with caught.value as error:
        assert error.code == 422
        assert error.headers["Content-Type"] == "application/problem+json"
        problem: dict[str, Any] = json.load(error)
    return problem


WRONG = [
    ("conversations", "refund modle:gpt-5", 8, "did you mean `model`?"),
    ("conversations", "refund first_chunk>1s", 8, "a list of conversations has no `first_chunk`"),
    ("generations", 'a "red button"', 3, "phrases are looked for in lists of conversations"),
    ("traces", "-fired:true", 1, "a list of traces has no `fired`"),
    ("signals", "score>high", 7, "a number"),
    ("tasks", "steps>1 fired:true", 9, "a list of tasks has no `fired`"),
    ("hours", "model:a cost>1", 9, "a list of hours has no `cost`"),
    ("hours", "model:a word", 9, "a list of hours has no `text`"),
    ("exports", "time:never", 6, "an age such as 24h"),
]


def test_a_wrong_filter_is_refused_with_its_position(server: Server) -> None:
    for path, q, position, words in WRONG:
        problem = refuse(server, path, q=q, **({"format": "trl-kto"} if path == "exports" else {}))
        assert words in problem["detail"]
        assert problem["position"] == position
        assert problem["errors"] == [{"parameter": "q", "position": position, "detail": problem["detail"]}]


def test_a_value_that_a_parameter_cannot_have_is_refused(told: Server) -> None:
    assert "outcome" in refuse(told, "conversations", outcome="gone")["detail"]


def test_traces_that_match_are_found_page_by_page(told: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.trace_list.MOST_LOOKS", 2)
    first = told.get_json("traces?limit=1&q=latency%3E1s")
    assert [item["name"] for item in first["items"]] == ["answer anna"]
    names: list[str] = []
    cursor = first["next_cursor"]
    while cursor:
        page = told.get_json(f"traces?limit=1&q=latency%3E1s&cursor={cursor}")
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert names == ["answer nobody"]
