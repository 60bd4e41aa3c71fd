"""Tacit as several processes over a real PostgreSQL and a real Redis.

ClickHouse is the embedded engine: inside the process, or behind a small HTTP front that stands for a server.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from tests.drift.channels.conftest import SECRET, Hook, hook
from tests.faults.services import ending, start_clickhouse, start_postgres, start_redis, wait_until

__all__ = ["hook"]

ROOT = Path(__file__).resolve().parent.parent
TACIT = str(Path(sys.executable).with_name("tacit"))
CLICKHOUSE_AWAY = "http://tacit:hidden-password@127.0.0.1:1/tacit"
TASKS = ("tracing.read_changed_traces", "feedback.read_feedback", "feedback.derive_signals")
STAGES = {"feedback", "reading", "rollups", "satisfaction", "signals", "templates"}
APP = """
import sys, tacit

tacit.configure(endpoint=sys.argv[1], api_key=sys.argv[2] or None)

@tacit.observe
def answer(message: str) -> str:
    return message.upper()

with tacit.conversation(id="scaled"):
    answer("Where is my parcel?")
    tacit.feedback("thumbs", label="up")
assert tacit.flush(timeout_seconds=30)
"""


ASKING_APP = """
import sys, tacit

tacit.configure(endpoint=sys.argv[1], api_key=sys.argv[2] or None)

@tacit.observe
def answer(message: str) -> str:
    return "It was sent on Monday."

with tacit.conversation(id="scaled"):
    answer("Where is my parcel?")
    answer("I want to talk to a real person.")
assert tacit.flush(timeout_seconds=30)
"""


@dataclass(frozen=True)
class Installation:
    """The settings that all processes share, and what they share besides."""

    settings: Mapping[str, str]
    directory: Path
    database: psycopg.Connection[tuple[Any, ...]]
    broker: Redis

    def start(self, *arguments: str, name: str = "") -> subprocess.Popen[bytes]:
        """A process of Tacit; what it says goes to `<command>.log`, or to that of its name."""
        with self.log(name or arguments[0]).open("wb") as log:
            return subprocess.Popen([TACIT, *arguments], env=self.environment, stdout=log, stderr=log)

    def run(self, *arguments: str, program: Path | str = TACIT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TACIT_")}
        return inherited | self.settings

    def log(self, command: str) -> Path:
        return self.directory / f"{command}.log"

    def read_log(self, command: str) -> str:
        return self.log(command).read_text()

    def wait_for_server(self) -> str:
        """Address of the server, once it answers."""
        file = Path(self.settings["TACIT_DATA_DIR"]) / "server.json"
        wait_until(file.exists)
        url: str = json.loads(file.read_text())["url"]
        return url

    def create_user(self) -> str:
        """The first user; the project's key, which is shown this once."""
        (self.directory / "password").write_text("correct horse battery staple\n")
        created = self.run(
            "createuser", "--email", "anna@example.com", "--password-file", str(self.directory / "password")
        )
        assert created.returncode == 0, created.stderr
        [key] = re.findall(r"shown this once: (\S+)", created.stdout)
        return str(key)

    def fetch(self, query: str) -> list[Any]:
        return [row[0] for row in self.database.execute(query.encode()).fetchall()]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with start_postgres() as address:
        yield address


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with start_redis(tmp_path_factory.mktemp("redis")) as client:
        yield client


@pytest.fixture
def installation(postgres: str, broker: Redis, tmp_path: Path) -> Iterator[Installation]:
    """A new database, an empty broker, and the embedded ClickHouse."""
    name = f"tacit_{time.time_ns()}"
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    broker.flushall()
    broker.config_resetstat()
    settings = {
        "TACIT_DATA_DIR": str(tmp_path / "data"),
        "TACIT_DATABASE_URL": f"{postgres}/{name}",
        "TACIT_BROKER_URL": f"redis://127.0.0.1:{broker.get_connection_kwargs()['port']}/0",
        "TACIT_PORT": "0",
        "TACIT_OTLP_HTTP_PORT": "0",
        "TACIT_OTLP_GRPC_PORT": "0",
    }
    with psycopg.connect(settings["TACIT_DATABASE_URL"], autocommit=True) as database:
        yield Installation(settings, tmp_path, database, broker)


@pytest.fixture
def without_clickhouse(installation: Installation) -> Installation:
    return replace(installation, settings={**installation.settings, "TACIT_CLICKHOUSE_DSN": CLICKHOUSE_AWAY})


