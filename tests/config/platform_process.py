"""`tacit` as people run it: processes of their own, over directories of their own.

A platform over a directory that is not there yet begins with a copy of one that was made once, which takes a third of
the time off a start; `is_new` lets it make its own. A command makes its own, where it needs one.
"""

import atexit
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TACIT = (sys.executable, "-m", "config.cli")


def make_environment(directory: Path, **settings: str) -> dict[str, str]:
    return os.environ | {"TACIT_DATA_DIR": str(directory), "TACIT_OTLP_GRPC_PORT": "0"} | settings


def run_tacit(
    directory: Path, *arguments: str, timeout: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*TACIT, *arguments],
        cwd=ROOT,
        env=make_environment(directory, **settings),
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )


@functools.cache
def make_migrated_directory() -> Path:
    """An empty directory of data with today's schemas and no secret, for this process of tests."""
    kept = Path(tempfile.mkdtemp(prefix="tacit-tests-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    directory = kept / "data"
    assert run_tacit(directory, "migrate").returncode == 0
    for name in ("lock", "secret_key"):
        (directory / name).unlink(missing_ok=True)
    return directory


def fill_directory(directory: Path) -> None:
    """Put today's schemas into a directory that nobody used."""
    if not directory.exists() or not any(directory.iterdir()):
        shutil.copytree(make_migrated_directory(), directory, symlinks=True, dirs_exist_ok=True)


class Platform:
    """`tacit up`, running; `lines` is what it said until it was there."""

    def __init__(self, directory: Path, *arguments: str, is_new: bool = False, **settings: str) -> None:
        if not is_new:
            fill_directory(directory)
        self.directory = directory
        self.process = subprocess.Popen(
            [*TACIT, "up", "--port", "0", *(arguments or ("--otlp-http-port", "0"))],
            cwd=ROOT,
            env=make_environment(directory, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.url = self._wait_for_url()

    def _wait_for_url(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("Tacit is at "):
                return line.split()[-1]
        raise AssertionError("tacit up ended: " + "\n".join(self.lines))

    def post(self, body: bytes) -> bool:
        """Whether the server acknowledged the spans."""
        headers = {"Content-Type": "application/x-protobuf"}
        request = urllib.request.Request(f"{self.url}/v1/traces", body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str, key: str = "") -> bytes:
        request = urllib.request.Request(self.url + path, headers={"x-api-key": key} if key else {})
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
        return body

    def get_json(self, path: str, key: str = "") -> Any:
        return json.loads(self.get(f"/api/v1/{path}", key))

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        assert self.process.stdout is not None
        self.lines += self.process.stdout.read().splitlines()
        self.process.stdout.close()
        return self.process.wait(20)


@contextmanager
def run_platform(directory: Path, *arguments: str, is_new: bool = False, **settings: str) -> Iterator[Platform]:
    platform = Platform(directory, *arguments, is_new=is_new, **settings)
    try:
        yield platform
    finally:
        if platform.process.poll() is None:
            platform.end()
