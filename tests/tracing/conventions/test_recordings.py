"""The recordings of real instrumentations: each is there, is OTLP, and tells dialogues that were held."""

import gzip
import json
import re
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.recipes.model_server import ANSWER, VERSION
from tests.tracing.conventions.recordings.record import HERE, MACHINE, SOURCES, hide_machine

FILES = sorted(HERE.glob("*.json.gz"))


def test_every_source_has_its_recordings() -> None:
    recorded = {path.name.removesuffix(".json.gz").rpartition("-")[0] for path in FILES}
    assert recorded == {re.sub(r"-\d+$", "", name) for name in SOURCES}
    assert len(FILES) == len(SOURCES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_recording_is_otlp_that_tells_the_dialogues_and_nothing_of_the_machine(path: Path) -> None:
    text = gzip.decompress(path.read_bytes()).decode()
    recorded = json.loads(text)
    request = ParseDict(recorded["traces"], ExportTraceServiceRequest())
    ParseDict(recorded["logs"], ExportLogsServiceRequest())
    spans = [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]
    assert len({(span.trace_id, span.span_id) for span in spans}) == len(spans)
    for said in ("Where is my order 4711?", ANSWER, "find_order", VERSION):
        assert said in text
    resources = [each.key for group in request.resource_spans for each in group.resource.attributes]
    assert not [key for key in resources if key.startswith(MACHINE)]
    assert hide_machine(text) == text
    assert path.name.endswith(f"-{next(iter(recorded['made_with'].values()))}.json.gz")
