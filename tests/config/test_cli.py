"""The command as people run it: real processes, real directories, real signals."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.config.platform_process import ROOT, Platform, make_environment, run_platform, run_tacit
from tests.tracing.otlp import make_request, make_span
from tests.tracing.reading import observe

PASSWORD = "a long and good phrase"
EMAIL = "anna@example.org"
EVERYBODY = "0.0.0.0"  # noqa: S104


@contextmanager
def occupied_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One server for the tests that only look; another program has its OTLP port."""
    directory = tmp_path_factory.mktemp("running")
    with occupied_port() as port, run_platform(directory, "--otlp-http-port", str(port), is_new=True) as platform:
        yield platform


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n", encoding="utf-8")
    return path


def assert_told(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with status 2 and one line that has these words."""
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("tacit: ")
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    for word in words:
        assert word in ended.stderr


def make_body(question: str = "Why?", conversation: str = "c", trace: int = 1) -> bytes:
    attributes = observe(output="Because.", message=question) | {"gen_ai.conversation.id": conversation}
    return make_request(make_span(1, trace, attributes)).SerializeToString()


def wait_for_conversations(platform: Platform, count: int, key: str = "") -> None:
    deadline = time.monotonic() + 20
    while platform.get_json("stats", key)["conversations"] < count:
        assert time.monotonic() < deadline, "no conversation within 20 s"
        time.sleep(0.1)


def test_up_prints_where_it_is_and_what_to_paste_and_is_ready(running: Platform) -> None:
    assert json.loads(running.get("/readyz")) == {"status": "ready"}
    assert running.url.startswith("http://127.0.0.1:")
    assert running.lines[-1] == f"Tacit is at {running.url}"


def test_server_json_is_for_its_owner_alone(running: Platform) -> None:
    path = running.directory / "server.json"
    assert path.stat().st_mode & 0o777 == 0o600
    server = json.loads(path.read_text())
    assert (server["url"], server["pid"]) == (running.url, running.process.pid)
    assert running.get_json("stats", server["token"])["spans"] >= 0


def test_the_doctor_looks_at_a_server_that_runs(running: Platform) -> None:
    told = run_tacit(running.directory, "doctor")
    assert told.returncode == 0, told.stdout + told.stderr
    for words in ("/readyz answers 200", "The embedded store is held by the server", "keep up"):
        assert words in told.stdout
    assert "failed" not in told.stdout


def test_a_directory_that_another_process_holds_is_told(running: Platform) -> None:
    ended = run_tacit(running.directory, "up", "--port", "0", "--otlp-http-port", "0")
    assert_told(ended, str(running.directory), str(running.process.pid), "--data-dir")


def test_a_busy_web_port_is_told(running: Platform, tmp_path: Path) -> None:
    port = running.url.rpartition(":")[2]
    assert_told(run_tacit(tmp_path, "up", "--port", port, "--otlp-http-port", "0"), port, "--port", "TACIT_PORT")


@pytest.mark.parametrize("command", [("up",), ("migrate",), ("createuser", "--email", EMAIL)])
def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    in_its_place = tmp_path / "file"
    in_its_place.write_text("")
    assert_told(run_tacit(in_its_place, *command), str(in_its_place), "--data-dir")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("TACIT_PORT", "abc", "integer"),
        ("TACIT_PORT", "65536", "65535"),
        ("TACIT_OTLP_GRPC_PORT", "-1", "greater"),
        ("TACIT_CORS_ORIGINS", "https://shop.example,*", "'*' is no origin"),
        ("TACIT_CORS_ORIGINS", "https://shop.example/path", "https://shop.example"),
        ("TACIT_MAX_VALUE_CHARACTERS", "0", "1000"),
        ("TACIT_LOG_LEVEL", "loud", "WARNING"),
        ("TACIT_DATABASE_URL", "abc", "postgres://"),
        ("TACIT_CLICKHOUSE_DSN", "clickhouse.example", "https://"),
        ("TACIT_BROKER_URL", "carrier-pigeon://x", "redis://"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(tmp_path: Path, variable: str, value: str, told: str) -> None:
    assert_told(run_tacit(tmp_path, "up", **{variable: value}), variable, told)


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    assert_told(run_tacit(tmp_path, "up", TACIT_PORT="x", TACIT_DEBUG="maybe"), "TACIT_PORT", "TACIT_DEBUG")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TACIT_DATABASE_URL", "postgres://x:secret@127.0.0.1:1/d"),
        ("TACIT_CLICKHOUSE_DSN", "http://x:secret@127.0.0.1:1/d"),
    ],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, variable: str, value: str
) -> None:
    ended = run_tacit(tmp_path, "up", "--port", "0", "--otlp-http-port", "0", **{variable: value})
    assert_told(ended, "127.0.0.1")
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_the_parts_alone_refuse_the_embedded_engine(tmp_path: Path, command: str) -> None:
    assert_told(run_tacit(tmp_path, command), "TACIT_CLICKHOUSE_DSN", "tacit up")


def test_another_address_needs_a_user_first(tmp_path: Path, password_file: Path) -> None:
    everybody = ("up", "--host", EVERYBODY, "--port", "0", "--otlp-http-port", "0")
    directory = tmp_path / "data"
    assert_told(run_tacit(directory, *everybody), "createuser")
    created = run_tacit(directory, "createuser", "--email", EMAIL, "--password-file", str(password_file))
    assert created.returncode == 0
    with run_platform(directory, *everybody[1:]) as platform:
        platform.url = platform.url.replace(EVERYBODY, "127.0.0.1")
        assert any("in the clear" in line and "TACIT_PUBLIC_URL" in line for line in platform.lines)
        assert json.loads(platform.get("/readyz")) == {"status": "ready"}
        with pytest.raises(urllib.error.HTTPError) as caught:
            platform.get_json("stats")
        with caught.value as error:
            assert error.code == 401


def test_a_busy_otlp_port_is_said_and_done_without(running: Platform) -> None:
    assert any("OTLP" in line and "web port" in line and "taken" in line for line in running.lines)
    assert running.post(make_body())
    assert running.get_json("stats")["spans"] == 1


def test_a_busy_grpc_port_is_said_and_done_without(tmp_path: Path) -> None:
    with occupied_port() as port, run_platform(tmp_path, TACIT_OTLP_GRPC_PORT=str(port)) as platform:
        assert any("OTLP/gRPC" in line and "taken" in line and str(port) in line for line in platform.lines)
        assert platform.post(make_body())


def test_spans_over_grpc_are_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    with occupied_port() as port:
        pass
    with run_platform(tmp_path, "--otlp-http-port", "0", "--otlp-grpc-port", str(port)) as platform:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            export: Any = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            assert export(make_body(), timeout=10) == b""
        assert platform.end() == 0
        assert any(f"gRPC to http://127.0.0.1:{port}" in line for line in platform.lines)
        assert "Traceback" not in "\n".join(platform.lines)
    with run_platform(tmp_path) as platform:
        assert platform.get_json("stats")["spans"] == 1


def test_either_signal_drains_and_the_directory_can_be_used_again(tmp_path: Path) -> None:
    for spans_before, number in enumerate([signal.SIGTERM, signal.SIGINT]):
        with run_platform(tmp_path) as platform:
            assert platform.get_json("stats")["spans"] == spans_before
            assert platform.post(make_body(trace=1 + spans_before))
            started = time.monotonic()
            assert platform.end(number) == 0
            assert time.monotonic() - started < 10
        assert not (tmp_path / "server.json").exists()
        assert "Traceback" not in "\n".join(platform.lines)


def test_work_that_a_crash_left_is_taken_up_at_once(tmp_path: Path) -> None:
    with run_platform(tmp_path) as platform:
        assert platform.end() == 0
    with sqlite3.connect(tmp_path / "tacit.sqlite3") as database:
        database.execute(
            "REPLACE INTO tracing_stagelease (stage, holder, until) VALUES ('reading', 'dead:1', '2100-01-01')"
        )
    with run_platform(tmp_path) as platform:
        assert platform.post(make_body())
        deadline = time.monotonic() + 10
        while platform.get_json("stats")["lag"]["reading"] or not platform.get_json("stats")["spans"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_export_gives_the_same_rows_from_the_running_server_and_without_it(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    with run_platform(directory) as platform:
        assert platform.post(make_body())
        feedback = {"tacit.feedback.name": "thumbs", "tacit.feedback.label": "up", "gen_ai.conversation.id": "c"}
        span = make_span(2, 2, feedback | {"tacit.feedback.score": 1.0}, name="tacit.feedback")
        assert platform.post(make_request(span).SerializeToString())
        wait_for_conversations(platform, 1)
        deadline = time.monotonic() + 20
        while not platform.get_json("signals?kind=thumbs")["items"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        with_server = export(directory, tmp_path / "with", "trl-kto")
        with_filter = export(directory, tmp_path / "filtered", "trl-kto", "--filter", "-thumbs:up")
        assert_told(run_export(directory, tmp_path / "x", "no-such"), "no-such", "trl-kto")
    without_server = export(directory, tmp_path / "without", "trl-kto")
    assert [json.loads(line)["label"] for line in with_server["train.jsonl"].splitlines()] == [True]
    assert without_server == with_server
    assert (with_filter["train.jsonl"], with_filter["validation.jsonl"]) == ("", "")
    assert export(directory, tmp_path / "again", "trl-kto", "--filter", "-thumbs:up") == with_filter
    assert json.loads((tmp_path / "again" / "manifest.json").read_text())["definition"]["filter"] == "-thumbs:up"


def test_a_filter_of_an_export_is_refused_with_a_mark_where_it_is_wrong(tmp_path: Path) -> None:
    ended = run_export(tmp_path / "data", tmp_path / "out", "trl-kto", "--filter", "refund modle:gpt-5")
    assert ended.returncode == 2
    message, text, caret = ended.stderr.splitlines()
    assert message.startswith("tacit: Unknown field `modle` at character 8: did you mean `model`?")
    assert (text, caret) == ("refund modle:gpt-5", "       ^")
    assert not (tmp_path / "out").exists()


def run_export(directory: Path, out: Path, format_name: str, *more: str) -> subprocess.CompletedProcess[str]:
    return run_tacit(directory, "export", "--format", format_name, "--out", str(out), *more)


def export(directory: Path, out: Path, format_name: str, *more: str) -> dict[str, str]:
    """The rows that were written, by file."""
    ended = run_export(directory, out, format_name, *more)
    assert ended.returncode == 0, ended.stderr
    assert json.loads((out / "manifest.json").read_text())["format"] == format_name
    return {name: (out / name).read_text() for name in ("train.jsonl", "validation.jsonl", "provenance.jsonl")}


def test_createuser_closes_a_running_server_and_prints_a_key_that_works(tmp_path: Path, password_file: Path) -> None:
    directory = tmp_path / "data"
    with run_platform(directory) as platform:
        assert platform.post(make_body())
        created = run_tacit(directory, "createuser", "--email", EMAIL, "--password-file", str(password_file))
        closed_by = time.monotonic() + 2
        assert created.returncode == 0, created.stderr
        key = next(word for word in created.stdout.split() if word.startswith("tacit_"))
        while platform.post(make_body()):
            assert time.monotonic() < closed_by
            time.sleep(0.05)
        with pytest.raises(urllib.error.HTTPError) as caught:
            platform.get_json("stats")
        with caught.value as error:
            assert error.code == 401
        assert b"Log in" in platform.get("/")
        assert platform.get_json("stats", key)["spans"] == 1

        again = ("createuser", "--email", EMAIL, "--password-file", str(password_file))
        assert_told(run_tacit(directory, *again), EMAIL, "already")


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        ("no address", PASSWORD, "valid email"),
        (EMAIL, "short", "12 characters"),
        (EMAIL, "password1234", "too common"),
        (EMAIL, "", "12 characters"),
    ],
)
def test_a_user_needs_an_address_and_a_good_password(tmp_path: Path, email: str, password: str, told: str) -> None:
    path = tmp_path / "password"
    path.write_text(password)
    directory = tmp_path / "data"
    assert_told(run_tacit(directory, "createuser", "--email", email, "--password-file", str(path)), told)


def test_a_member_is_created_after_an_administrator_and_both_are_in_the_audit_log(
    tmp_path: Path, password_file: Path
) -> None:
    directory = tmp_path / "data"
    password = ("--password-file", str(password_file))
    member = ("createuser", "--email", "Bo@Example.org", *password, "--project", "default", "--role", "editor")
    assert_told(run_tacit(directory, *member), "administrator", "without --project")
    assert run_tacit(directory, "createuser", "--email", EMAIL, *password).returncode == 0
    assert_told(run_tacit(directory, *member[:-4], "--project", "shop"), "shop", "default")
    created = run_tacit(directory, *member)
    assert created.returncode == 0, created.stderr
    assert "Key" not in created.stdout
    assert_told(run_tacit(directory, "createuser", "--email", "BO@example.org ", *password), "already")
    with sqlite3.connect(directory / "tacit.sqlite3") as database:
        users = database.execute("SELECT username, is_superuser FROM auth_user ORDER BY id").fetchall()
        entries = database.execute(
            "SELECT actor_kind, action, target, details, project_slug FROM tracing_auditentry ORDER BY id"
        ).fetchall()
    assert users == [(EMAIL, 1), ("bo@example.org", 0)]
    assert entries == [
        ("command", "create_user", EMAIL, '{"role": "administrator"}', ""),
        ("command", "create_user", "bo@example.org", '{"role": "editor"}', "default"),
    ]


def test_a_role_without_a_project_is_told(tmp_path: Path, password_file: Path) -> None:
    password = ("--password-file", str(password_file))
    ended = run_tacit(tmp_path, "createuser", "--email", EMAIL, *password, "--role", "owner")
    assert ended.returncode == 2
    assert "--project" in ended.stderr
    assert list(tmp_path.iterdir()) == [password_file]


def test_a_password_like_the_e_mail_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(EMAIL)
    assert_told(
        run_tacit(tmp_path / "data", "createuser", "--email", EMAIL, "--password-file", str(path)), "too similar"
    )


def test_a_forgotten_password_is_set_by_djangos_command(tmp_path: Path, password_file: Path) -> None:
    directory = tmp_path / "data"
    created = run_tacit(directory, "createuser", "--email", EMAIL, "--password-file", str(password_file))
    assert created.returncode == 0
    ended = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "changepassword", EMAIL],
        env=make_environment(directory),
        capture_output=True,
        text=True,
        timeout=60,
        input="words that nobody guesses\n" * 2,
        start_new_session=True,  # without a terminal the password is read from the input
    )
    assert ended.returncode == 0, ended.stderr
    assert "Password changed successfully" in ended.stdout


def test_a_password_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = run_tacit(tmp_path, "createuser", "--email", EMAIL, "--password-file", str(tmp_path / "none"))
    assert ended.returncode == 2
    assert "none" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_is_quick_and_names_every_command(tmp_path: Path) -> None:
    started = time.monotonic()
    ended = run_tacit(tmp_path, "--help")
    assert time.monotonic() - started < 2
    for command in ("up", "web", "worker", "beat", "migrate", "createuser", "export"):
        assert f"\n  {command} " in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    ended = run_tacit(tmp_path, "migrate")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "schema" in ended.stdout
