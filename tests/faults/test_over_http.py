"""Tests that read, derive and change in most tables, over a ClickHouse server in the place of the embedded engine."""

import subprocess
import sys

import pytest

from tests.faults.services import ROOT

OVER_HTTP = (
    *(
        "tests/test_data_way.py",
        "tests/test_filters.py",
        "tests/tracing/test_store.py",
        "tests/tracing/test_retention.py",
    ),
    *("tests/feedback/failures", "tests/drift/observing", "tests/pages/test_overview.py"),
)


@pytest.mark.slow
def test_what_holds_embedded_holds_over_http() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.over_http", *OVER_HTTP]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-10_000:] + ran.stderr[-2_000:]
