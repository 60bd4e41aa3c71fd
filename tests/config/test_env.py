from pathlib import Path

import pytest
from click import Command, Group
from pydantic import SecretStr, ValidationError

from config.cli import main
from config.env import Environment


def test_everything_has_a_default_that_suits_one_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TACIT_DATA_DIR")
    env = Environment()
    assert (env.host, env.port, env.otlp_http_port) == ("127.0.0.1", 8642, 4318)
    assert (str(env.data_dir), read(env, "clickhouse_dsn"), read(env, "database_url")) == (".tacit", "", "")
    assert (env.debug, env.public_url, env.trusted_proxies) == (False, "", ())


def test_nothing_is_open_or_sent_unless_somebody_says_so() -> None:
    env = Environment()
    closed = (
        "cors_origins",
        "allowed_hosts",
        "judge_url",
        "smtp_host",
        "webhook_networks",
        "trusted_proxies",
        "presidio",
    )
    assert not [name for name in closed if read(env, name)]
    assert (env.debug, env.namer, env.log_level) == (False, False, "WARNING")


def read(env: Environment, field: str) -> object:
    """A setting as it is, also where it is a secret."""
    value = getattr(env, field)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


@pytest.mark.parametrize(
    ("variable", "field", "value"),
    [
        ("TACIT_PORT", "port", 0),
        ("tacit_port", "port", 65535),
        ("TACIT_CLICKHOUSE_DSN", "clickhouse_dsn", "https://user:p%40ss@host:8443/tacit"),
        ("TACIT_DATABASE_URL", "database_url", "postgres://user:p%40ss@host/tacit"),
        ("TACIT_BROKER_URL", "broker_url", "redis://host:6379/0"),
        ("TACIT_BROKER_URL", "broker_url", "amqp://user:password@host//"),
        ("TACIT_PUBLIC_URL", "public_url", "http://tacit.example.com:8642"),
        ("TACIT_TRUSTED_PROXY", "trusted_proxy", "127.0.0.1, 172.18.0.0/16,::1"),
        ("TACIT_DEBUG", "debug", True),
    ],
)
def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch, variable: str, field: str, value: object) -> None:
    monkeypatch.setenv(variable, str(value))
    assert read(Environment(), field) == value


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TACIT_PORT", "-1"),
        ("TACIT_PORT", ""),
        ("TACIT_MEMORY_LIMIT", "1"),
        ("TACIT_BACKLOG_LIMIT", "0"),
        ("TACIT_CLICKHOUSE_DSN", "localhost"),
        ("TACIT_DATABASE_URL", "localhost"),
        ("TACIT_DATABASE_URL", "gopher://host/db"),
        ("TACIT_PUBLIC_URL", "tacit.example.com"),
        ("TACIT_PUBLIC_URL", "https://tacit.example.com/path"),
        ("TACIT_PUBLIC_URL", "https://user:password@tacit.example.com"),
        ("TACIT_PUBLIC_URL", "https://*.example.com"),
        ("TACIT_PUBLIC_URL", "ftp://tacit.example.com"),
        ("TACIT_TRUSTED_PROXY", "proxy"),
        ("TACIT_TRUSTED_PROXY", "*"),
        ("TACIT_TRUSTED_PROXY", "127.0.0.1, 300.0.0.1"),
        ("TACIT_BROKER_URL", ""),
        ("TACIT_BROKER_URL", "redis"),
        ("TACIT_BROKER_URL", "http://host"),
    ],
)
def test_a_value_that_cannot_work_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Environment()
    assert [each["loc"][0] for each in caught.value.errors()] == [variable.removeprefix("TACIT_").lower()]


@pytest.mark.parametrize(
    ("written", "address", "host"),
    [
        ("https://Tacit.Example.com/", "https://tacit.example.com", "tacit.example.com"),
        (" https://tacit.example.com:443", "https://tacit.example.com", "tacit.example.com"),
        ("https://tacit.example.com:8443", "https://tacit.example.com:8443", "tacit.example.com"),
        ("http://localhost:80", "http://localhost", "localhost"),
        ("http://[::1]:8642", "http://[::1]:8642", "[::1]"),
    ],
)
def test_the_public_address_is_kept_as_browsers_write_an_origin(
    written: str, address: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TACIT_PUBLIC_URL", written)
    monkeypatch.setenv("TACIT_TRUSTED_PROXY", "127.0.0.1")
    env = Environment()
    assert (env.public_url, env.public_host) == (address, host)
    assert env.is_secure is address.startswith("https")


def test_a_public_address_by_https_needs_the_proxy_that_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TACIT_PUBLIC_URL", "https://tacit.example.com")
    with pytest.raises(ValidationError) as caught:
        Environment()
    [error] = caught.value.errors()
    assert error["loc"] == ("trusted_proxy",)
    assert "127.0.0.1" in error["msg"]


def test_a_transformer_is_a_directory_with_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TACIT_TRANSFORMER", str(tmp_path))
    with pytest.raises(ValidationError, match=r"There is no .*config\.json"):
        Environment()
    (tmp_path / "config.json").write_text("{}")
    assert Environment().transformer == str(tmp_path)


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Environment.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def list_options(command: Command) -> set[str]:
    return {parameter.name or "" for parameter in command.params}


@pytest.mark.parametrize("name", ["up", "web"])
def test_the_options_of_a_server_are_settings(name: str) -> None:
    assert isinstance(main, Group)
    options = list_options(main.commands[name]) - {"demo", "help"}
    assert options
    assert options <= set(Environment.model_fields)


def test_names_are_asked_of_a_model_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TACIT_NAMER", "on")
    with pytest.raises(ValidationError, match="TACIT_JUDGE_URL is empty"):
        Environment()
    monkeypatch.setenv("TACIT_JUDGE_URL", "http://localhost:11434/v1")
    monkeypatch.setenv("TACIT_JUDGE_MODEL", "small")
    assert Environment().namer
