"""Faults planted among clean conversations, one kind at a time and all together: each is caught under its own reason,
and no clean row is lost."""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import chain, pairwise, product
from pathlib import Path
from typing import Any

import pytest

from feedback.datasets import FORMATS as EVERY_FORMAT
from feedback.datasets import Context, Definition, build_dataset
from feedback.datasets.format import SPLITS
from tests.feedback.datasets.dialogue import SOURCE, Dialogue, Files, build_from, read_lines
from tests.feedback.datasets.planted import FAULTS, KEY, PRIVATE, WORD, WORDS, Fault, Talk, make_crowd

FORMATS = ("trl-sft", "trl-kto", "trl-dpo")
KINDS = 20


def build_with(
    format_name: str, talks: Iterable[Talk], asked: dict[str, Any] | None = None, known: dict[str, Any] | None = None
) -> Files:
    definition = Definition(format_name, **asked or {})
    labelled = [talk.finish() if isinstance(talk, Dialogue) else talk for talk in (*make_crowd(format_name), *talks)]
    return build_from(definition, labelled, context=Context(definition, **known or {}))


def count_drops(built: Files) -> Counter[str]:
    funnel = built.manifest["funnel"]
    return sum((Counter(step["dropped"]) for step in (funnel["gate"], *funnel["steps"])), Counter[str]())


def find_rows(built: Files) -> dict[str, str]:
    """The digest of each row, by its conversation: each gives one at most."""
    lines = read_lines(built, "provenance.jsonl")
    rows = {line["conversation_id"]: line["sha256"] for line in lines}
    assert len(rows) == len(lines)
    return rows


def pick(rows: dict[str, str], beginning: str) -> dict[str, str]:
    return {key: digest for key, digest in rows.items() if key.startswith(beginning)}


def list_left(built: Files, fault: Fault, word: str) -> list[str]:
    """What is still there of what should be gone, and what is not there in its place."""
    files = (content.decode() for name, content in built.files.items() if name != "manifest.json")
    written = "\n".join((*files, json.dumps(built.manifest)))
    left = [text for text in fault.gone if text.replace("{}", word) in written]
    return left + [text for text in fault.there if text not in written]


def assert_sound(built: Files) -> None:
    """Counts of each step meet, and nobody is on both sides of the split."""
    for part in built.manifest["parts"]:
        assert all(step["out"] == step["in"] - sum(step["dropped"].values()) for step in part["steps"])
        assert all(one["out"] == other["in"] for one, other in pairwise(part["steps"]))
    lines = read_lines(built, "provenance.jsonl")
    sides = ({line["conversation_id"] for line in lines if line["split"] == split} for split in ("train", "validation"))
    assert not set.intersection(*sides)


@pytest.mark.parametrize("format_name", FORMATS)
def test_of_clean_conversations_every_row_is_there(format_name: str) -> None:
    built = build_with(format_name, ())
    assert count_drops(built) == Counter()
    assert len(find_rows(built)) == len(make_crowd(format_name))
    assert_sound(built)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_caught_under_its_reason_and_no_clean_row_is_lost(fault: Fault) -> None:
    clean, built = (
        build_with(fault.format, talks, dict(fault.asked), dict(fault.known)) for talks in ((), fault.talks(WORD))
    )
    assert count_drops(built) - count_drops(clean) == Counter(fault.caught)
    assert fault.caught.keys() <= built.manifest["funnel"]["reasons"].keys()
    assert not list_left(built, fault, WORD)
    rows, clean_rows = find_rows(built), find_rows(clean)
    if fault.spares_the_clean:
        assert pick(rows, "clean") == clean_rows
        assert len(pick(rows, "planted")) == fault.kept
    else:
        assert len(rows) == len(clean_rows) + len(fault.talks(WORD)) - sum(fault.caught.values())
    assert_sound(built)


@pytest.mark.parametrize("format_name", FORMATS)
def test_faults_that_are_planted_together_are_each_caught(format_name: str) -> None:
    planted = [each for each in FAULTS if each.format == format_name and each.spares_the_clean and not each.asked]
    words = dict(zip((fault.name for fault in planted), WORDS, strict=False))
    talks = chain.from_iterable(fault.talks(words[fault.name]) for fault in planted)
    known = {name: value for fault in planted for name, value in fault.known.items()}
    clean, built = build_with(format_name, ()), build_with(format_name, talks, known=known)
    rows = find_rows(built)
    assert pick(rows, "clean") == find_rows(clean)
    kept = {fault.name: len(pick(rows, f"planted {words[fault.name]} ")) for fault in planted}
    assert kept == {fault.name: fault.kept for fault in planted}
    assert count_drops(built) == sum((Counter(fault.caught) for fault in planted), Counter[str]())
    assert not [left for fault in planted for left in list_left(built, fault, words[fault.name])]
    assert_sound(built)


@pytest.mark.parametrize("format_name", EVERY_FORMAT)
def test_no_format_tells_what_is_private(format_name: str, tmp_path: Path) -> None:
    """In rows as their consumer reads them, and in whatever else lies beside them."""
    planted = [fault for fault in FAULTS if fault in PRIVATE and not fault.asked]
    known = {name: value for fault in planted for name, value in fault.known.items()}
    words = dict(zip((fault.name for fault in planted), WORDS, strict=False))
    talks = [*make_crowd("trl-dpo")[:12], *chain.from_iterable(fault.talks(words[fault.name]) for fault in planted)]
    definition = Definition(format_name)
    labelled = [talk.finish() if isinstance(talk, Dialogue) else talk for talk in talks]
    with build_dataset(
        definition, labelled, source=SOURCE, context=Context(definition, **known), work=tmp_path
    ) as built:
        chosen = EVERY_FORMAT[format_name]
        directory = built.files["manifest.json"].parent
        rows = [list(chosen.read(directory, split, part.name)) for split, part in product(SPLITS, chosen.parts)]
        written = json.dumps(rows, ensure_ascii=False) + "".join(
            path.read_text(encoding="utf-8") for path in built.files.values() if path.suffix != ".parquet"
        )
    assert any(rows)
    gone = [text for fault in planted for text in fault.gone if "{}" not in text]
    assert not [text for text in gone if text in written]


def test_there_are_twenty_kinds_and_more() -> None:
    assert len({tuple(fault.caught) or fault.name for fault in FAULTS}) >= KINDS
    assert len(WORDS) >= len(FAULTS)


def test_the_manifest_tells_reasons_and_no_texts() -> None:
    [fault] = [each for each in FAULTS if each.name == "a key in the answer"]
    assert KEY not in json.dumps(build_with(fault.format, fault.talks(WORD)).manifest)
