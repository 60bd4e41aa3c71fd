"""Runs of tools are read from what real libraries sent: name, arguments, result, and once each."""

import json

import pytest

from tests.tracing.conventions.dialogues import load_recorded_spans
from tests.tracing.otlp import insert_spans, make_span, make_span_id, make_trace_id
from tests.tracing.reading import call_model, fail_with, make_read_span
from tests.tracing.recordings import DIRECTORY
from tracing.derivation import derive_traces
from tracing.records import load_tool_runs
from tracing.spans import Span, Trace
from tracing.store import Store
from tracing.tool_runs import ToolRun, read_tool_runs

EVERY = sorted(path.name.removesuffix(".json.gz") for path in DIRECTORY.glob("*.json.gz"))
FOUND = "Order 4711 left the warehouse on Monday."
TELLING = {
    "agent-framework",
    "genai-langchain",
    "langfuse-langchain",
    "langsmith-langchain",
    "logfire-pydantic-ai",
    "older-pydantic-ai",
    "older-vercel-ai-sdk",
    "openinference-langchain",
    "openinference-langchain-js",
    "openinference-llama-index",
    "openinference-openai-agents",
    "pydantic-ai",
    "strands-agent",
    "traceloop-langchain",
    "vercel-ai-sdk",
}
"""Those whose framework runs the tool itself, and has a span for it."""


def read_runs(store: Store, recording: str) -> list[ToolRun]:
    traces: dict[str, list[Span]] = {}
    for span in load_recorded_spans(store, recording):
        traces.setdefault(span.trace_id, []).append(span)
    return [run for spans in traces.values() for run in read_tool_runs(Trace(spans))]


@pytest.mark.parametrize("recording", [name for name in EVERY if not name.startswith(("more-", "retrieval-"))])
def test_a_tool_that_a_framework_ran_is_found_once(migrated_store: Store, recording: str) -> None:
    runs = read_runs(migrated_store, recording)
    if recording.rpartition("-")[0] not in TELLING:
        assert runs == []
        return
    (run,) = runs
    assert run.name == "find_order"
    assert json.loads(run.arguments) == {"order": 4711}
    assert run.result.strip('"') == FOUND
    assert run.call_id in ("call_1", "")
    assert run.outcome == "completed"


def test_a_run_that_failed_says_how() -> None:
    span = make_read_span(
        1,
        attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f"},
        **fail_with("KeyError", "no order"),
    )
    (run,) = read_tool_runs(Trace([span]))
    assert (run.outcome, run.error_type, run.error_message) == ("error", "KeyError", "no order")


@pytest.mark.usefixtures("project")
def test_runs_are_kept_with_their_trace_and_go_when_it_tells_them_no_more(store: Store) -> None:
    run = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "find",
        "gen_ai.tool.call.arguments": '{"a": 1}',
    }
    insert_spans(store, make_span(1, 1, call_model()), make_span(2, 1, run, parent=1))
    derive_traces(store, [(1, make_trace_id(1))])
    (kept,) = load_tool_runs(store, 1, [make_trace_id(1)])
    assert (kept.name, kept.arguments, kept.parent_span_id) == ("find", '{"a": 1}', make_span_id(1))
    derive_traces(store, [(1, make_trace_id(1))])
    assert load_tool_runs(store, 1, [make_trace_id(1)]) == [kept]
    insert_spans(store, make_span(2, 1, {"other": "span"}, parent=1))
    derive_traces(store, [(1, make_trace_id(1))])
    assert load_tool_runs(store, 1, [make_trace_id(1)]) == []
