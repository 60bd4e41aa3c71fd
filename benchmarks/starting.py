"""How soon a stopped platform shows its first page again, and what it takes when nobody asks it anything.

`python benchmarks/starting.py` fills a data directory with the demo, stops, and starts over it `--rounds` times;
`--data-dir` takes a directory that is there (a copy of it is started). Seconds are of the clock, from the start of the
process to the whole of its first page, and of the processor, which other programs hardly move. Memory is what the
system counts as the process's own (`VmRSS`) when it has rested.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TACIT = Path(sys.executable).parent / "tacit"
DEMO = "demo"
POLL_SECONDS = 0.02
REST_SECONDS = 30.0
LONGEST_SECONDS = 300.0
DEMO_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds until the first page, of the clock and of the processor; megabytes when it has rested, and threads."""

    seconds: float
    cpu_seconds: float
    idle_mb: float
    file_mb: float
    """Of those, what lies in files, too: code of libraries, which the system may take back."""
    threads: int


@contextmanager
def start(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The platform over a directory, and where it will be."""
    told = ["--port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0", "--data-dir", str(directory), *options]
    (directory / "server.json").unlink(missing_ok=True)
    process = subprocess.Popen([str(TACIT), "up", *told], stdout=subprocess.PIPE)
    try:
        yield process, await_address(process)
    finally:
        process.terminate()
        process.wait(timeout=60)


def await_address(process: subprocess.Popen[bytes]) -> str:
    """What it says when its ports answer."""
    for line in process.stdout or ():
        if line.startswith(b"Tacit is at "):
            return line.split()[-1].decode()
    raise RuntimeError("It ended before it was up.")


def measure(directory: Path, rest_seconds: float) -> Started:
    """Start once."""
    began = time.monotonic()
    with start(directory) as (process, address):
        read(f"{address}/p/{DEMO}/")
        seconds, cpu_seconds = time.monotonic() - began, count_cpu(process.pid)
        time.sleep(rest_seconds)
        idle_mb, file_mb = (read_status(process.pid, name) / 1024 for name in ("VmRSS", "RssFile"))
        return Started(seconds, cpu_seconds, idle_mb, file_mb, read_status(process.pid, "Threads"))


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=LONGEST_SECONDS) as answer:  # noqa: S310 -- our own address
        return bytes(answer.read())


def count_cpu(pid: int) -> float:
    """Processor seconds of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def fill(directory: Path) -> None:
    """The demo, as everybody gets it."""
    with start(directory, "--demo") as (_, _address):
        time.sleep(DEMO_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rest", type=float, default=REST_SECONDS, help="seconds before memory is read")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tacit-start-") as folder:
        directory = Path(folder) / "data"
        if given.data_dir:
            shutil.copytree(given.data_dir, directory, symlinks=True)
        else:
            directory.mkdir()
            fill(directory)
        found = [measure(directory, given.rest) for _ in range(given.rounds)]
    print(f"first page after {median(each.seconds for each in found):.1f} s", end=", ")
    print(f"{median(each.cpu_seconds for each in found):.1f} s of the processor", end="; ")
    print(f"idle {median(each.idle_mb for each in found):.0f} MB", end=", ")
    print(f"{median(each.file_mb for each in found):.0f} of them in files", end=", ")
    print(f"{max(each.threads for each in found)} threads")


if __name__ == "__main__":
    main()
