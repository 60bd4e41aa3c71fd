"""`tacit reprocess` as people run it: with the server and without it, interrupted, and with what cannot be."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from config import reprocessing
from config.reprocessing import Progress
from tests.config.platform_process import ROOT, TACIT, make_environment, run_platform, run_tacit
from tracing.models import Project, Reprocessing
from tracing.reprocessing import Scope, request_reprocessing, stop_reprocessing

TURNS = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]


def import_dialogues(directory: Path, count: int) -> None:
    """As many conversations, of one trace each, stored and not derived yet."""
    lines = (json.dumps({"conversation_id": f"c{number}", "turns": TURNS}) + "\n" for number in range(count))
    path = directory.with_suffix(".jsonl")
    path.write_text("".join(lines))
    imported = run_tacit(directory, "import", "jsonl", str(path))
    assert imported.returncode == 0, imported.stderr


@pytest.mark.slow
def test_without_the_server_and_with_it_everything_is_read_again(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    import_dialogues(directory, 30)
    ended = run_tacit(directory, "reprocess")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("30 traces were read again in ")
    with run_platform(directory) as platform:
        stats = platform.get_json("stats")
        assert (stats["conversations"], stats["generations"]) == (30, 30)
        ended = run_tacit(directory, "reprocess", "--project", "default")
        assert ended.stdout.startswith("30 traces were read again in "), ended.stderr
        [second, first] = platform.get_json("reprocessings")["items"]
        assert [each["state"] for each in (first, second)] == ["done", "done"]
        assert platform.get_json("stats")["generations"] == 30


@pytest.mark.slow
def test_what_was_interrupted_goes_on_with_the_same_command(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    import_dialogues(directory, 600)
    process = subprocess.Popen(
        [*TACIT, "reprocess"], cwd=ROOT, env=make_environment(directory), text=True, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    wait_until_begun(directory)
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 2
    assert said.endswith("tacit: Interrupted: the same command goes on.\n")
    ended = run_tacit(directory, "reprocess")
    assert ended.stdout.startswith("600 traces were read again in "), ended.stderr
    with run_platform(directory) as platform:
        assert platform.get_json("stats")["generations"] == 600
        assert len(platform.get_json("reprocessings")["items"]) == 1


def wait_until_begun(directory: Path) -> None:
    """Until the first batch of traces was read again, of three."""
    deadline = time.monotonic() + 60
    with closing(sqlite3.connect(directory / "tacit.sqlite3")) as database:
        while database.execute("SELECT done FROM tracing_reprocessing WHERE done > 0").fetchone() is None:
            assert time.monotonic() < deadline, "nothing was read within 60 s"
            time.sleep(0.01)


def test_a_command_that_nobody_works_for_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_reprocessing(project, Scope())
    looks: list[Progress] = []

    def tell(progress: Progress) -> None:
        looks.append(progress)
        stop_reprocessing(project)

    monkeypatch.setattr(reprocessing, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(reprocessing, "LONG_SECONDS", 0.2)
    reprocessing.watch([request.pk], tell)
    [looked] = looks
    assert (looked.done, looked.total, looked.remaining_seconds) == (0, None, None)


def test_progress_is_told_while_other_projects_wait(project: Project) -> None:
    requests = [request_reprocessing(each, Scope()) for each in (project, Project.objects.create(slug="b", name="B"))]
    Reprocessing.objects.filter(pk=requests[0].pk).update(total=10, done=4)
    progress = reprocessing.look([each.pk for each in requests], 2.0, 0)
    assert (progress.done, progress.total, progress.waiting) == (4, 10, 1)


def test_progress_tells_the_rate_and_what_remains() -> None:
    progress = Progress(done=300, total=1_000, seconds=2.0, done_before=100)
    assert (progress.rate, progress.remaining_seconds) == (100.0, 7.0)


def test_what_is_not_wanted_any_more_is_stopped(tmp_path: Path) -> None:
    ended = run_tacit(tmp_path / "data", "reprocess", "--stop")
    assert (ended.returncode, ended.stdout) == (0, "Stopped: 0.\n"), ended.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--project", "nowhere"), "tacit: There is no project 'nowhere'.\n"),
        (("--from", "yesterday"), "'yesterday' does not match the format '%Y-%m-%d'.\n"),
        (("--from", "2026-02-02", "--to", "2026-02-01"), "it is the last day that is read, and before the first.\n"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    ended = run_tacit(tmp_path / "data", "reprocess", *options)
    assert ended.returncode == 2
    assert ended.stderr.endswith(told)


@pytest.mark.slow
def test_a_server_says_at_its_start_that_calls_were_read_by_another_version(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    import_dialogues(directory, 2)
    assert run_tacit(directory, "reprocess").returncode == 0
    with run_platform(directory) as platform:
        assert platform.end() == 0
        assert not any("another version" in line for line in platform.lines)
    mark_outdated(directory)
    with run_platform(directory) as platform:
        assert platform.end() == 0
        hint = "2 model calls were read by another version; to read them again: tacit reprocess --outdated"
        assert hint in platform.lines


def mark_outdated(directory: Path) -> None:
    """Let all calls have been read by an older version; in a process of its own, which has one engine."""
    program = (
        f"from tracing.store import Store; Store('chdb://{directory / 'clickhouse'}').execute("
        "\"ALTER TABLE generations UPDATE code_version = '0' WHERE true SETTINGS mutations_sync = 2\")"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
