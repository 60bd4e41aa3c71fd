"""ClickHouse as a process of its own, for as long as a test runs."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def start_clickhouse(directory: Path, *options: str) -> Iterator[int]:
    """Its port; it keeps what it has in this directory."""
    command = [sys.executable, "-m", "tests.clickhouse_front", str(directory), *options]
    front = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert front.stdout is not None
    with front.stdout:
        try:
            yield int(front.stdout.readline())
        finally:
            front.terminate()
            front.wait(timeout=30)
