"""Arize Phoenix as `phoenix serve` runs it by itself: one process, SQLite in its working directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.servers import Server, find_free_port
from benchmarks.peers.sqlite import count_rows, measure_pages


@dataclass(frozen=True)
class Phoenix:
    name: str = "Phoenix"
    requirement: str = "arize-phoenix==20.26.1"
    ready_path: str = "/healthz"
    headers: Mapping[str, str] = field(default_factory=dict)

    def build_command(self, programs: Path, port: int, directory: Path) -> Sequence[str | Path]:  # noqa: ARG002
        return [programs / "phoenix", "serve"]

    def build_environment(self, port: int, directory: Path) -> Mapping[str, str]:
        return {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            # Else a second Phoenix, or anything else on 4317, keeps this one from starting.
            "PHOENIX_GRPC_PORT": str(find_free_port()),
            "PHOENIX_WORKING_DIR": str(directory),
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        }

    def count_spans(self, server: Server) -> int:
        return count_rows(server.directory / "phoenix.db", "spans")

    def measure_empty(self, directory: Path) -> int:
        return measure_pages(directory / "phoenix.db")

    measure_stored = measure_empty
