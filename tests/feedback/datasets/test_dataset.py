"""The whole way from labelled conversations to files."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.datasets import FORMATS, Context, Definition, LabelledConversation, UnknownFormat, build_dataset
from feedback.datasets.building.collecting import collect_chunk, list_subjects, settle_work
from feedback.datasets.building.writing import RowChanged, write_version
from tests.feedback.datasets.dialogue import SOURCE, Dialogue, build, build_from, read_lines, read_rows

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


def define(format_name: str) -> Definition:
    """Conversations of these tests are much alike."""
    return Definition(format_name, likeness=1.0, most_per_template=0)


@pytest.mark.parametrize("format_name", KEYS)
def test_rows_have_exactly_the_columns_of_their_format(format_name: str) -> None:
    rows = read_rows(build_from(define(format_name), make_conversations(40)))
    assert len(rows) >= 40
    assert all(set(row) == KEYS[format_name] for row in rows)


def test_kto_labels_are_booleans_of_both_kinds() -> None:
    rows = read_rows(build_from(define("trl-kto"), make_conversations(3)))
    assert [row["label"] for row in rows] == [False, True, False] * 3


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_input_in_any_order_and_batches_gives_the_same_bytes(format_name: str) -> None:
    conversations = make_conversations(30)
    one = build_from(define(format_name), conversations)
    other = build_from(define(format_name), conversations[::-1], chunk=7)
    assert one.files == other.files
    assert one.manifest["rows"] > 20


def test_rows_stand_in_the_order_of_time() -> None:
    late = Dialogue("c1", start_seconds=2_000_000_000).ask("late?", "b").thumb(0, "up")
    early = Dialogue("c2", start_seconds=1_000_000_000).ask("early?", "a").thumb(0, "up")
    rows = read_rows(build("trl-kto", late, early))
    assert [row["prompt"][0]["content"] for row in rows] == ["early?", "late?"]


def test_provenance_has_one_line_a_row_numbered_within_its_split() -> None:
    dataset = build_from(define("trl-kto"), make_conversations(60))
    lines = read_lines(dataset, "provenance.jsonl")
    for split in ("train", "validation"):
        rows = read_lines(dataset, f"{split}.jsonl")
        numbered = [line for line in lines if line["split"] == split]
        assert rows
        assert [line["row"] for line in numbered] == list(range(len(rows)))
        for row, origin in zip(rows, numbered, strict=True):
            assert row["label"] is origin["label"] is (origin["label_source"] == "thumbs:up")


def test_provenance_says_where_a_row_comes_from_and_why_it_is_there() -> None:
    told = read_lines(build_from(define("trl-dpo"), make_conversations(1)), "provenance.jsonl")
    assert len(told) == 1
    digest = told[0].pop("sha256")
    assert len(digest) == 64
    assert 0 < told[0].pop("confidence") <= 1
    assert told[0] == {
        "split": "train",
        "row": 0,
        "conversation_id": "c0",
        "turn_index": 0,
        "trace_id": "c0-t0-1",
        "span_id": "c0-s0-1",
        "rejected_trace_id": "c0-t0-0",
        "rejected_span_id": "c0-s0-0",
        "label_source": "signal:regeneration",
        "score": 0.9,
        "detector": "regeneration",
        "version": "3",
        "tier": "silver",
        "pair_rule": "regenerated",
        "propensity": told[0]["propensity"],
        "weight": 1.0,
    }


def test_a_row_has_the_same_digest_in_every_version() -> None:
    few = build_from(define("trl-kto"), make_conversations(5))
    many = build_from(define("trl-kto"), make_conversations(20))
    digests = [
        {line["span_id"]: line["sha256"] for line in read_lines(each, "provenance.jsonl")} for each in (few, many)
    ]
    assert len(set(digests[0].values())) == len(digests[0])
    assert digests[0].items() <= digests[1].items()


def test_files_match_the_hashes_and_sizes_of_the_manifest() -> None:
    dataset = build_from(define("trl-sft"), make_conversations(40))
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
    with pytest.raises(UnknownFormat, match=r"'xlsx'.*trl-sft.*trl-kto"):
        build_dataset(Definition("xlsx"), [], source=SOURCE)


def test_the_directory_of_a_build_goes_with_it_unless_it_was_given(tmp_path: Path) -> None:
    with build_dataset(define("trl-kto"), make_conversations(2), source=SOURCE) as built:
        manifest = built.files["manifest.json"]
        assert manifest.exists()
    assert not manifest.parent.exists()
    with build_dataset(define("trl-kto"), make_conversations(2), source=SOURCE, work=tmp_path) as built:
        pass
    assert built.files["manifest.json"].exists()


def give_up_after(conversations: list[LabelledConversation], count: int) -> Iterator[LabelledConversation]:
    yield from conversations[:count]
    raise KeyboardInterrupt


def test_a_build_cut_off_while_it_collects_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    conversations, definition = make_conversations(20), define("trl-kto")
    with pytest.raises(KeyboardInterrupt):
        build_dataset(definition, give_up_after(conversations, 9), source=SOURCE, work=tmp_path, chunk=4)
    chunks = tmp_path / "chunks"
    before = {path.name: path.stat().st_mtime_ns for path in chunks.iterdir()}
    assert len(before) == 2
    cut_off = build_from(definition, conversations, work=tmp_path, chunk=4)
    assert cut_off.files == build_from(definition, conversations).files
    assert {name: (chunks / name).stat().st_mtime_ns for name in before} == before


def test_a_build_cut_off_while_it_writes_leaves_nothing_and_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    conversations, context = make_conversations(300), Context(define("trl-kto"))
    collect_chunk(tmp_path / "chunks", 0, conversations, context)
    settled = settle_work(tmp_path / "chunks", context)

    def write(stop_at: str) -> None:
        def stop(done: int, total: int, words: str) -> None:
            assert (done, total) == (500, 900)
            if words == stop_at:
                raise KeyboardInterrupt

        write_version(tmp_path / "chunks", settled, context, SOURCE, tmp_path / "files", stop)

    for words in ("writing rows", "reading rows back"):
        with pytest.raises(KeyboardInterrupt):
            write(stop_at=words)
        assert not (tmp_path / "files").exists()
    write(stop_at="")
    written = {path.name: path.read_bytes() for path in (tmp_path / "files").iterdir()}
    assert written == build_from(context.definition, conversations).files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chunks", "files"]


def test_a_row_that_does_not_read_back_as_it_was_written_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context(define("trl-kto"))
    chosen = FORMATS["trl-kto"]

    def forget_a_word(*given: object) -> list[Path]:
        paths = chosen.write(*given)  # type: ignore[arg-type]
        paths[0].write_bytes(paths[0].read_bytes().replace(b"poor 1", b"poor"))
        return paths

    monkeypatch.setitem(FORMATS, "trl-kto", replace(chosen, write=forget_a_word))
    collect_chunk(tmp_path / "chunks", 0, make_conversations(3), context)
    settled = settle_work(tmp_path / "chunks", context)
    with pytest.raises(RowChanged, match=r"row 5 of train.*c1-s1-0"):
        write_version(tmp_path / "chunks", settled, context, SOURCE, tmp_path / "files")
    assert not (tmp_path / "files").exists()


def test_whoever_is_forgotten_between_collecting_and_writing_is_out_and_counted(tmp_path: Path) -> None:
    definition = define("trl-kto")
    collect_chunk(tmp_path / "chunks", 0, make_conversations(3), Context(definition))
    later = Context(definition, is_forgotten=lambda user, _conversation: user == "u1")
    settled = settle_work(tmp_path / "chunks", later)
    assert list_subjects(settled) == [("u0", "c0"), ("u2", "c2")]
    manifest = write_version(tmp_path / "chunks", settled, later, SOURCE, tmp_path / "files")
    steps = {step["name"]: step for step in manifest["funnel"]["steps"]}
    assert steps["erasure"] == {"name": "erasure", "in": 9, "out": 6, "dropped": {"forgotten": 3}}
    assert b'"c1' not in b"".join(path.read_bytes() for path in (tmp_path / "files").iterdir())


def test_a_lost_chunk_is_made_again(tmp_path: Path) -> None:
    conversations, definition = make_conversations(8), define("trl-kto")
    first = build_from(definition, conversations, work=tmp_path, chunk=2)
    for number, length in ((0, 0), (2, 900)):
        path = tmp_path / "chunks" / f"chunk-{number:06d}.jsonl"
        path.write_bytes(path.read_bytes()[:length])
    shutil.rmtree(tmp_path / "files")
    assert build_from(definition, conversations, work=tmp_path, chunk=2).files == first.files
