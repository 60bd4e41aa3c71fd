"""Apps that use the SDK, each a process of its own: a program in, what it printed out."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

CALL = """
import time
import tacit

@tacit.observe
def answer(question):
    return question.upper()
"""


def make_environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's variables without those that would configure the SDK, and the given ones."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "TACIT_"))}
    return {**inherited, **(variables or {})}


def run_app(
    program: str, variables: Mapping[str, str] | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CALL + textwrap.dedent(program)],
        env=make_environment(variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=True,
    )


def run_file(
    directory: Path, program: str, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """An app in a file: child processes that are not forks import it again."""
    path = directory / "app.py"
    path.write_text(CALL + textwrap.dedent(program), encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(path)],
        env=make_environment(variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
