"""Rows on the disk while a dataset is built."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.datasets.building.archive import encode_record
from feedback.datasets.building.funnel import Step
from feedback.datasets.building.spool import ChunkCounts, Outlined, PartCounts, Spool
from feedback.datasets.record import Reason
from feedback.datasets.weighing.outlining import outline_record
from tests.feedback.datasets.building.test_archive import make_record
from tracing.generations import Message


def make_row(words: str) -> Outlined:
    record = make_record(completion=(Message("assistant", words),), model="m", tools=({"name": words},))
    line = encode_record(record)
    assert line is not None
    return Outlined(line, replace(outline_record(record, "sft", 0), has_tools=True))


def make_counts(rows: int) -> ChunkCounts:
    selection = Step("selection", rows + 2, rows, Counter({Reason.EMPTY: 2}))
    return ChunkCounts(Step("gate", rows, rows), {"sft": PartCounts((selection,), Counter(first=2))})


def fill(spool: Spool, number: int, *texts: str) -> None:
    spool.write(number, [make_row(text) for text in texts], make_counts(len(texts)))


def test_rows_are_found_by_the_places_of_their_outlines(tmp_path: Path) -> None:
    with Spool(tmp_path / "new") as spool:
        fill(spool, 7, "one", "\u2028", "\ud800")
        fill(spool, 3, "four")
        outlines = list(spool.load_outlines())
        assert len({outline.place for outline in outlines}) == 4
        found = {spool.read(outline.place).completion[0].content: outline for outline in reversed(outlines)}
        assert set(found) == {"one", "\u2028", "\ud800", "four"}
        for text, outline in found.items():
            given = make_row(text).outline
            assert outline.signature.tolist() == given.signature.tolist()
            assert replace(outline, place=0, signature=given.signature) == given


def test_more_chunks_than_files_may_be_open_are_read_to_and_fro(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        for number in range(70):
            fill(spool, number, f"text {number}")
        places = [outline.place for outline in spool.load_outlines()]
        texts = [spool.read(place).completion[0].content for place in (*places, *places)]
    assert texts == [f"text {number}" for number in range(70)] * 2


def test_counts_of_all_chunks_add_up(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        fill(spool, 0, "one", "two")
        fill(spool, 1)
        one, other = spool.load_counts()
    assert one == make_counts(2)
    total = one + other
    assert total.gate == Step("gate", 2, 2)
    assert total.parts["sft"].steps == (Step("selection", 6, 2, Counter({Reason.EMPTY: 4})),)
    assert total.parts["sft"].unjudged == Counter(first=4)


def test_a_chunk_cut_short_at_any_byte_is_missing_and_can_be_made_again(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        fill(spool, 0, "kept")
        fill(spool, 1, "some words", "others")
        path = tmp_path / "chunk-000001.jsonl"
        whole = path.read_bytes()
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            assert not spool.holds(1)
        assert spool.load_chunk_counts(1) is None
        assert [spool.read(each.place).completion[0].content for each in spool.load_outlines()] == ["kept"]
        fill(spool, 1, "some words", "others")
        assert spool.holds(1)
        assert path.read_bytes() == whole


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        broken = Outlined(None, make_row("x").outline)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            spool.write(0, [make_row("x"), broken], make_counts(2))
        assert not spool.holds(0)
    assert list(tmp_path.iterdir()) == []
