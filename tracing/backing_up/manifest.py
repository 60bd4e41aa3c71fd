"""What a backup holds: the files of its directory come in, with their sizes and checksums they go out, and are checked
by that. Pure, but for reading files."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tracing.backing_up import BackupError

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """Written last: a directory without it is no backup."""

    format: int
    made_at: str
    """UTC, ISO 8601."""
    tacit: str
    """The version that made it."""
    clickhouse: str
    """The engine's version."""
    events_at: str
    """Where ClickHouse's part lies: a folder of the backup, or, for a server, what the server calls it."""
    source: str
    """What its database was called."""
    rows: Mapping[str, int]
    """Of each table of ClickHouse, as it was after."""
    kept_days: Sequence[Mapping[str, int]]
    """Rows of a table in memory, which ClickHouse leaves out of its backups."""
    database: str
    """`sqlite` or `postgresql`."""
    files: Mapping[str, Mapping[str, Any]]
    """Of every file but this one, by its path: bytes, sha256."""


def write_manifest(directory: Path, manifest: Manifest) -> None:
    written = json.dumps(asdict(manifest), indent=2) + "\n"
    (directory / MANIFEST).write_text(written, encoding="utf-8")


def read_manifest(directory: Path) -> Manifest:
    """Raises BackupError."""
    try:
        told = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**told)
    except FileNotFoundError as error:
        raise BackupError(f"{directory} holds no {MANIFEST}: it is no backup, or one that was cut off.") from error
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{directory / MANIFEST} cannot be read as the manifest of a backup.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has format {manifest.format}; this version of Tacit reads format {FORMAT}.")
    return manifest


def describe_files(directory: Path) -> dict[str, dict[str, Any]]:
    """Of every file in it, by its path."""
    paths = sorted(each for each in directory.rglob("*") if each.is_file() and each != directory / MANIFEST)
    return {each.relative_to(directory).as_posix(): describe_file(each) for each in paths}


def describe_file(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def check_files(directory: Path, manifest: Manifest) -> None:
    """Raises BackupError where a file is missing, is another or does not belong there."""
    found = describe_files(directory)
    wrong = sorted(name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name))
    if wrong:
        raise BackupError(f"{len(wrong)} files of the backup are not as its manifest says, {wrong[0]} among them.")
