"""An installation of many processes, with a relay before each service that it needs: what bad days are tried on."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from redis import Redis

from tests.faults.relay import Relay, relay_to
from tests.faults.services import start_clickhouse, start_postgres, start_rabbitmq, start_redis, wait_until

TACIT = str(Path(sys.executable).with_name("tacit"))


@dataclass
class Site:
    """What runs, and the ways to what it needs."""

    directory: Path
    settings: Mapping[str, str]
    clickhouse: Relay
    database: Relay
    broker: Relay
    redis: Redis | None
    """Where it is the broker."""
    store: str
    """Address of ClickHouse itself, past the relay."""
    database_url: str
    """The same of PostgreSQL."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TACIT_")}
        return inherited | dict(self.settings)

    def start(self, name: str, *arguments: str) -> None:
        """A process of Tacit; what it says goes to `<name>.log`, after what it said before it died."""
        with (self.directory / f"{name}.log").open("ab") as log:
            command = [TACIT, *arguments]
            self.processes[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def run(self, *arguments: str) -> None:
        subprocess.run([TACIT, *arguments], env=self.environment, check=True, capture_output=True, timeout=120)

    @property
    def url(self) -> str:
        """Address of the pages, REST and OTLP, once they answer."""
        file = Path(self.settings["TACIT_DATA_DIR"]) / "server.json"
        wait_until(file.exists, 120)
        address: str = json.loads(file.read_text())["url"]
        return address

    def read_log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text()

    def kill_holder(self, stage: str, seconds: float = 30.0) -> str:
        """Kill the worker that is at work on a stage, or a lane of it, in the middle of it; its name."""
        deadline = time.monotonic() + seconds
        with psycopg.connect(self.database_url, autocommit=True) as database:
            while time.monotonic() < deadline:
                query = "SELECT holder FROM tracing_stagelease WHERE split_part(stage, ' ', 1) = %s AND until > now()"
                for (holder,) in database.execute(query, [stage]).fetchall():
                    for name, process in self.processes.items():
                        if process.pid == int(holder.rpartition(":")[2]):
                            process.kill()
                            process.wait()
                            return name
                time.sleep(0.002)
        raise AssertionError(f"Nobody was at work on {stage} within {seconds} s")

    def stop(self) -> None:
        """Nothing here is needed after."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()


PARTS: Mapping[str, tuple[str, ...]] = {
    "web": ("web",),
    "worker 1": ("worker",),
    "worker 2": ("worker",),
    "beat": ("beat",),
}


@contextmanager
def start_broker(directory: Path, name: str) -> Iterator[tuple[str, int, Redis | None]]:
    """Its address with a place for a port, its port, and Redis itself where it is that."""
    if name == "rabbitmq":
        with start_rabbitmq(directory) as port:
            yield "amqp://guest:guest@127.0.0.1:{}//", port, None
        return
    with start_redis(directory) as redis:
        yield "redis://127.0.0.1:{}/0", redis.get_connection_kwargs()["port"], redis


@contextmanager
def start_site(directory: Path, broker: str = "redis") -> Iterator[Site]:
    """Web, two workers and a beat, over all that they need."""
    directory.mkdir(exist_ok=True)
    with (
        start_postgres() as postgres,
        start_broker(directory, broker) as (broker_url, broker_port, redis),
        start_clickhouse(directory / "clickhouse") as clickhouse,
        relay_to(urlsplit(postgres).port or 0) as to_database,
        relay_to(broker_port) as to_broker,
        relay_to(clickhouse) as to_clickhouse,
    ):
        settings = {
            "TACIT_DATA_DIR": str(directory / "data"),
            "TACIT_DATABASE_URL": f"postgres://tacit@127.0.0.1:{to_database.port}/postgres",
            "TACIT_BROKER_URL": broker_url.format(to_broker.port),
            "TACIT_CLICKHOUSE_DSN": f"http://127.0.0.1:{to_clickhouse.port}/default",
            "TACIT_PORT": "0",
            "TACIT_OTLP_HTTP_PORT": "0",
            "TACIT_OTLP_GRPC_PORT": "0",
        }
        store = f"http://127.0.0.1:{clickhouse}/default"
        direct = f"{postgres}/postgres"
        site = Site(directory, settings, to_clickhouse, to_database, to_broker, redis, store, direct)
        site.run("migrate")
        for name, arguments in PARTS.items():
            site.start(name, *arguments)
        try:
            yield site
        finally:
            site.stop()
