"""A dataset on its way out: into a directory, where no reader ever meets half of it, or into one zip file."""

import io
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from feedback.datasets.dataset import Dataset

_FIRST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_files(dataset: Dataset, directory: Path) -> None:
    """Write the files into the directory, made where it is missing; files of an older dataset are replaced.

    All are written beside their place first, so a full disk leaves the older ones alone. The manifest, which
    has the hashes of the others, comes last. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    names = sorted(dataset.files, key=lambda name: (name == "manifest.json", name))
    with TemporaryDirectory(prefix=".tacit-", dir=directory) as aside:
        for name in names:
            _write_file(Path(aside) / name, dataset.files[name])
        for name in names:
            (Path(aside) / name).replace(directory / name)


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def to_zip(dataset: Dataset) -> bytes:
    """Return the files as a zip archive, the same bytes for the same dataset."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(dataset.files):
            entry = zipfile.ZipInfo(name, date_time=_FIRST_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, dataset.files[name])
    return buffer.getvalue()
