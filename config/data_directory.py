"""The data directory: made, checked, and held by one process, with the file that tells commands of the server."""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

LOCK_FILE = "lock"
SERVER_FILE = "server.json"


class DataDirectoryError(Exception):
    """The directory cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """What `server.json` says: where the server of this directory is, and the token of its run."""

    url: str
    pid: int
    token: str


def prepare(directory: Path) -> None:
    """Make the directory, readable by its owner only; raises DataDirectoryError where it cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = directory / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DataDirectoryError(
            f"The data directory {directory} cannot be written ({error.strerror}); "
            "give another with --data-dir or TACIT_DATA_DIR."
        ) from error


def hold(directory: Path) -> IO[str]:
    """Lock the directory for this process as long as the returned file is open; raises DataDirectoryError."""
    file = (directory / LOCK_FILE).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise DataDirectoryError(
            f"The data directory {directory} is held by process {holder}; stop it, or give another with --data-dir."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def announce(directory: Path, url: str) -> RunningServer:
    """Write `server.json` with a new token, for commands of the same user on this machine."""
    server = RunningServer(url, os.getpid(), secrets.token_urlsafe(32))
    path = directory / SERVER_FILE
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(server), file)
    temporary.replace(path)
    return server


def withdraw(directory: Path) -> None:
    (directory / SERVER_FILE).unlink(missing_ok=True)


def find_server(directory: Path) -> RunningServer | None:
    """The server of this directory, if its process lives."""
    try:
        server = RunningServer(**json.loads((directory / SERVER_FILE).read_text(encoding="utf-8")))
        os.kill(server.pid, 0)
    except PermissionError:
        return server
    except (OSError, ValueError, TypeError):
        return None
    return server
