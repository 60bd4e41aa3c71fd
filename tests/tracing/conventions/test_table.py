"""docs/conventions.md tells what the recordings tell."""

import json
from pathlib import Path

from tests.tracing.conventions.table import MARK, PAGE, Leaf, Span, find_paths, holds, load, read_leaves, render
from tests.tracing.recordings import DIRECTORY


def test_the_page_is_what_the_recordings_tell() -> None:
    text = PAGE.read_text("utf-8")
    assert text.count(MARK) == 1
    assert text.partition(MARK)[2] == render(), "run python -m tests.tracing.conventions.table"


def test_every_recording_of_the_dialogues_has_a_section() -> None:
    text = PAGE.read_text("utf-8")
    recordings = [path.name.removesuffix(".json.gz") for path in DIRECTORY.glob("*.json.gz")]
    plain = [name.rpartition("-") for name in recordings if not name.startswith(("more-", "retrieval-"))]
    assert {f"\n## {name} {version}\n" in text for name, _, version in plain} == {True}


def test_json_in_json_is_gone_into() -> None:
    body = json.dumps({"messages": [{"content": json.dumps({"question": "Why?"})}]})
    assert Leaf("input→messages[].content→question", "Why?") in list(read_leaves(body, "input"))


def test_attributes_come_before_events_and_plain_ones_before_json() -> None:
    def write(key: str, text: str) -> dict[str, object]:
        return {"key": key, "value": {"stringValue": text}}

    event = {"name": "gen_ai.user.message", "attributes": [write("content", "Why?")]}
    attributes = [write("a.input", '["Why?"]'), write("b.messages.0.content", "Why?")]
    span = Span({"attributes": attributes, "events": [event]}, "", ())
    told = find_paths([span], holds("Why?"))
    assert told == "`b.messages.N.content`, `a.input→[]`, `event gen_ai.user.message: content`"


def test_logs_stand_with_the_span_that_they_belong_to() -> None:
    [path] = Path(DIRECTORY).glob("openlit-openai-[0-9]*.json.gz")
    spans = load(path).spans
    assert sum(len(span.logs) for span in spans) > 0
    assert {log["spanId"] for span in spans for log in span.logs} <= {span.body["spanId"] for span in spans}
