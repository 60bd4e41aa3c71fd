"""What a started server and all processes beneath it use, read from Linux's `/proc`, and how to stop them.

Processor time is of the whole tree; memory is PSS, in which pages that several processes share count once.
"""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.25
IDLE_SHARE = 0.2
"""Share of one core below which a tree rests: pollers never rest altogether."""
IDLE_SECONDS = 5
"""How long it rests before it counts as idle: work that gives way to what comes in starts late."""


def read_stat(pid: int) -> list[str]:
    """Fields of `/proc/PID/stat` from the state on; empty where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def list_tree(root: int) -> list[int]:
    """The process and everything that descends from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := read_stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    tree = [root]
    for pid in tree:
        tree.extend(children.get(pid, ()))
    return tree


def read_cpu_seconds(root: int) -> float:
    """Processor time of the tree so far, with that of its processes that ended."""
    stats = [read_stat(pid) for pid in list_tree(root)]
    return sum(int(ticks) for fields in stats for ticks in fields[11:15]) / TICKS_PER_SECOND


def read_memory_mb(root: int) -> float:
    return sum(read_pss_kb(pid) for pid in list_tree(root)) / 1024


def read_pss_kb(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(rollup.partition("\nPss:")[2].split()[0]) if "\nPss:" in rollup else 0


class MemoryWatch:
    """Most memory that the tree takes while the block runs, sampled four times a second."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak_mb = max(self.peak_mb, read_memory_mb(self._root))
            if self._over.wait(SAMPLE_SECONDS):
                return


def wait_until_idle(root: int, patience_seconds: float = 300) -> None:
    """Return when the tree has rested for a while: it has started wholly, or has worked off what came in."""
    deadline = time.monotonic() + patience_seconds
    cpu, rested = read_cpu_seconds(root), 0
    while rested < IDLE_SECONDS and time.monotonic() < deadline:
        time.sleep(1)
        before, cpu = cpu, read_cpu_seconds(root)
        rested = rested + 1 if cpu - before < IDLE_SHARE else 0


def stop_group(process: subprocess.Popen[bytes], patience_seconds: float = 30) -> None:
    """End a process that leads a session of its own, and all in it: asked first, then by force."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience_seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