@pytest.fixture
def with_clickhouse_server(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """The same with ClickHouse in a process of its own."""
    with serve_clickhouse(tmp_path, "clickhouse") as address:
        yield replace(installation, settings={**installation.settings, "TACIT_CLICKHOUSE_DSN": address})


@contextmanager
def serve_clickhouse(directory: Path, name: str) -> Iterator[str]:
    """Its address; it keeps what it has in a folder of this name, and backups beside it."""
    with start_clickhouse(directory / name, str(directory / "backups")) as port:
        yield f"http://127.0.0.1:{port}/default"


def count_rows(url: str, key: str) -> tuple[int, int, int]:
    request = urllib.request.Request(f"{url}/api/v1/stats", headers={"x-api-key": key} if key else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        stats = json.load(answer)
    return stats["generations"], stats["conversations"], stats["signals"]


def run_app(url: str, key: str = "") -> None:
    """Run the app, and wait until its call and its thumb are derived."""
    subprocess.run([sys.executable, "-c", APP, url, key], check=True, timeout=30)
    wait_until(lambda: count_rows(url, key) == (1, 1, 1))


def test_a_span_becomes_a_signal_by_way_of_redis_and_postgresql(installation: Installation) -> None:
    platform = installation.start("up")
    with ending(platform):
        run_app(installation.wait_for_server())
        leases = "SELECT stage FROM tracing_stagelease ORDER BY stage"
        wait_until(lambda: set(installation.fetch(leases)) >= STAGES)
    assert platform.returncode == 0, installation.read_log("up")
    assert "Traceback" not in installation.read_log("up")
    assert installation.broker.info("commandstats")["cmdstat_lpush"]["calls"] >= len(TASKS)


def test_every_part_is_a_process_of_its_own(with_clickhouse_server: Installation) -> None:
    installation = with_clickhouse_server
    migrated = installation.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    key = installation.create_user()
    parts = [installation.start("web", "--host", "0.0.0.0"), installation.start("worker"), installation.start("beat")]  # noqa: S104
    with ending(*parts):
        url = installation.wait_for_server().replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        with pytest.raises(urllib.error.HTTPError, match="401"):
            count_rows(url, "")
        run_app(url, key)
        assert [part.poll() for part in parts] == [None, None, None]
    for name in ("web", "worker", "beat"):
        assert "Traceback" not in installation.read_log(name), installation.read_log(name)
    exported = installation.run("export", "--format", "trl-kto", "--out", str(installation.directory / "out"))
    assert exported.returncode == 0, exported.stderr
    [row] = (installation.directory / "out" / "train.jsonl").read_text().splitlines()
    assert json.loads(row)["label"] is True
    check_backup(installation)


def check_backup(installation: Installation) -> None:
    """A server writes its part where it may, and another one that may read there has the same rows after."""
    written = installation.run("backup", str(installation.directory / "backup"))
    assert written.returncode == 0, written.stderr
    address = f"{installation.settings['TACIT_DATABASE_URL']}_restored"
    installation.database.execute(f"CREATE DATABASE {address.rpartition('/')[2]}".encode())
    with serve_clickhouse(installation.directory, "clickhouse of another") as server:
        place = {"TACIT_DATABASE_URL": address, "TACIT_CLICKHOUSE_DSN": server}
        other = replace(installation, settings={**installation.settings, **place})
        restored = other.run("restore", str(installation.directory / "backup"))
        assert restored.returncode == 0, restored.stderr
        again = other.run("backup", str(installation.directory / "again"))
        assert again.returncode == 0, again.stderr
    told = [json.loads((installation.directory / name / "manifest.json").read_text()) for name in ("backup", "again")]
    assert told[0]["rows"]["signals"] == 1
    assert {**told[1]["rows"], "watermarks": 0} == {**told[0]["rows"], "watermarks": 0}


def test_an_erasure_leaves_nothing_in_the_tables_of_postgresql_but_a_backup_has_it(installation: Installation) -> None:
    platform = installation.start("up")
    with ending(platform):
        url = installation.wait_for_server()
        run_app(url)
        ask_rest(url, "", "saved-views", name="Theirs", query="q=scaled")
    [directory] = installation.fetch("SHOW data_directory")
    installation.database.execute("CHECKPOINT")
    assert find_files(Path(directory) / "base", b"q=scaled")
    backup = str(installation.directory / "backup")
    written = installation.run("backup", backup)
    assert written.returncode == 0, written.stderr
    erased = installation.run("erase", "--conversation", "scaled", "--yes")
    assert erased.returncode == 0, erased.stderr
    assert "Nothing was found after." in erased.stdout
    assert "PostgreSQL's log (WAL)" in erased.stdout
    assert "PostgreSQL's free space" not in erased.stdout
    assert installation.fetch("SELECT query FROM feedback_savedview") == ["q=erased"]
    installation.database.execute("CHECKPOINT")
    assert find_files(Path(directory) / "base", b"scaled") == []
    address = f"{installation.settings['TACIT_DATABASE_URL']}_restored"
    installation.database.execute(f"CREATE DATABASE {address.rpartition('/')[2]}".encode())
    place = {"TACIT_DATABASE_URL": address, "TACIT_DATA_DIR": str(installation.directory / "restored")}
    restored = replace(installation, settings={**installation.settings, **place}).run("restore", backup)
    assert restored.returncode == 0, restored.stderr
    with psycopg.connect(address) as database:
        assert database.execute("SELECT query FROM feedback_savedview").fetchall() == [("q=scaled",)]


def find_files(directory: Path, text: bytes) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file() and text in path.read_bytes()]


def ask_rest(url: str, key: str, path: str, **body: Any) -> Any:
    """What REST says; a POST where there is a body."""
    data = json.dumps(body).encode() if body else None
    headers = {"x-api-key": key, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/{path}", data, headers), timeout=30) as answer:
        return json.load(answer)


def test_a_worker_of_its_own_hands_a_conversation_over_and_sends_what_pages_ask_for(
    with_clickhouse_server: Installation, hook: Hook
) -> None:
    installation = replace(
        with_clickhouse_server,
        settings={**with_clickhouse_server.settings, "TACIT_WEBHOOK_NETWORKS": "127.0.0.0/8"},
    )
    assert installation.run("migrate").returncode == 0
    key = installation.create_user()
    parts = [installation.start("web", "--host", "0.0.0.0"), installation.start("worker", "--beat")]  # noqa: S104
    with ending(*parts):
        url = installation.wait_for_server().replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        settings = {"url": hook.url, "secret": SECRET}
        target = ask_rest(url, key, "alert-targets", name="Hook", channel="webhook", settings=settings)["id"]
        ask_rest(url, key, f"alert-targets/{target}/test", post=True)
        ask_rest(url, key, "alert-rules", name="Person", kind="conversation", targets=[target])
        subprocess.run([sys.executable, "-c", ASKING_APP, url, key], check=True, timeout=30)
        wait_until(lambda: len(hook.bodies) >= 2)
        log = ask_rest(url, key, "alert-targets/deliveries")["items"]
        ping = ("inspect", "ping", "--timeout", "10", "--destination", f"celery@{socket.gethostname()}")
        asked = installation.run("--app", "config.celery", *ping, program=Path(sys.executable).with_name("celery"))
    told = [json.loads(body) for body in hook.bodies]
    assert [(each["type"], each["state"]) for each in told] == [("alert", "test"), ("hand_over", "firing")]
    assert (told[1]["conversation_id"], told[1]["reason"]) == ("scaled", "asks_for_person")
    assert [each["kind"] for each in log] == ["hand_over", "test"]
    assert asked.returncode == 0, asked.stderr  # the health check of docker-compose.yml
    assert "Traceback" not in installation.read_log("worker"), installation.read_log("worker")


def test_beat_reaches_the_worker_which_outlives_a_store_that_is_away(without_clickhouse: Installation) -> None:
    worker, beat = without_clickhouse.start("worker"), without_clickhouse.start("beat")
    with ending(worker, beat):
        said = [f"Task {task}" for task in TASKS]
        wait_until(lambda: all(without_clickhouse.read_log("worker").count(each) >= 2 for each in said))
        assert worker.poll() is None
        assert beat.poll() is None
    log = without_clickhouse.read_log("worker")
    assert "ClickHouse at http://127.0.0.1:1/tacit did not open" in log
    assert "hidden-password" not in log
    assert worker.returncode == 0


def test_web_wants_a_user_before_others_can_reach_it(without_clickhouse: Installation) -> None:
    refused = without_clickhouse.run("web", "--host", "0.0.0.0")  # noqa: S104 -- it refuses to listen
    assert refused.returncode == 2
    assert refused.stderr.startswith("tacit: 0.0.0.0 can be reached by others and there is no user yet")

    key = without_clickhouse.create_user()
    assert without_clickhouse.fetch("SELECT username FROM auth_user") == ["anna@example.com"]
    [prefix] = without_clickhouse.fetch("SELECT prefix FROM tracing_apikey")
    assert key.startswith(prefix)

    without_store = without_clickhouse.run("web", "--host", "0.0.0.0")  # noqa: S104 -- it does not come to listening
    assert without_store.returncode == 2
    assert "tacit: ClickHouse at http://127.0.0.1:1/tacit did not open" in without_store.stderr
    assert "Traceback" not in without_store.stderr


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_a_part_alone_refuses_the_engine_of_one_process(installation: Installation, command: str) -> None:
    refused = installation.run(command)
    assert refused.returncode == 2
    assert "set TACIT_CLICKHOUSE_DSN to a ClickHouse server" in refused.stderr
    assert "Traceback" not in refused.stderr
