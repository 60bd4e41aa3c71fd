"""Runs tests over a ClickHouse server in the place of the embedded engine: `pytest -p tests.over_http …`."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.services import start_clickhouse

STACK = ExitStack()
atexit.register(STACK.close)
DIRECTORY = STACK.enter_context(tempfile.TemporaryDirectory(prefix="tacit-over-http-", ignore_cleanup_errors=True))
PORT = STACK.enter_context(start_clickhouse(Path(DIRECTORY) / "clickhouse"))
os.environ["TACIT_CLICKHOUSE_DSN"] = f"http://127.0.0.1:{PORT}/default"
