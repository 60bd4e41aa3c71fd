"""A dataset in a directory and in a zip file."""

import io
import zipfile
from pathlib import Path

import pytest

from feedback.datasets import Dataset, to_zip, write_files
from tests.feedback.datasets.dialogue import Dialogue, build


def make_dataset(answer: str = "answer") -> Dataset:
    return build("trl-kto", Dialogue().ask("one?", answer).thumb(0, "up"))


def read_directory(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_files_are_written_into_a_new_directory_with_nothing_beside_them(tmp_path: Path) -> None:
    dataset = make_dataset()
    write_files(dataset, tmp_path / "deep" / "out")
    assert read_directory(tmp_path / "deep" / "out") == dict(dataset.files)
    assert set(dataset.files) == {"train.jsonl", "validation.jsonl", "manifest.json", "provenance.jsonl"}


def test_an_older_dataset_is_replaced_and_strange_files_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"mine")
    write_files(make_dataset("old"), tmp_path)
    write_files(make_dataset("new"), tmp_path)
    assert read_directory(tmp_path) == {**make_dataset("new").files, "notes.txt": b"mine"}


def test_a_write_that_fails_leaves_the_older_dataset_whole(tmp_path: Path) -> None:
    old = make_dataset("old")
    write_files(old, tmp_path)
    broken = Dataset({**make_dataset("new").files, "no/such/place.jsonl": b""}, {})
    with pytest.raises(OSError, match="no/such/place"):
        write_files(broken, tmp_path)
    assert read_directory(tmp_path) == dict(old.files)


def test_the_manifest_is_in_place_only_when_all_others_are(tmp_path: Path) -> None:
    (tmp_path / "validation.jsonl").mkdir()
    with pytest.raises(IsADirectoryError):
        write_files(make_dataset(), tmp_path)
    assert not (tmp_path / "manifest.json").exists()


def test_the_zip_file_holds_the_files_and_is_the_same_each_time() -> None:
    dataset = make_dataset()
    archive = zipfile.ZipFile(io.BytesIO(to_zip(dataset)))
    assert {name: archive.read(name) for name in archive.namelist()} == dict(dataset.files)
    assert to_zip(dataset) == to_zip(make_dataset())
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
