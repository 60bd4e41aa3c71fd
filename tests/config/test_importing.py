"""`tacit import` as people run it: with the server and without it, twice, and with files that are not right."""

import gzip
import json
import subprocess
import time
from pathlib import Path

import pytest

from config.cli import main
from tests.config.platform_process import Platform, run_platform, run_tacit
from tracing.importing import SOURCES

TURNS = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]


def write_log(path: Path, count: int, *more: str) -> Path:
    lines = [json.dumps({"conversation_id": f"c{number}", "turns": TURNS}) for number in range(count)]
    data = "".join(f"{line}\n" for line in (*lines, *more)).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def import_log(directory: Path, path: Path, *more: str, source: str = "jsonl") -> subprocess.CompletedProcess[str]:
    return run_tacit(directory, "import", source, str(path), *more)


def wait_for_conversations(platform: Platform, count: int) -> None:
    deadline = time.monotonic() + 20
    while platform.get_json("stats")["conversations"] != count:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_with_the_server_and_without_it_the_same_file_counts_once(tmp_path: Path) -> None:
    directory, path = tmp_path / "data", write_log(tmp_path / "log.jsonl.gz", 30)
    without_server = import_log(directory, path)
    assert without_server.returncode == 0, without_server.stderr
    assert without_server.stdout == "30 conversations are in, 30 spans.\n"
    with run_platform(directory) as platform:
        wait_for_conversations(platform, 30)
        with_server = import_log(directory, path)
        assert (with_server.returncode, with_server.stdout) == (0, without_server.stdout), with_server.stderr
        more = import_log(directory, write_log(tmp_path / "more.jsonl", 31))
        assert more.returncode == 0
        wait_for_conversations(platform, 31)
        assert platform.get_json("stats")["spans"] == 31


def test_progress_and_bad_lines_are_told_and_the_status_says_so(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.jsonl", 2, "nonsense")
    ended = import_log(tmp_path / "data", path)
    assert ended.returncode == 1
    assert f"{path}:3: the line is no JSON" in ended.stderr
    assert "2 conversations, 2 spans …" in ended.stderr
    assert ended.stdout == "2 conversations are in, 2 spans; 1 left out, named above.\n"


def test_a_dry_run_sends_nothing(tmp_path: Path) -> None:
    directory, path = tmp_path / "data", write_log(tmp_path / "log.jsonl", 2)
    with run_platform(directory) as platform:
        ended = import_log(directory, path, "--dry-run")
        assert (ended.returncode, ended.stdout) == (0, "2 conversations would come, 2 spans.\n")
        assert platform.get_json("stats")["spans"] == 0


@pytest.mark.parametrize("running", [True, False])
def test_a_project_that_is_not_there_is_told(tmp_path: Path, running: bool) -> None:
    directory, path = tmp_path / "data", write_log(tmp_path / "log.jsonl", 1)
    if running:
        with run_platform(directory):
            ended = import_log(directory, path, "--project", "nowhere")
    else:
        ended = import_log(directory, path, "--project", "nowhere")
    assert (ended.returncode, ended.stderr) == (2, "tacit: There is no project 'nowhere'.\n")


def test_the_command_offers_every_source() -> None:
    [source] = [each for each in main.commands["import"].params if each.name == "source"]
    assert list(source.type.to_info_dict()["choices"]) == list(SOURCES)
