"""What `life.py` has to know of each product: how it is started, which page is its first, how it lists what came last,
and which spans it holds after all.

Beside each as it comes stand those that are tuned as their documentation says for production: PostgreSQL in the place
of SQLite, and one process of MLflow without its job runners in the place of five.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.mlflow import MLflow
from benchmarks.peers.phoenix import Phoenix
from benchmarks.peers.postgres import Postgres
from benchmarks.peers.servers import Peer
from benchmarks.peers.tacit_itself import Tacit

READ_IDS = """
import chdb, sys
print(chdb.connect(sys.argv[1] + "?").query("SELECT SpanId FROM default.otel_traces FINAL", "TSV"))
"""
PHOENIX_LIST = "/v1/projects/default/spans?limit=100"
MLFLOW_LIST = "/api/3.0/mlflow/traces/search"
MLFLOW_ASKED = {
    "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}],
    "max_results": 100,
}


@dataclass(frozen=True)
class Life:
    """`list_body` is posted to `list_path`; without it that is got. `ids` is the statement that gives every span's."""

    peer: Peer
    name: str
    first_page: str
    list_path: str
    list_body: bytes = b""
    database: str = ""
    ids: str = ""
    postgres: Postgres | None = None
    driver: str = ""
    """What pip installs beside the peer for PostgreSQL."""
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None

    def build_command(self, programs: Path, port: int, directory: Path) -> Sequence[str | Path]:
        command = list(self.peer.build_command(programs, port, directory))
        if self.postgres and "--backend-store-uri" in command:
            address = self.postgres.address.replace("postgresql:", "postgresql+psycopg2:")
            command[command.index("--backend-store-uri") + 1] = address
        return [*command, *self.options]

    def build_environment(self, port: int, directory: Path) -> Mapping[str, str]:
        return {**self.peer.build_environment(port, directory), **(self.environment or {})}

    def list_ids(self, directory: Path) -> list[str]:
        """Of every row of a span that is stored; the server has stopped."""
        if self.postgres:
            return [str(row[0]) for row in self.postgres.read(self.ids)]
        if not self.database:
            program = [sys.executable, "-c", READ_IDS, str(directory / "clickhouse")]
            return subprocess.check_output(program, text=True).split()
        with closing(sqlite3.connect(directory / self.database)) as connection:
            return [str(row[0]) for row in connection.execute(self.ids)]


def list_lives(postgres: Postgres | None) -> list[Life]:
    """As they come; with PostgreSQL the tuned ones, too."""
    ids, asked = "SELECT span_id FROM spans", json.dumps(MLFLOW_ASKED).encode()
    if postgres is None:
        return [
            Life(Tacit(), "Tacit", "/p/default/", "/p/default/traces"),
            Life(Phoenix(), "Phoenix", "/", PHOENIX_LIST, database="phoenix.db", ids=ids),
            Life(MLflow(), "MLflow", "/", MLFLOW_LIST, asked, database="mlflow.db", ids=ids),
        ]
    url = {"PHOENIX_SQL_DATABASE_URL": postgres.address}
    no_jobs = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    return [
        Life(
            Phoenix(), "Phoenix, tuned", "/", PHOENIX_LIST, ids=ids, postgres=postgres,
            driver="asyncpg", environment=url,
        ),
        Life(
            MLflow(), "MLflow, tuned", "/", MLFLOW_LIST, asked, ids=ids, postgres=postgres,
            driver="psycopg2-binary", options=("--workers", "1"), environment=no_jobs,
        ),
    ]  # fmt: skip
