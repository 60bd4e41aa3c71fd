"""Exports of Langfuse: its table as CSV, rows of its API, a downloaded trace."""

import csv
import json
from pathlib import Path
from typing import Any

from tests.conftest import Server
from tests.tracing.importing.old_logs import list_turns, read_file, send_file, write_lines

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACE = {
    "id": TRACE_ID,
    "timestamp": "2026-03-01T12:00:00.000Z",
    "name": "answer",
    "sessionId": "s-1",
    "userId": "anna",
    "tags": ["shop"],
    "environment": "production",
    "latency": 2.5,
    "input": {"question": "Where is my order?"},
    "output": "In Ulm.",
}
GENERATION = {
    "id": "00f067aa0ba902b7",
    "traceId": TRACE_ID,
    "type": "GENERATION",
    "name": "OpenAI-generation",
    "startTime": "2026-03-01T12:00:00.100Z",
    "endTime": "2026-03-01T12:00:02.100Z",
    "completionStartTime": "2026-03-01T12:00:00.600Z",
    "model": "gpt-5-mini",
    "input": [{"role": "user", "content": "Documents … Where is my order?"}],
    "output": {"role": "assistant", "content": "In Ulm."},
    "modelParameters": {"temperature": 0.2},
    "promptName": "answer",
    "promptVersion": 3,
    "costDetails": {"input": 0.01, "output": 0.02, "total": 0.03},
    "usageDetails": {"input": 8, "input_cached_tokens": 4, "output": 3, "output_reasoning_tokens": 2, "total": 17},
    "parentObservationId": None,
    "level": "DEFAULT",
}
SCORE = {
    "id": "score-1",
    "traceId": TRACE_ID,
    "observationId": "00f067aa0ba902b7",
    "name": "thumbs",
    "value": 0,
    "stringValue": "down",
    "dataType": "NUMERIC",
    "source": "API",
    "comment": "wrong",
    "timestamp": "2026-03-01T12:01:00Z",
}


def test_traces_observations_and_scores_fit_together_in_any_order_and_count_once(
    server: Server, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.jsonl", [SCORE, GENERATION, TRACE])
    for _ in range(2):
        assert send_file(server, "langfuse", path) == []
    assert list_turns(server, "s-1") == [("Where is my order?", "In Ulm.")]
    [call] = server.get_json("generations")["items"]
    assert (call["trace_id"], call["span_id"], call["user_id"]) == (TRACE_ID, "00f067aa0ba902b7", "anna")
    assert (call["input_tokens"], call["cache_read_tokens"]) == (12, 4)
    assert (call["output_tokens"], call["reasoning_tokens"]) == (5, 2)
    assert (call["streamed"], call["time_to_first_chunk_ms"]) == (True, 500)
    assert (call["cost_usd"], call["cost_reported"]) == (0.03, True)
    assert (call["parameters"], call["prompt_name"], call["prompt_version"]) == ({"temperature": 0.2}, "answer", "3")
    assert (call["environment"], call["tags"]) == ("production", ["shop"])
    [turn] = server.get_json("conversations/s-1")["turns"]
    assert [(each["label"], each["score"], each["explanation"]) for each in turn["feedback"]] == [
        ("down", 0.0, "wrong")
    ]


def test_the_table_of_traces_alone_gives_turns(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "traces.csv"
    second = TRACE | {
        "id": "b" * 32,
        "timestamp": "2026-03-01T12:05:00Z",
        "input": "And now?",
        "output": "Still there.",
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(TRACE))
        table.writeheader()
        for row in (TRACE, second):
            table.writerow({name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in row.items()})
    assert send_file(server, "langfuse", path) == []
    assert list_turns(server, "s-1") == [("Where is my order?", "In Ulm."), ("And now?", "Still there.")]


def describe(value: Any, path: Path) -> set[tuple[str, str, str]]:
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
    spans, problems = read_file("langfuse", path)
    assert problems == []
    return {(span.trace_id, span.span_id, span.parent_span_id) for span in spans}


def test_a_downloaded_trace_a_page_of_the_api_and_a_list_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    listed = describe([TRACE, GENERATION, SCORE], path)
    bare = {name: value for name, value in GENERATION.items() if name != "traceId"}
    assert describe({"trace": TRACE, "observations": [bare], "scores": [SCORE]}, path) == listed
    assert describe({**TRACE, "observations": [bare], "scores": [SCORE]}, path) == listed
    assert describe({"data": [TRACE, GENERATION, SCORE], "meta": {"page": 1}}, path) == listed


def test_rows_of_a_bucket_are_in_snake_case(tmp_path: Path) -> None:
    row = {
        "id": "00f067aa0ba902b7",
        "trace_id": TRACE_ID,
        "type": "GENERATION",
        "start_time": "2026-03-01 12:00:00.100000",
        "end_time": "2026-03-01 12:00:01.100000",
        "provided_model_name": "gpt-5-mini",
        "session_id": "s-1",
        "input": "Why?",
        "output": "So.",
    }
    [span], problems = read_file("langfuse", write_lines(tmp_path / "a.jsonl", [row]))
    assert problems == []
    assert span.attributes["gen_ai.conversation.id"] == "s-1"
    assert span.attributes["langfuse.observation.model.name"] == "gpt-5-mini"
    assert span.attributes["langfuse.observation.input"] == "Why?"
