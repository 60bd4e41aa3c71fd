"""The first user closes an installation: at once, in every process, and for good."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.config.platform_process import ROOT, TACIT, make_environment, run_tacit

EMAIL, PASSWORD = "anna@example.org", "a long and good phrase"
WATCH = """
import time, django
django.setup()
from tracing.access.openness import is_open
print("open" if is_open() else "closed", flush=True)
while is_open():
    time.sleep(0.005)
print(time.time(), flush=True)
"""


@contextmanager
def watch(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that says when it finds the installation closed."""
    environment = make_environment(directory, DJANGO_SETTINGS_MODULE="config.settings")
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def wait_for_user(directory: Path) -> float:
    """When the first user is seen in the database, in seconds of the epoch."""
    with closing(sqlite3.connect(directory / "tacit.sqlite3", timeout=20)) as database:
        deadline = time.time() + 60
        while not database.execute("SELECT count(*) FROM auth_user").fetchone()[0]:
            assert time.time() < deadline
            time.sleep(0.005)
        return time.time()


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text(PASSWORD)
    return tmp_path / "password"


def test_the_first_user_closes_every_process_within_a_second(tmp_path: Path, password_file: Path) -> None:
    directory = tmp_path / "data"
    run_tacit(directory, "migrate")
    with watch(directory) as first, watch(directory) as second, watch(directory) as third:
        processes = (first, second, third)
        assert [read_line(process) for process in processes] == ["open"] * 3
        command = [*TACIT, "createuser", "--email", EMAIL, "--password-file", str(password_file)]
        creating = subprocess.Popen(command, cwd=ROOT, env=make_environment(directory), stdout=subprocess.DEVNULL)
        created = wait_for_user(directory)
        closed = [float(read_line(process)) for process in processes]
        assert creating.wait(60) == 0
    with watch(directory) as later:
        assert read_line(later) == "closed"
    assert all(at < created + 1 for at in closed), [at - created for at in closed]


def test_a_password_like_the_address_is_refused_on_the_command_line_too(tmp_path: Path, password_file: Path) -> None:
    password_file.write_text("anna.wintour")
    command = ("createuser", "--email", "anna.wintour@example.org", "--password-file", str(password_file))
    ended = run_tacit(tmp_path / "data", *command)
    assert ended.returncode == 2
    assert "similar" in ended.stderr


def test_a_password_of_digits_is_refused(tmp_path: Path, password_file: Path) -> None:
    password_file.write_text("8274610395728")
    ended = run_tacit(tmp_path / "data", "createuser", "--email", EMAIL, "--password-file", str(password_file))
    assert ended.returncode == 2
    assert "numeric" in ended.stderr
