"""What was looked up is read from spans as instrumentations really write them."""

import gzip
import json
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from drift.detectors import Retrieval
from drift.observing.retrievals import read_output, read_retrievals
from tests.tracing.recordings import DIRECTORY
from tracing.models import Project
from tracing.receive.decoding import decode_spans
from tracing.store import Store


def tell(span: str, parent: str = "", **given: Any) -> dict[str, Any]:
    row = {"trace_id": "t", "span_id": span, "parent_span_id": parent, "names": [], "scores": [], "results": []}
    return row | {"output": ""} | given


def test_of_nested_retrievals_the_outer_one_counts_if_it_tells_anything() -> None:
    inner = tell("b", "a", output='["one", "two"]')
    outer = tell("a", names=["retrieval.documents.0.document.score"], scores=["0.5"])
    assert read_retrievals([outer, inner]) == {"t": [Retrieval(1, 0.5)]}
    assert read_retrievals([tell("a", output="no JSON"), inner]) == {"t": [Retrieval(2)]}


def test_results_of_vector_databases_are_events() -> None:
    results = [{"db.query.result.distance": "0.4"}, {"db.query.result.distance": "0.3"}]
    assert read_retrievals([tell("a", results=results)]) == {"t": [Retrieval(2, 0.3)]}


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("[]", Retrieval(0)),
        ('{"documents": [{"page_content": "x", "metadata": {"score": 0.25}}, "y"]}', Retrieval(2, 0.25)),
        ('[{"score": "NaN"}, {"score": true}, {"relevance_score": 2}]', Retrieval(3, 1.0)),
        ("", None),
        ("nothing found", None),
        ('{"documents": 3}', None),
        ("[" * 100_000, None),
    ],
)
def test_what_was_given_back_is_counted_where_it_is_a_list(output: str, found: Retrieval | None) -> None:
    assert read_output(output) == found


@pytest.mark.parametrize(
    ("name", "passages"),
    [
        ("openinference-haystack-0.1.46", {0, 1, 3}),
        ("openinference-llama-index-4.6.1", {2}),
        ("genai-openai-1.3b0", set()),
    ],
)
def test_recorded_apps_tell_what_they_looked_up(name: str, passages: set[int], store: Store, project: Project) -> None:
    recorded = json.loads(gzip.decompress((DIRECTORY / f"retrieval-{name}.json.gz").read_bytes()))
    spans = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), project.pk)
    store.insert("otel_traces", spans.columns)
    traces = sorted(set(spans.columns["TraceId"]))
    rows = store.query("drift/sql/retrievals.sql", project_id=project.pk, trace_ids=traces)
    found = read_retrievals(rows)
    assert set(found) == (set(traces) if passages else set())
    assert {each.passages for own in found.values() for each in own} == passages
    assert all((each.best_score is None) == (not each.passages) for own in found.values() for each in own)


def test_a_function_that_the_sdk_saw_retrieve_tells_by_what_it_gave_back(store: Store, project: Project) -> None:
    told = {"tacit.kind": "retriever", "tacit.output": '[{"id": "a", "score": 0.7}, {"id": "b", "score": 0.9}]'}
    columns = {"TraceId": ["t"], "SpanId": ["s"], "ParentSpanId": ["p"], "SpanAttributes": [told]}
    store.insert("otel_traces", {**columns, "project_id": [project.pk]})
    rows = store.query("drift/sql/retrievals.sql", project_id=project.pk, trace_ids=["t"])
    assert read_retrievals(rows) == {"t": [Retrieval(2, 0.9)]}
