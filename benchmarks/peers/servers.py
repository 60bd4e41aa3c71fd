"""Servers that take OTLP, each started on a free port of the loopback address with a directory of its own.

A peer is installed by its package's name into a virtual environment outside the repository, once for each version.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.peers.processes import stop_group

START_SECONDS = 180
SETTINGS = ("TACIT_", "PHOENIX_", "MLFLOW_", "OTEL_")
"""Prefixes of variables that could lead a server to databases or collectors which are not its own."""


class PeerError(Exception):
    """A server could not be installed, started or loaded; the message says why."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    url: str
    pid: int
    directory: Path


class Peer(Protocol):
    """How one product is installed, started and asked."""

    @property
    def name(self) -> str: ...

    @property
    def requirement(self) -> str:
        """What pip installs; empty where nothing is to be installed."""
        ...

    @property
    def ready_path(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """What its OTLP endpoint asks for besides the content type."""
        ...

    def build_command(self, programs: Path, port: int, directory: Path) -> Sequence[str | Path]: ...

    def build_environment(self, port: int, directory: Path) -> Mapping[str, str]: ...

    def count_spans(self, server: Server) -> int:
        """Spans that a reader finds now."""
        ...

    def measure_empty(self, directory: Path) -> int:
        """Bytes that the store of a server which has just started takes."""
        ...

    def measure_stored(self, directory: Path) -> int:
        """Bytes that the store takes after the server has stopped."""
        ...


def install(peer: Peer, cache: Path) -> Path:
    """The directory of the peer's programs, installed where they are not yet."""
    if not peer.requirement:
        return Path(sys.executable).parent
    return install_into(cache / peer.name.lower(), [peer.requirement])


def install_into(home: Path, requirements: Sequence[str]) -> Path:
    """The directory of the programs of an environment that holds these packages, made where it is not there yet."""
    stamp, wanted = home / ".installed", " ".join(requirements)
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing {wanted} into {home} (once; up to 900 MB) …", file=sys.stderr)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
            subprocess.run([*pip, *requirements], check=True)
        except subprocess.CalledProcessError as error:
            raise PeerError(f"{wanted} was not installed: {error}") from error
        stamp.write_text(wanted)
    return home / "bin"


@contextmanager
def run_server(peer: Peer, cache: Path, directory: Path) -> Iterator[Server]:
    """The peer with its data in `directory`, answering; it and its children are ended with the block."""
    programs, port = install(peer, cache), find_free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with (directory / "server.log").open("wb") as log:
        process = subprocess.Popen(
            peer.build_command(programs, port, directory),
            env={**inherited, **peer.build_environment(port, directory)},
            cwd=directory,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_ready(peer, process, port, directory)
        yield Server(f"http://127.0.0.1:{port}", process.pid, directory)
    finally:
        stop_group(process)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_ready(peer: Peer, process: subprocess.Popen[bytes], port: int, directory: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if answers(port, peer.ready_path):
            return
        time.sleep(0.2)
    log = (directory / "server.log").read_text(errors="replace")[-4000:]
    raise PeerError(f"{peer.name} ended, or did not answer on {peer.ready_path} within {START_SECONDS} s:\n{log}")


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
