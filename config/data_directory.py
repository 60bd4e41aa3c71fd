"""The data directory: made, checked, kept from others, and held by one process.

`server.json` in it tells commands where the server is.
"""

import fcntl
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

LOCK_FILE = "lock"
SERVER_FILE = "server.json"
PRIVATE_PATHS = (SERVER_FILE, "secret_key", "tacit.sqlite3", "tacit.sqlite3-wal", "tacit.sqlite3-shm", "clickhouse")
OTHERS = 0o077
"""What a mode gives to group and others."""


class DataDirectoryError(Exception):
    """The directory cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """What `server.json` says: where the server of this directory is, and the token of its run."""

    url: str
    pid: int
    token: str


def prepare(directory: Path) -> None:
    """Make the directory, and whatever this process makes from now on, readable by its owner only.

    What lies in it of ours and is open to others is closed. Raises DataDirectoryError where it cannot be written.
    """
    os.umask(OTHERS)
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        close_to_others(directory)
        probe = directory / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DataDirectoryError(
            f"The data directory {directory} cannot be written ({error.strerror}); "
            "give another with --data-dir or TACIT_DATA_DIR."
        ) from error


def close_to_others(directory: Path) -> None:
    """Take from group and others what they may do with our files; those of another user are left as they are."""
    for path in (directory / name for name in PRIVATE_PATHS):
        with suppress(FileNotFoundError, PermissionError):
            if path.stat().st_mode & OTHERS:
                path.chmod(path.stat().st_mode & ~OTHERS)


def describe_exposure(directory: Path) -> str:
    """What to do where others may look into the directory; empty where they may not.

    It is not mended: whoever made it may keep other things there.
    """
    mode = directory.stat().st_mode & 0o777
    if not mode & OTHERS:
        return ""
    return f"Others may look into {directory} (mode {mode:03o}); to keep them out: chmod 700 {directory}"


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
