"""The recordings of real instrumentations: each is there, is OTLP, and tells the dialogues that were held."""

import gzip
import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.recipes.model_server import ANSWER, VERSION
from tests.tracing.conventions.recordings.record import (
    DIALOGUES,
    HERE,
    MACHINE,
    OLDER,
    SOURCES,
    hide_machine,
    read_questions,
)

SILENT_ABOUT_THE_MODEL = ("strands-agent", "older-logfire-openai")
"""These never tell which model answered."""
FILES = sorted(HERE.glob("*.json.gz"))
MORE = [path for path in FILES if path.name.startswith("more-")]
RETRIEVAL = [path for path in FILES if path.name.startswith("retrieval-")]


def cut_version(path: Path) -> str:
    return path.name.removesuffix(".json.gz").rpartition("-")[0]


def test_every_source_has_its_recordings() -> None:
    assert {cut_version(path) for path in FILES} == {re.sub(r"-\d+$", "", name) for name in SOURCES}
    assert len(FILES) == len(SOURCES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_recording_is_otlp_and_tells_nothing_of_the_machine(path: Path) -> None:
    text = gzip.decompress(path.read_bytes()).decode()
    recorded = json.loads(text)
    request = ParseDict(recorded["traces"], ExportTraceServiceRequest())
    ParseDict(recorded["logs"], ExportLogsServiceRequest())
    spans = [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]
    assert len({(span.trace_id, span.span_id) for span in spans}) == len(spans)
    resources = [each.key for group in request.resource_spans for each in group.resource.attributes]
    assert not [key for key in resources if key.startswith(MACHINE)]
    assert hide_machine(text) == text
    assert path.name.endswith(f"-{next(iter(recorded['made_with'].values()))}.json.gz")


@pytest.mark.parametrize(
    "path", [path for path in FILES if cut_version(path) in DIALOGUES | OLDER], ids=lambda path: path.name
)
def test_a_recording_tells_the_dialogues(path: Path) -> None:
    text = gzip.decompress(path.read_bytes()).decode()
    for said in ("Where is my order 4711?", ANSWER, "find_order"):
        assert said in text
    assert (VERSION in text) == (cut_version(path) not in SILENT_ABOUT_THE_MODEL)


@pytest.mark.parametrize("path", MORE, ids=lambda path: path.name)
def test_a_recording_of_more_dialogues_tells_both_answers_and_both_edits(path: Path) -> None:
    text = unescape(gzip.decompress(path.read_bytes()).decode())
    for said in (
        "Many happy returns of the day!",
        "And for children?",
        "And for women?",
        "A hiking boot, and its sole.",
    ):
        assert said in text


@pytest.mark.parametrize("path", RETRIEVAL, ids=lambda path: path.name)
def test_each_trace_of_a_retrieval_app_tells_the_question_that_was_asked(path: Path) -> None:
    recorded = json.loads(gzip.decompress(path.read_bytes()))
    said = list(chain.from_iterable(recorded["said"]))
    assert recorded["said"] == read_questions(SOURCES[cut_version(path)].topic)
    told = tell_traces(recorded["traces"])
    assert len(told) == len(said)
    for question, text in zip(said, told, strict=True):
        assert unescape(json.dumps(question)[1:-1]) in text


def tell_traces(request: dict[str, Any]) -> list[str]:
    """All that each trace tells, by start."""
    spans = [span for group in request["resourceSpans"] for scope in group["scopeSpans"] for span in scope["spans"]]
    traces: dict[str, list[str]] = {}
    for span in sorted(spans, key=lambda span: int(span["startTimeUnixNano"])):
        traces.setdefault(span["traceId"], []).append(json.dumps(span))
    return [unescape("".join(texts)) for texts in traces.values()]


def unescape(text: str) -> str:
    """Without what JSON inside JSON inside JSON puts before letters."""
    plain = re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\+n|\\", "", plain)
