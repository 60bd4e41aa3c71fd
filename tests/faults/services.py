"""PostgreSQL, Redis and ClickHouse as processes of their own, for as long as a test runs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from redis import ConnectionError as RedisConnectionError
from redis import Redis

from tests.parts import need

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def ending(*processes: subprocess.Popen[Any], by: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(by)
        for process in processes:
            process.wait(timeout=30)


def find_free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


def wait_until(holds: Callable[[], bool], seconds: float = 30.0, pause_seconds: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(pause_seconds)


def works(attempt: Callable[[], object], *errors: type[Exception]) -> bool:
    try:
        attempt()
    except errors:
        return False
    return True


@contextmanager
def start_postgres() -> Iterator[str]:
    """Address of a new PostgreSQL cluster; its server refuses to be root."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    need("PostgreSQL", programs)
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    directory = Path(tempfile.mkdtemp(prefix="tacit-postgres-"))
    if as_user:
        shutil.chown(directory, **as_user)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": directory, **as_user}
    initdb = [f"{programs}/initdb", "-D", "data", "-U", "tacit", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, **quiet)
    port = find_free_port()
    options = ["-D", "data", "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    server = subprocess.Popen([f"{programs}/postgres", *options], **quiet)
    address = f"postgres://tacit@127.0.0.1:{port}"
    with ending(server, by=signal.SIGINT):
        wait_until(lambda: works(lambda: psycopg.connect(f"{address}/postgres").close(), psycopg.OperationalError))
        yield address
    shutil.rmtree(directory)


@contextmanager
def start_redis(directory: Path) -> Iterator[Redis]:
    """A new Redis that keeps nothing."""
    program = shutil.which("redis-server")
    need("Redis", program)
    port = find_free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([str(program), *options], cwd=directory, stdout=subprocess.DEVNULL)
    client = Redis(port=port)
    with ending(server), client:
        wait_until(lambda: works(client.ping, RedisConnectionError))
        yield client


@contextmanager
def start_rabbitmq(directory: Path) -> Iterator[int]:
    """Port of a new RabbitMQ, which nothing outside this machine reaches, nor any other node of it."""
    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    epmd = shutil.which("epmd")
    need("RabbitMQ", program.exists() and epmd)
    port, names_port = find_free_port(), find_free_port()
    own = {
        "HOME": str(directory),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(names_port),
        "RABBITMQ_NODENAME": f"tacit{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(find_free_port()),
        "RABBITMQ_MNESIA_BASE": str(directory / "rabbitmq"),
        "RABBITMQ_LOG_BASE": str(directory / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
    }
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ | own}
    server = subprocess.Popen([str(program)], **quiet)
    try:
        with ending(server):
            address = ("127.0.0.1", port)
            wait_until(lambda: works(lambda: socket.create_connection(address).close(), OSError), 60)
            yield port
    finally:
        subprocess.run([str(epmd), "-kill"], check=False, **quiet)


@contextmanager
def start_clickhouse(directory: Path, *options: str) -> Iterator[int]:
    """Its port; it keeps what it has in this directory."""
    command = [sys.executable, "-m", "tests.clickhouse_front", str(directory), *options]
    front = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert front.stdout is not None
    with ending(front), front.stdout:
        yield int(front.stdout.readline())
