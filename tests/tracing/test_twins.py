"""A stream that Anthropic's client tells in a trace of its own, as it was recorded, counts once however it comes."""

import gzip
import json
from itertools import permutations

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.tracing.otlp import PROJECT
from tests.tracing.recordings import DIRECTORY
from tracing.derivation import derive_traces
from tracing.receive.decoding import decode_spans
from tracing.records import load_conversations, load_generations
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("project")


def insert_recording(store: Store) -> list[str]:
    """Ids of the traces of the recording, without those of calls that are told in one trace."""
    recorded = json.loads(gzip.decompress(next(DIRECTORY.glob("openinference-anthropic-*.json.gz")).read_bytes()))
    columns = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), PROJECT).columns
    store.insert("otel_traces", columns)
    ids = list(columns["TraceId"])
    return sorted({each for each in ids if ids.count(each) == 1})


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_instrumented_call_stays_whichever_trace_comes_first(store: Store, order: tuple[int, ...]) -> None:
    trace_ids = insert_recording(store)
    assert len(trace_ids) == 4
    for place in order:
        derive_traces(store, [(PROJECT, trace_ids[place])])
    calls = load_generations(store, PROJECT, trace_ids)
    assert sorted((call.conversation_id, call.convention) for call in calls) == [
        ("abandoned", "openinference"),
        ("stream", "openinference"),
    ]
    alone = [f"trace:{trace_id}" for trace_id in trace_ids]
    assert list(load_conversations(store, PROJECT, [*alone, "abandoned", "stream"])) == ["abandoned", "stream"]


def test_traces_that_are_read_together_and_again_tell_each_stream_once(store: Store) -> None:
    trace_ids = insert_recording(store)
    for _ in range(2):
        derive_traces(store, [(PROJECT, trace_id) for trace_id in trace_ids])
    assert len(load_generations(store, PROJECT, trace_ids)) == 2


def test_a_stream_that_its_client_alone_tells_stays(store: Store) -> None:
    trace_ids = insert_recording(store)
    derive_traces(store, [(PROJECT, trace_ids[0])])
    assert len(load_generations(store, PROJECT, trace_ids[:1])) == 1
