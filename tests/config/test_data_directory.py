"""What lies in the data directory is its owner's alone, also where it was not before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.data_directory import describe_exposure, prepare
from tests.config.platform_process import run_platform, run_tacit


def list_exposed(directory: Path) -> list[str]:
    """What others may read, write or enter. Looked at twice: a directory in which files come and go may hide one."""
    paths = {path for _ in range(2) for path in walk(directory) if path.exists()}
    return sorted(str(path.relative_to(directory)) for path in paths if path.stat().st_mode & 0o077)


def walk(directory: Path) -> Iterator[Path]:
    yield directory
    yield from directory.rglob("*")


def test_everything_that_a_server_makes_is_closed_to_others(tmp_path: Path) -> None:
    directory = tmp_path / "parent" / "data"
    with run_platform(directory, is_new=True) as platform:
        platform.get("/p/default/")
        made = {path.name for path in directory.iterdir()}
        assert {"secret_key", "server.json", "tacit.sqlite3", "clickhouse", "lock"} <= made
        assert list_exposed(directory) == []
        assert not any("look into" in line for line in platform.lines)


def test_what_was_open_is_closed_and_a_directory_that_is_open_is_told(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    run_tacit(directory, "migrate")
    for path in walk(directory):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (directory / "of-somebody-else").touch(mode=0o644)
    with run_platform(directory, is_new=True) as platform:
        exposed = [name for name in list_exposed(directory) if not name.startswith("clickhouse/")]
        assert exposed == [".", "lock", "of-somebody-else"]
        [told] = [line for line in platform.lines if "look into" in line]
        assert told.endswith(f"(mode 755); to keep them out: chmod 700 {directory}")


@pytest.mark.parametrize(("mode", "told"), [(0o700, False), (0o750, True), (0o701, True)])
def test_any_right_of_others_is_told(tmp_path: Path, mode: int, told: bool) -> None:
    prepare(tmp_path)
    tmp_path.chmod(mode)
    assert bool(describe_exposure(tmp_path)) is told
