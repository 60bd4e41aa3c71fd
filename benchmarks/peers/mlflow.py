"""MLflow as `mlflow server` runs it by itself: four workers and its job runners, SQLite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.servers import Server
from benchmarks.peers.sqlite import count_rows, measure_pages


@dataclass(frozen=True)
class MLflow:
    name: str = "MLflow"
    requirement: str = "mlflow==3.17.2"
    ready_path: str = "/health"
    headers: Mapping[str, str] = field(default_factory=lambda: {"x-mlflow-experiment-id": "0"})

    def build_command(self, programs: Path, port: int, directory: Path) -> Sequence[str | Path]:
        database, artifacts = f"sqlite:///{directory / 'mlflow.db'}", str(directory / "artifacts")
        where = ["--host", "127.0.0.1", "--port", str(port)]
        return [
            programs / "mlflow", "server", *where, "--backend-store-uri", database, "--artifacts-destination", artifacts
        ]  # fmt: skip

    def build_environment(self, port: int, directory: Path) -> Mapping[str, str]:  # noqa: ARG002
        return {"MLFLOW_DISABLE_TELEMETRY": "true"}

    def count_spans(self, server: Server) -> int:
        return count_rows(server.directory / "mlflow.db", "spans")

    def measure_empty(self, directory: Path) -> int:
        return measure_pages(directory / "mlflow.db")

    measure_stored = measure_empty
