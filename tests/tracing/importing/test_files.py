"""Files of any kind and content: records come out, or problems that name a line, and never a traceback."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.examples import count_examples
from tests.tracing.importing.old_logs import read_file
from tracing.importing import SOURCES
from tracing.importing.entries import Problem, Row, UnreadableError, read_time
from tracing.importing.files import CHUNK, read_rows
from tracing.importing.requests import write_requests
from tracing.receive.decoding import decode_spans

NAMES = tuple(
    part
    for line in (
        "conversation_id turns messages role content user assistant time feedback name score label id traceId ",
        "startTime timestamp type GENERATION input output usageDetails sessionId choices message data trace ",
        "observations scores context.trace_id context.span_id start_time span_kind LLM attributes.llm.input_messages ",
        "attributes attributes.input.value dataType value tool_calls response body created metadata latency end_time",
    )
    for part in line.split()
)
TIMES = st.sampled_from(["2026-03-01T12:00:00Z", 1772366400, -1, 1e400, "", "0001-01-01"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(NAMES) | TIMES
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)
)
EXAMPLES = settings(
    max_examples=count_examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read_and_encode(source: str, path: Path) -> None:
    """All that an import does before it sends; every body is one that the receiver can decode."""
    spans, problems = read_file(source, path)
    for count, body in write_requests(spans):
        assert decode_spans(ExportTraceServiceRequest.FromString(body), 1).rejected == 0
        assert count
    assert all(problem.line > 0 and problem.reason for problem in problems)


@pytest.mark.parametrize("source", SOURCES)
@given(values=st.lists(VALUES, max_size=3))
@EXAMPLES
def test_any_json_lines_become_spans_or_problems(tmp_path: Path, source: str, values: list[Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in values), encoding="utf-8")
    read_and_encode(source, path)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "parquet", "json.gz"])
@given(data=st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "replace")))
@settings(EXAMPLES, max_examples=count_examples(25))
def test_any_bytes_become_spans_or_problems(tmp_path: Path, source: str, suffix: str, data: bytes) -> None:
    for start in (b"", b"[", b"PAR1", b"\x1f\x8b\x08\x00"):
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(start + data)
        read_and_encode(source, path)


def list_values(path: Path) -> list[Any]:
    return [row.value if isinstance(row, Row) else row for row in read_rows(path)]


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_lists_and_lines_give_the_same_records(tmp_path: Path, suffix: str, pack: Any) -> None:
    values = [{"text": "é" * 300_000, "number": index} for index in range(20)]
    lines = "\n".join(json.dumps(each) for each in values).encode()
    for data in (lines, json.dumps(values, indent=1).encode(), b"\xef\xbb\xbf" + lines):
        path = tmp_path / f"a.{suffix}.gz"
        path.write_bytes(pack(data))
        assert list_values(path) == values
        assert len(data) > 2 * CHUNK


def test_a_gzipped_file_that_breaks_off_gives_what_there_was(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    lines = b"".join(
        json.dumps({"number": number, "hash": hash(str(number))}).encode() + b"\n" for number in range(50_000)
    )
    path.write_bytes(gzip.compress(lines)[:-200_000])
    rows = list(read_rows(path))
    assert isinstance(rows[-1], Problem)
    assert "broken" in rows[-1].reason
    assert all(isinstance(row, Row) for row in rows[:-1])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-03-01T12:00:00Z", 1772366400),
        ("2026-03-01T13:00:00+01:00", 1772366400),
        ("2026-03-01 12:00:00", 1772366400),
        (1772366400, 1772366400),
        (1772366400.5, 1772366400.5),
        (1772366400_000, 1772366400),
        (1772366400_000_000, 1772366400),
        (1772366400_000_000_000, 1772366400),
        ("1772366400", 1772366400),
    ],
)
def test_times_in_any_usual_form_are_read(value: Any, seconds: float) -> None:
    assert read_time(value) == seconds * 1e9


@pytest.mark.parametrize("value", ["soon", True, [], -5, float("nan"), 10**30, "1e999"])
def test_other_times_are_refused(value: Any) -> None:
    with pytest.raises(UnreadableError, match="time is"):
        read_time(value)
