"""Files of a dataset on their way out: into a directory, where no reader ever meets half of them, or into one zip
archive."""

import io
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_FIRST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PIECE = 2**18


def list_files(directory: Path) -> dict[str, Path]:
    """The files in the directory and beneath, by their names from there, in the order of names; no links, which might
    lead out."""
    files = (path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    return dict(sorted((path.relative_to(directory).as_posix(), path) for path in files))


def flush_files(directory: Path) -> None:
    """See to it that the disk has them, and knows their names."""
    for path in (*list_files(directory).values(), *(path for path in directory.rglob("*") if path.is_dir())):
        flush(path)
    flush(directory)


def flush(path: Path) -> None:
    """Of a file its content, of a directory the names in it."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def copy_files(files: Mapping[str, Path], directory: Path) -> None:
    """Copy the files into the directory, made where it is missing; older ones of their names are replaced.

    All are written beside their place first, so a full disk leaves the older ones alone. The manifest, which has the
    hashes of the others, comes last. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    names = sorted(files, key=lambda name: (name == "manifest.json", name))
    with TemporaryDirectory(prefix=".tacit-", dir=directory) as aside:
        for name in names:
            (Path(aside) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(files[name], Path(aside) / name)
        flush_files(Path(aside))
        for name in names:
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(aside) / name).replace(directory / name)


def stream_zip(files: Mapping[str, Path]) -> Iterator[bytes]:
    """The files as a zip archive, piece by piece: the same bytes for the same files."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name in sorted(files):
            with files[name].open("rb") as source, archive.open(_describe(name, files[name]), "w") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    yield pipe.take()
            yield pipe.take()
    yield pipe.take()


def _describe(name: str, path: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_FIRST_ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, wherever it is made
    entry.external_attr = 0o644 << 16
    entry.file_size = path.stat().st_size
    return entry


class _Pipe(io.RawIOBase):
    """Holds what was written to it until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._held += piece
        return len(piece)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken
