"""Secrets come from variables or files, and are told nowhere: not in messages, logs, answers or debug pages."""

import json
import logging
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from django.views.debug import get_default_exception_reporter_filter
from pydantic import SecretStr, ValidationError
from pytest_django import Settings

from config.env import Environment
from config.settings import complete_address
from tests.config.platform_process import ROOT, TACIT, make_environment, run_platform, run_tacit
from tests.conftest import Server
from tests.tracing.test_access import OTLP, PAGE, REST, ask
from tracing.store import Store

PLANTED = "plantedPa55word"
EMAIL, PASSWORD = "anna@example.org", "a long and good phrase"
SECRET_FIELDS = (
    "clickhouse_dsn",
    "clickhouse_password",
    "database_url",
    "database_password",
    "broker_url",
    "secret_key",
)


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of secrets, as Docker and Kubernetes mount one."""
    directory = tmp_path / "secrets"
    directory.mkdir()
    monkeypatch.setenv("TACIT_SECRETS_DIR", str(directory))
    return directory


def test_settings_are_read_from_files_named_as_their_variables(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "tacit_secret_key").write_text(f"{PLANTED}\n")
    (secrets / "tacit_public_url").write_text("http://of-file.example\n")
    (secrets / "clickhouse_dsn").write_text("http://of-nobody:1")
    assert Environment().secret_key.get_secret_value() == PLANTED
    assert Environment().public_url == "http://of-file.example"
    assert Environment().clickhouse_dsn.get_secret_value() == ""
    monkeypatch.setenv("TACIT_PUBLIC_URL", "http://of-variable.example")
    assert Environment().public_url == "http://of-variable.example"


def test_a_directory_of_secrets_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = run_tacit(tmp_path, "migrate", TACIT_SECRETS_DIR=str(tmp_path / "none"))
    assert ended.returncode == 2
    assert ended.stderr.startswith("tacit: TACIT_SECRETS_DIR: There is no directory")


@pytest.mark.parametrize("field", SECRET_FIELDS)
def test_a_secret_is_stars_wherever_it_is_printed(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {
        "database_url": "postgres://t:{}@h/t",
        "clickhouse_dsn": "http://t:{}@h/t",
        "broker_url": "redis://:{}@h",
    }
    monkeypatch.setenv(f"TACIT_{field.upper()}", addresses.get(field, "{}").format(PLANTED))
    env = Environment()
    assert PLANTED in getattr(env, field).get_secret_value()
    for shown in (repr(env), str(env), str(env.model_dump()), env.model_dump_json()):
        assert PLANTED not in shown


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TACIT_CLICKHOUSE_DSN", f"http://tacit:1/{PLANTED}@host:8123/tacit"),
        ("TACIT_CLICKHOUSE_DSN", f"http://tacit:a#{PLANTED}@host:8123/tacit"),
        ("TACIT_CLICKHOUSE_DSN", PLANTED),
        ("TACIT_DATABASE_URL", f"postgres://tacit:a?{PLANTED}@host/tacit"),
        ("TACIT_DATABASE_URL", f"gopher://tacit:{PLANTED}@host/tacit"),
        ("TACIT_DATABASE_URL", f"postgres://tacit:[{PLANTED}@host/tacit"),
        ("TACIT_BROKER_URL", f"http://tacit:{PLANTED}@host"),
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Environment()
    assert PLANTED not in str(caught.value)
    assert PLANTED not in repr(caught.value.errors()[0]["msg"])
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TACIT_CLICKHOUSE_DSN", f"http://tacit:{PLANTED}@127.0.0.1:1/tacit"),
        ("TACIT_CLICKHOUSE_DSN", f"http://tacit@127.0.0.1:1/tacit?password={PLANTED}"),
        ("TACIT_DATABASE_URL", f"postgres://tacit:{PLANTED}@127.0.0.1:1/tacit"),
        ("TACIT_DATABASE_URL", f"postgres://tacit:{PLANTED}@127.0.0.1:1/tacit?sslmode=nonsense"),
        ("TACIT_DATABASE_URL", f"postgres://tacit:{PLANTED}x@127.0.0.1:99999/tacit"),
    ],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, variable: str, value: str
) -> None:
    ended = run_tacit(tmp_path, "migrate", TACIT_LOG_LEVEL="DEBUG", **{variable: value})
    assert ended.returncode != 0
    assert PLANTED not in ended.stdout + ended.stderr


def test_a_broker_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    settings = {
        "TACIT_BROKER_URL": f"redis://:{PLANTED}@127.0.0.1:1/0",
        "TACIT_CLICKHOUSE_DSN": f"http://tacit:{PLANTED}@127.0.0.1:1/tacit",
        "TACIT_LOG_LEVEL": "DEBUG",
    }
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [*TACIT, "worker"], cwd=ROOT, env=make_environment(tmp_path, **settings), stdout=log, stderr=log
        )
        deadline = time.monotonic() + 30
        while "127.0.0.1:1" not in (tmp_path / "log").read_text() and time.monotonic() < deadline:
            time.sleep(0.2)
        worker.kill()
        worker.wait()
    told = (tmp_path / "log").read_text()
    assert "127.0.0.1:1" in told
    assert PLANTED not in told


def request(url: str, body: bytes | None = None, **headers: str) -> str:
    """Headers and body of an answer of any status."""
    sent = urllib.request.Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(sent, timeout=20) as answer:
            return f"{answer.headers}{answer.read()!r}"
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.headers}{error.read()!r}"


def test_a_server_that_logs_everything_logs_no_secret(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    data = tmp_path / "data"
    created = run_tacit(data, "createuser", "--email", EMAIL, "--password-file", str(tmp_path / "password"))
    [key] = set(re.findall(r"tacit_[\w-]{30,}", created.stdout))
    with run_platform(data, TACIT_SECRET_KEY=PLANTED, TACIT_LOG_LEVEL="DEBUG") as platform:
        token = json.loads((data / "server.json").read_text())["token"]
        answers = [
            request(f"{platform.url}{path}", body, **headers)
            for path in (PAGE, REST, OTLP, "/login", "/metrics", "/api/v1/nothing")
            for body in (None, urllib.parse.urlencode({"username": EMAIL, "password": PASSWORD}).encode())
            for headers in (
                {},
                {"Authorization": f"Bearer {key}"},
                {"x_api_key": token},
                {"Authorization": f"Basic {PLANTED}", "Cookie": f"tacit_session={PLANTED}"},
            )
        ]
    said = "\n".join(platform.lines)
    for secret in (PLANTED, PASSWORD, urllib.parse.quote_plus(PASSWORD), key, token):
        assert secret not in said
        assert secret not in "".join(answers)


def test_answers_say_nothing_of_a_store_that_is_away(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Store(f"http://tacit:{PLANTED}@127.0.0.1:1/tacit")
    monkeypatch.setattr("tracing.store._store", away)
    caplog.set_level(logging.DEBUG)
    answers = [ask(server, path) for path in (PAGE, REST, "/readyz", "/api/v1/generations")]
    assert {answer.status for answer in answers} <= {500, 503}
    for text in (str([(answer.body, answer.headers.items()) for answer in answers]), caplog.text):
        assert PLANTED not in text


def test_debug_pages_hide_addresses_that_hold_passwords(settings: Settings) -> None:
    settings.CLICKHOUSE_DSN = settings.CELERY_BROKER_URL = f"redis://:{PLANTED}@host"
    settings.DATABASES["default"]["PASSWORD"] = PLANTED
    try:
        shown = get_default_exception_reporter_filter().get_safe_settings()
    finally:
        del settings.DATABASES["default"]["PASSWORD"]
    assert shown["CLICKHOUSE_DSN"] == shown["CELERY_BROKER_URL"] == "*" * 20
    assert PLANTED not in str(shown)


@pytest.mark.parametrize(
    ("address", "password", "complete"),
    [
        ("http://tacit@host:8123/tacit", "p@s/s:", "http://tacit:p%40s%2Fs%3A@host:8123/tacit"),
        ("postgres://tacit:other@host/tacit?sslmode=require", "p", "postgres://tacit:p@host/tacit?sslmode=require"),
        ("http://host:8123", "p", "http://:p@host:8123"),
        ("http://tacit:other@host", "", "http://tacit:other@host"),
        ("", "p", ""),
        ("sqlite:////data/tacit.sqlite3", "p", "sqlite:////data/tacit.sqlite3"),
    ],
)
def test_a_password_of_its_own_completes_an_address(address: str, password: str, complete: str) -> None:
    assert complete_address(SecretStr(address), SecretStr(password)) == complete
