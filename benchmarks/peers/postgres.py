"""A new PostgreSQL for the servers that are tuned: as Debian installs it, with its own defaults and nothing kept."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.peers.servers import PeerError, find_free_port

START_SECONDS = 60


@dataclass(frozen=True)
class Postgres:
    """A cluster with one empty database, `peer`."""

    port: int
    pid: int

    @property
    def address(self) -> str:
        return f"postgresql://peer@127.0.0.1:{self.port}/peer"

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address) as connection:
            return connection.execute(statement).fetchall()


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        raise PeerError("PostgreSQL is not here: apt-get install postgresql")
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    directory, port = Path(tempfile.mkdtemp(prefix="bench-postgres-")), find_free_port()
    if as_user:
        shutil.chown(directory, **as_user)
    options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": directory, **as_user}
    subprocess.run(
        [programs / "initdb", "-D", "data", "-U", "peer", "-A", "trust", "-E", "UTF8"], check=True, **options
    )
    told = ["-D", "data", "-p", str(port), "-h", "127.0.0.1", "-k", "", "-c", "max_connections=200"]
    server = subprocess.Popen([programs / "postgres", *told], **options)
    try:
        make_database(port)
        yield Postgres(port, server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(directory)


def make_database(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(f"postgresql://peer@127.0.0.1:{port}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE peer")
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise PeerError("PostgreSQL did not start") from error
            time.sleep(0.2)
