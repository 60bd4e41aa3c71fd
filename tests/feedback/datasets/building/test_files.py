"""Files on their way out: into a directory, where no reader ever meets half of them, or into one zip archive."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from feedback.datasets import copy_files, list_files, stream_zip


def make_files(directory: Path, **contents: str) -> dict[str, Path]:
    for name, content in contents.items():
        path = directory / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return list_files(directory)


@pytest.fixture
def version(tmp_path: Path) -> dict[str, Path]:
    return make_files(tmp_path / "version", manifest_json="new", train_jsonl="rows", sft__train_parquet="deep")


def read_directory(directory: Path) -> dict[str, str]:
    return {name: path.read_text() for name, path in list_files(directory).items()}


def test_files_are_listed_by_their_names_with_those_in_folders(version: dict[str, Path]) -> None:
    assert list(version) == ["manifest.json", "sft/train.parquet", "train.jsonl"]


def test_files_are_copied_into_a_new_directory_with_nothing_beside_them(
    version: dict[str, Path], tmp_path: Path
) -> None:
    copy_files(version, tmp_path / "deep" / "out")
    assert read_directory(tmp_path / "deep" / "out") == read_directory(tmp_path / "version")
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == [
        "manifest.json",
        "sft",
        "train.jsonl",
    ]


def test_an_older_dataset_is_replaced_and_strange_files_stay(version: dict[str, Path], tmp_path: Path) -> None:
    make_files(tmp_path / "out", notes_txt="mine", manifest_json="old", sft__train_parquet="old")
    copy_files(version, tmp_path / "out")
    assert read_directory(tmp_path / "out") == {
        "manifest.json": "new",
        "notes.txt": "mine",
        "sft/train.parquet": "deep",
        "train.jsonl": "rows",
    }


def test_a_copy_that_fails_leaves_the_older_dataset_whole(version: dict[str, Path], tmp_path: Path) -> None:
    make_files(tmp_path / "out", manifest_json="old", train_jsonl="old")
    with pytest.raises(FileNotFoundError, match="lost"):
        copy_files({**version, "x.jsonl": tmp_path / "lost"}, tmp_path / "out")
    assert read_directory(tmp_path / "out") == {"manifest.json": "old", "train.jsonl": "old"}


def test_the_manifest_is_in_place_only_when_all_others_are(version: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "out" / "train.jsonl").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        copy_files(version, tmp_path / "out")
    assert not (tmp_path / "out" / "manifest.json").exists()


def open_zip(pieces: Iterable[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_the_zip_archive_holds_the_files_and_is_the_same_each_time(version: dict[str, Path], tmp_path: Path) -> None:
    archive = open_zip(stream_zip(version))
    assert archive.testzip() is None
    assert {name: archive.read(name).decode() for name in archive.namelist()} == read_directory(tmp_path / "version")
    version["train.jsonl"].touch()
    version["train.jsonl"].chmod(0o600)
    assert b"".join(stream_zip(version)) == b"".join(stream_zip(dict(reversed(version.items()))))
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_zip_archive_comes_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(range(256)) * 40_000)
    pieces = list(stream_zip(list_files(tmp_path)))
    assert max(map(len, pieces)) < 2_000_000
    assert open_zip(pieces).read("large.bin") == bytes(range(256)) * 40_000
