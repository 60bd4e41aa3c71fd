"""Loaded before Django's settings (`-p tests.environment`): own data directory, no transformer, no `TACIT_*`."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 -- a directory with a name of chance is made in it
ROOM = 1_000_000_000


def find_quick_place() -> Path | None:
    """A directory in memory, if there is one with room: every test empties the store, which a disk makes slow."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some tests wait, for a browser or for a process of their own."""
    return (os.cpu_count() or 1) + 1


for name in [name for name in os.environ if name.startswith("TACIT_") and not name.startswith("TACIT_TEST_")]:
    del os.environ[name]
os.environ["TACIT_TRANSFORMER_SHARE"] = "0"
os.environ["TACIT_DATA_DIR"] = tempfile.mkdtemp(prefix="tacit-tests-", dir=find_quick_place())
atexit.register(shutil.rmtree, os.environ["TACIT_DATA_DIR"], ignore_errors=True)
