"""A stock Collector: its configurations hold keys that there are, and what its exporter writes is read like all else.

No Collector runs here. Keys are those of its documentation (core and contrib 0.162); statements are its exporter's.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Server
from tests.tracing.otlp import make_trace_id
from tracing.store import Store

DOCS = Path(__file__).resolve().parent.parent / "docs"
NAMES = ("collector.yaml", "collector-forward.yaml")
COMPACTION = {"on_start", "on_rebound", "directory", "max_transaction_size", "cleanup_on_start"}
QUEUE = {"enabled", "num_consumers", "queue_size", "sizer", "block_on_overflow", "storage", "batch", "wait_for_result"}
SENDING = {
    "timeout": None,
    "retry_on_failure": {"enabled", "initial_interval", "max_interval", "max_elapsed_time", "multiplier"},
    "sending_queue": QUEUE,
    "sending_queue.batch": {"flush_timeout", "min_size", "max_size", "sizer"},
}
KNOWN: Mapping[str, Mapping[str, set[str] | None]] = {
    "file_storage": {
        **dict.fromkeys(("directory", "timeout", "fsync", "create_directory", "directory_permissions")),
        "compaction": COMPACTION,
    },
    "otlp": {"protocols": {"grpc", "http"}, "protocols.grpc": {"endpoint"}, "protocols.http": {"endpoint"}},
    "memory_limiter": dict.fromkeys(("check_interval", "limit_mib", "spike_limit_mib", "limit_percentage")),
    "resource": {"attributes": None},
    "clickhouse": {
        **dict.fromkeys(("endpoint", "username", "password", "ttl", "database", "connection_params", "create_schema")),
        **dict.fromkeys(("compress", "async_insert", "tls", "logs_table_name", "traces_table_name", "cluster_name")),
        **SENDING,
    },
    "otlp_http": {**dict.fromkeys(("endpoint", "headers", "compression", "tls", "encoding")), **SENDING},
}
"""What each component may have, by its type; of what is a mapping, the keys of that."""
SPAN_COLUMNS = (
    "Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, "
    "ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage, Events.Timestamp, Events.Name, "
    "Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes"
)
LOG_COLUMNS = (
    "Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, "
    "ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, LogAttributes, EventName"
)


def read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DOCS / name).read_text())
    return told


def list_unknown(component: str, given: Mapping[str, Any]) -> Iterator[str]:
    known = KNOWN[component.partition("/")[0]]
    for key, value in given.items():
        if key not in known:
            yield f"{component}: {key}"
        for inner, more in (value or {}).items() if isinstance(value, dict) and known.get(key) else ():
            if inner not in (known[key] or ()):
                yield f"{component}: {key}.{inner}"
            deeper = known.get(f"{key}.{inner}")
            yield from (f"{component}: {key}.{inner}.{each}" for each in set(more) - deeper) if deeper else ()


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_one_that_the_collector_documents(name: str) -> None:
    told = read(name)
    assert set(told) == {"extensions", "receivers", "processors", "exporters", "service"}
    for kind in set(told) - {"service"}:
        for component, given in told[kind].items():
            assert list(list_unknown(component, given)) == []


def test_a_key_that_there_is_not_is_found() -> None:
    given = {"sending_queue": {"batch": {"size": 1}, "disk": True}, "tabel": "x"}
    assert sorted(list_unknown("clickhouse", given)) == [
        "clickhouse: sending_queue.batch.size",
        "clickhouse: sending_queue.disk",
        "clickhouse: tabel",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_pipelines_use_what_is_defined_and_all_of_it(name: str) -> None:
    told = read(name)
    pipelines = told["service"]["pipelines"]
    assert set(pipelines) == {"traces", "logs"}
    for kind in ("receivers", "processors", "exporters"):
        assert {each for pipeline in pipelines.values() for each in pipeline[kind]} == set(told[kind])
    assert told["service"]["extensions"] == list(told["extensions"])
    assert all(pipeline["processors"][0] == "memory_limiter" for pipeline in pipelines.values())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_dropped_while_tacit_is_away(name: str) -> None:
    [exporter] = read(name)["exporters"].values()
    queue = exporter["sending_queue"]
    assert (queue["storage"], queue["block_on_overflow"]) == ("file_storage", True)
    assert exporter["retry_on_failure"]["max_elapsed_time"] == "0s"
    assert queue["batch"]["min_size"] <= queue["batch"]["max_size"] <= queue["queue_size"]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_else_reaches_it_and_no_secret_stands_there(name: str) -> None:
    told = read(name)
    protocols = told["receivers"]["otlp"]["protocols"]
    assert all(each["endpoint"].startswith("127.0.0.1:") for each in protocols.values())
    [exporter] = told["exporters"].values()
    secret = exporter.get("password") or exporter["headers"]["x-api-key"]
    assert secret.startswith("${env:")
    assert exporter["endpoint"].startswith("https://")


def test_what_the_exporter_inserts_becomes_a_conversation(server: Server) -> None:
    """With its own statements: their columns alone, and texts for every attribute."""
    [(_, exporter)] = read("collector.yaml")["exporters"].items()
    trace = make_trace_id(9)
    attributes = (
        "map('gen_ai.operation.name', 'chat', 'gen_ai.conversation.id', 'collected', 'gen_ai.usage.input_tokens', '12',"
        """ 'gen_ai.input.messages', '[{"role":"user","content":"Where is it?"}]',"""
        """ 'gen_ai.output.messages', '[{"role":"assistant","content":"Here."}]')"""
    )
    resource = "map('service.name', 'shop', 'tacit.project', '1')"
    span = [
        *("now64(9)", f"'{trace}'", "'00000000000000aa'", "''", "''", "'chat'", "'Client'", "'shop'", resource),
        *("'scope'", "'1'", attributes, "1000000", "'Unset'", "''", "[now64(9)]", "['e']", "[map('m', '2')]"),
        *("[]", "[]", "[]", "[]"),
    ]
    log = [
        *("now64(9)", f"'{trace}'", "'00000000000000aa'", "1", "'INFO'", "9", "'shop'", "'hello'", "''", resource),
        *("''", "'scope'", "'1'", "map()", "map('a', 'b')", "'app.said'"),
    ]
    insert(server.store, exporter["traces_table_name"], SPAN_COLUMNS, span)
    insert(server.store, exporter["logs_table_name"], LOG_COLUMNS, log)
    server.derive()
    conversation = server.get_json("conversations/collected")
    assert conversation["turns"][0]["user_message"] == "Where is it?"
    [generation] = server.get_json("generations")["items"]
    assert (generation["input_tokens"], generation["service_name"]) == (12, "shop")


def insert(store: Store, table: str, columns: str, values: list[str]) -> None:
    store.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(values)})")  # noqa: S608 -- all our own
