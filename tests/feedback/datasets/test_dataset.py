"""The whole way from labelled conversations to files."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from feedback.datasets import FORMATS, LabelledConversation, UnknownFormat, build_dataset
from tests.feedback.datasets.dialogue import Dialogue, build, read_rows

KEYS = {
    "trl-sft": {"messages"},
    "trl-dpo": {"prompt", "chosen", "rejected"},
    "trl-kto": {"prompt", "completion", "label"},
}


def make_conversations(count: int) -> list[LabelledConversation]:
    return [
        Dialogue(f"c{number}", f"u{number}", start_seconds=1_700_000_000 + 3600 * number)
        .ask(f"question {number}?", "dull", f"bright {number}")
        .ask("and then?", f"poor {number}")
        .notice(0, "regeneration", attempt=0)
        .thumb(0, "up")
        .notice(1, "complaint")
        .finish()
        for number in range(count)
    ]


@pytest.mark.parametrize("format_name", FORMATS)
def test_rows_have_exactly_the_columns_of_their_format(format_name: str) -> None:
    dataset = build_dataset(format_name, make_conversations(40), project="demo", filters={}, created_at=None)
    rows = read_rows(dataset)
    assert len(rows) >= 40
    assert all(set(row) == KEYS[format_name] for row in rows)


def test_kto_labels_are_booleans_of_both_kinds() -> None:
    dataset = build_dataset("trl-kto", make_conversations(3), project="demo", filters={}, created_at=None)
    assert [row["label"] for row in read_rows(dataset)] == [False, True, False] * 3


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_input_in_any_order_gives_the_same_bytes(format_name: str) -> None:
    conversations = make_conversations(30)
    one, other = (
        build_dataset(format_name, given, project="demo", filters={"b": "2", "a": "1"}, created_at=None)
        for given in (conversations, reversed(conversations))
    )
    assert one.files == other.files


def test_the_time_of_building_changes_the_manifest_alone() -> None:
    moments = (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))
    one, other = (
        build_dataset("trl-kto", make_conversations(3), project="demo", filters={}, created_at=moment)
        for moment in moments
    )
    assert one.manifest["created_at"] == "2026-11-20T00:00:00Z"
    assert one.manifest["id"] == other.manifest["id"]
    assert {**one.manifest, "created_at": ""} == {**other.manifest, "created_at": ""}


def test_rows_stand_in_the_order_of_time() -> None:
    late = Dialogue("c1", start_seconds=2_000_000_000).ask("late?", "b").thumb(0, "up")
    early = Dialogue("c2", start_seconds=1_000_000_000).ask("early?", "a").thumb(0, "up")
    rows = read_rows(build("trl-kto", late, early))
    assert [row["prompt"][0]["content"] for row in rows] == ["early?", "late?"]


def test_provenance_has_one_line_a_row_numbered_within_its_split() -> None:
    dataset = build_dataset("trl-kto", make_conversations(60), project="demo", filters={}, created_at=None)
    lines = [json.loads(line) for line in dataset.files["provenance.jsonl"].splitlines()]
    for split in ("train", "validation"):
        rows = [json.loads(line) for line in dataset.files[f"{split}.jsonl"].splitlines()]
        numbered = [line for line in lines if line["split"] == split]
        assert rows
        assert [line["row"] for line in numbered] == list(range(len(rows)))
        for row, origin in zip(rows, numbered, strict=True):
            assert row["label"] is (origin["label_source"] == "thumbs:up")
    assert lines[0] == {
        "split": "train",
        "row": 0,
        "conversation_id": "c0",
        "turn_index": 0,
        "trace_id": "c0-t0-0",
        "span_id": "c0-s0-0",
        "label_source": "signal:regeneration",
        "confidence": 0.8,
        "score": 0.9,
        "detector": "regeneration",
        "version": "3",
    }


def test_files_match_the_hashes_and_sizes_of_the_manifest() -> None:
    dataset = build_dataset("trl-sft", make_conversations(40), project="demo", filters={}, created_at=None)
    described = json.loads(dataset.files["manifest.json"])["files"]
    assert set(described) == set(dataset.files) - {"manifest.json"}
    for name, facts in described.items():
        content = dataset.files[name]
        assert facts == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "rows": len(content.splitlines()),
        }


def test_an_unknown_format_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(UnknownFormat, match=r"'csv'.*trl-sft, trl-dpo, trl-kto"):
        build_dataset("csv", [], project="demo", filters={}, created_at=None)
