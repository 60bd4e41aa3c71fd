"""Exports of Phoenix: its dataframe as Parquet, CSV and JSON lines, and spans of its API."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pyarrow import parquet

from tests.conftest import Server
from tests.tracing.importing.old_logs import list_turns, read_file, send_file, write_lines
from tests.tracing.sending import send

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROW: dict[str, Any] = {
    "name": "ChatCompletion",
    "span_kind": "LLM",
    "parent_id": "00f067aa0ba902b6",
    "start_time": START,
    "end_time": START.replace(second=2),
    "status_code": "OK",
    "status_message": "",
    "context.span_id": "00f067aa0ba902b7",
    "context.trace_id": TRACE_ID,
    "attributes.llm.input_messages": [
        {"message.role": "system", "message.content": "Be kind."},
        {"message.role": "user", "message.content": "Where is my order?"},
    ],
    "attributes.llm.output_messages": [{"message.role": "assistant", "message.content": "In Ulm."}],
    "attributes.llm.model_name": "gpt-5-mini-2026-01-01",
    "attributes.llm.provider": "openai",
    "attributes.llm.invocation_parameters": '{"model": "gpt-5-mini"}',
    "attributes.llm.token_count.prompt": 12.0,
    "attributes.llm.token_count.completion": 3.0,
    "attributes.session.id": "s-1",
    "attributes.user.id": "anna",
}
ROOT: dict[str, Any] = ROW | {
    "name": "answer",
    "span_kind": "CHAIN",
    "parent_id": None,
    "context.span_id": "00f067aa0ba902b6",
    "attributes.llm.input_messages": None,
    "attributes.llm.output_messages": None,
    "attributes.llm.token_count.prompt": None,
    "attributes.llm.token_count.completion": None,
}


def write_parquet(path: Path) -> Path:
    parquet.write_table(pyarrow.Table.from_pylist([ROOT, ROW]), path)
    return path


def write_csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(ROW))
        table.writeheader()
        table.writerows([ROOT, ROW])
    return path


def write_json_lines(path: Path) -> Path:
    """As `df.to_json(orient="records", lines=True)` does: times in milliseconds."""
    stamps = {name: int(ROW[name].timestamp() * 1000) for name in ("start_time", "end_time")}
    return write_lines(path, [row | stamps for row in (ROOT, ROW)])


@pytest.mark.parametrize(
    ("name", "write"), [("a.parquet", write_parquet), ("a.csv", write_csv), ("a.jsonl", write_json_lines)]
)
def test_a_dataframe_is_read_in_each_form_and_counts_once(
    server: Server, tmp_path: Path, name: str, write: Any
) -> None:
    path = write(tmp_path / name)
    for _ in range(2):
        assert send_file(server, "phoenix", path) == []
    assert list_turns(server, "s-1") == [("Where is my order?", "In Ulm.")]
    [call] = server.get_json("generations")["items"]
    assert (call["trace_id"], call["span_id"], call["parent_span_id"]) == (
        TRACE_ID,
        "00f067aa0ba902b7",
        "00f067aa0ba902b6",
    )
    assert (call["request_model"], call["response_model"]) == ("gpt-5-mini", "gpt-5-mini-2026-01-01")
    assert (call["input_tokens"], call["output_tokens"], call["cache_read_tokens"]) == (12, 3, None)
    assert (call["system_instructions"], call["user_id"], call["provider"]) == ("Be kind.", "anna", "openai")
    assert (call["start_time"][:19], call["duration_ms"]) == ("2026-03-01T12:00:00", 2000)
    assert len(server.get_json(f"traces/{TRACE_ID}")["spans"]) == 2


def test_a_span_of_the_api_has_its_lists_in_numbered_attributes(tmp_path: Path) -> None:
    span = {
        "id": "U3Bhbjox",
        "name": "ChatCompletion",
        "context": {"trace_id": TRACE_ID, "span_id": "00f067aa0ba902b7"},
        "span_kind": "LLM",
        "parent_id": None,
        "start_time": "2026-03-01T12:00:00+00:00",
        "end_time": "2026-03-01T12:00:02+00:00",
        "status_code": "ERROR",
        "status_message": "too slow",
        "attributes": {
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.contents.0.message_content.text": "Why?",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.id": "t1",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "find",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"order": 7}',
        },
    }
    [read], problems = read_file("phoenix", write_lines(tmp_path / "a.jsonl", [span]))
    assert problems == []
    assert read.error == "too slow"
    assert read.attributes == span["attributes"] | {"openinference.span.kind": "LLM"}


RECORDINGS = Path(__file__).parent / "recordings"
EXPORTS = sorted(path for path in RECORDINGS.glob("phoenix-*") if ".sent." not in path.name)
LOST = ("start_time", "duration_ms", "time_to_first_chunk_ms", "service_name", "outcome", "ended_by")
"""Times are cut to milliseconds or microseconds; Phoenix exports neither the service nor the instrumentation's name,
without which nobody knows that a stream was left."""


def list_calls(server: Server) -> list[dict[str, Any]]:
    calls = server.get_json("generations?limit=100")["items"]
    told = [{name: value for name, value in call.items() if name not in LOST} for call in calls]
    return sorted(told, key=lambda call: (call["trace_id"], call["span_id"]))


def send_recording(server: Server, name: str) -> None:
    """What was sent to Phoenix, sent to us."""
    [path] = RECORDINGS.glob(f"phoenix-{name}-*.sent.json.gz")
    request = ParseDict(json.loads(gzip.decompress(path.read_bytes()))["traces"], ExportTraceServiceRequest())
    assert send(server, request.SerializeToString()).status == 200
    server.derive()


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_what_phoenix_exports_is_read_as_what_was_sent_to_it(server: Server, path: Path) -> None:
    send_recording(server, path.name.split("-")[1])
    sent = list_calls(server)
    assert len(sent) >= 6
    server.store.execute("TRUNCATE TABLE otel_traces")
    server.store.execute("TRUNCATE TABLE generations")
    server.forget_watermarks()
    assert send_file(server, "phoenix", path) == []
    assert list_calls(server) == sent


def test_a_stream_of_an_export_has_its_first_token(server: Server) -> None:
    [path] = [path for path in EXPORTS if path.name.startswith("phoenix-openai") and path.name.endswith("api.jsonl.gz")]
    send_file(server, "phoenix", path)
    [stream] = server.get_json("generations?conversation_id=stream")["items"]
    assert stream["time_to_first_chunk_ms"] > 0
    [failed] = server.get_json("generations?conversation_id=error")["items"]
    assert (failed["outcome"], failed["error_type"]) == ("error", "openai.NotFoundError")


def test_a_row_that_is_no_span_is_named(tmp_path: Path) -> None:
    spans, [problem] = read_file("phoenix", write_lines(tmp_path / "a.jsonl", [{"name": "x"}]))
    assert spans == []
    assert "context.trace_id" in problem.reason
