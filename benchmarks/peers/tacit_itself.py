"""Tacit as `tacit up` runs it: one process with every stage on, the embedded ClickHouse and SQLite.

And its receivers and store alone: the peers derive nothing from spans either.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.servers import Server

MEASURE_PARTS = """
import chdb, sys
parts = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active"
print(chdb.connect(sys.argv[1]).query(parts, "TSV"))
"""


@dataclass(frozen=True)
class Tacit:
    name: str = "Tacit"
    requirement: str = ""
    ready_path: str = "/api/v1/stats"
    headers: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "config.cli", "up")

    def build_command(self, programs: Path, port: int, directory: Path) -> Sequence[str | Path]:  # noqa: ARG002
        return [sys.executable, *self.program, "--data-dir", directory]

    def build_environment(self, port: int, directory: Path) -> Mapping[str, str]:  # noqa: ARG002
        return {
            "TACIT_PORT": str(port),
            "TACIT_OTLP_HTTP_PORT": "0",
            "TACIT_OTLP_GRPC_PORT": "0",
        }

    def count_spans(self, server: Server) -> int:
        with urllib.request.urlopen(f"{server.url}/api/v1/stats", timeout=60) as answer:  # noqa: S310
            return int(json.load(answer)["spans"])

    def measure_empty(self, directory: Path) -> int:  # noqa: ARG002
        """Empty tables have no parts, and parts are what `measure_stored` counts."""
        return 0

    def measure_stored(self, directory: Path) -> int:
        """Bytes of all tables, derived ones too, without parts that merges have replaced.

        In a process of its own: a process opens one embedded directory in its life.
        """
        program = [sys.executable, "-c", MEASURE_PARTS, str(directory / "clickhouse")]
        return int(subprocess.check_output(program, text=True))


RECEIVER = Tacit(name="Tacit, no stages", program=(str(Path(__file__).resolve().parent.parent / "receiver.py"),))
