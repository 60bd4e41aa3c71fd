"""The containers, locks and hooks name only what there is; no Docker engine is needed to tell."""

import fnmatch
import re
import shlex
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.urls import resolve
from pre_commit.clientlib import load_config

from config.cli import main
from config.env import Environment
from tracing.store import Store, StoreUnavailableError

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if service["image"].startswith("tacit-server:")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LOCKS = ("requirements.lock", "requirements-dev.lock")
VARIABLE = re.compile(r"\$\{(\w+)([^}]*)\}")


def read_settings(service: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a service with every `${…}` left empty."""
    return {name: VARIABLE.sub("", value) for name, value in service["environment"].items()}


def list_copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def read_lock(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.partition(";")[0].strip().split("==") for line in lines)


def read_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", each)[0].lower() for each in requirements}


def test_every_part_is_a_service() -> None:
    assert set(SERVICES) == {"clickhouse", "postgres", "redis", "migrate", "web", "worker"}
    assert set(OWN) == {"migrate", "web", "worker"}
    assert [name for name in OWN if "--beat" in OWN[name]["command"]] == ["worker"]


def test_every_setting_is_one_that_tacit_has() -> None:
    known = {f"TACIT_{name.upper()}" for name in Environment.model_fields}
    for text in ((ROOT / "docker-compose.yml").read_text(), DOCKERFILE, (ROOT / ".env.example").read_text()):
        assert set(re.findall(r"TACIT_[A-Z_]+", text)) <= known


@pytest.mark.parametrize("name", OWN)
def test_settings_of_a_service_are_accepted_and_name_the_other_services(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable, value in read_settings(OWN[name]).items():
        monkeypatch.setenv(variable, value)
    for secret in OWN[name]["secrets"]:
        (tmp_path / secret).write_text(f"filled in {secret}\n")
    monkeypatch.setenv("TACIT_SECRETS_DIR", str(tmp_path))
    env = Environment()
    for secret in OWN[name]["secrets"]:
        field = getattr(env, secret.removeprefix("tacit_"))
        assert field.get_secret_value() == f"filled in {secret}"
    addresses = [each.get_secret_value() for each in (env.clickhouse_dsn, env.database_url, env.broker_url)]
    hosts = [urlsplit(address).hostname for address in addresses]
    assert hosts == ["clickhouse", "postgres", "redis"]
    assert set(hosts) <= set(SERVICES)


@pytest.mark.parametrize("name", OWN)
def test_the_command_of_a_service_is_one_of_tacit(name: str) -> None:
    program, command, *options = OWN[name]["command"]
    assert program == "tacit"
    main.commands[command].make_context(command, options)


def test_variables_of_the_compose_file_stand_in_the_example_and_none_is_a_secret() -> None:
    used = dict(VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))
    example = re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert dict(example) == dict.fromkeys(used, "")
    assert not [name for name in used if re.search("PASSWORD|SECRET|KEY|TOKEN", name)]


def test_secrets_are_files_that_the_documents_make_and_git_and_the_image_leave_out() -> None:
    secrets = COMPOSE["secrets"]
    assert set(secrets) == {"tacit_secret_key", "tacit_clickhouse_password", "tacit_database_password"}
    assert all(secret["file"] == f"./secrets/{name}" for name, secret in secrets.items())
    assert {each for service in SERVICES.values() for each in service.get("secrets", [])} == set(secrets)
    assert f"for name in {' '.join(secrets)}; do" in (ROOT / "docs/deploying.md").read_text()
    assert "/secrets/" in (ROOT / ".gitignore").read_text().split()
    assert "secrets" in (ROOT / ".dockerignore").read_text().split()


def test_databases_take_their_passwords_from_the_same_files() -> None:
    for name, variable in (("clickhouse", "CLICKHOUSE_PASSWORD_FILE"), ("postgres", "POSTGRES_PASSWORD_FILE")):
        [secret] = SERVICES[name]["secrets"]
        assert SERVICES[name]["environment"][variable] == f"/run/secrets/{secret}"
        assert not [each for each in SERVICES[name]["environment"] if each.endswith("PASSWORD")]


def test_published_ports_are_the_default_ones_on_this_machine_alone() -> None:
    defaults = Environment.model_construct()
    ports = (defaults.port, defaults.otlp_http_port, defaults.otlp_grpc_port)
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{port}:{port}" for port in ports]
    assert f"\nEXPOSE {' '.join(map(str, ports))}\n" in DOCKERFILE
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["web"]


def test_the_health_check_of_web_asks_an_address_that_there_is() -> None:
    [path] = re.findall(r"http://127\.0\.0\.1:8642(/\w+)", " ".join(SERVICES["web"]["healthcheck"]["test"]))
    assert resolve(path).func.__name__ == "show_ready"


@pytest.mark.parametrize("name", OWN)
def test_own_containers_have_few_rights(name: str) -> None:
    service = OWN[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE) == ["10001"]


def test_images_are_pinned_to_a_version() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    for image in (*bases, *(service["image"] for service in SERVICES.values())):
        assert re.search(r":\d+(\.\d+)*(-\w+)*$", image), image


def test_the_image_holds_what_the_server_reads() -> None:
    copied = list_copied()
    ignored = (ROOT / ".dockerignore").read_text().split()
    for source in copied:
        assert (ROOT / source).exists(), source
        assert not any(fnmatch.fnmatch(source, pattern.removeprefix("**/")) for pattern in ignored), source
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*packages["packages"], "templates", "static"} <= set(copied)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_version_and_names_no_address(name: str) -> None:
    for line in (ROOT / name).read_text().splitlines():
        assert re.fullmatch(r"[a-z0-9._-]+==[\w.]+( ; .+)?", line), line
        assert "://" not in line


def test_locks_agree_and_hold_every_direct_dependency() -> None:
    run, dev = (read_lock(name) for name in LOCKS)
    assert run.items() <= dev.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    sdk = tomllib.loads((ROOT / "tracing/sdk/pyproject.toml").read_text())["project"]
    needed = read_names([*project["dependencies"], *sdk["dependencies"]]) - {"tacit"}
    assert needed <= set(run)
    assert read_names(project["optional-dependencies"]["dev"]) <= set(dev)


def test_hooks_run_programs_of_the_virtual_environment() -> None:
    [repository] = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        program = Path(shlex.split(hook["entry"])[0])
        assert program.parent == Path(".venv/bin")
        assert (Path(sys.executable).parent / program.name).exists(), program


def test_the_script_of_ci_runs_every_check_with_no_part_left_out() -> None:
    script = ROOT / ".ci/run"
    subprocess.run(["bash", "-n", script], check=True)  # noqa: S607 -- bash is wherever the machine has it
    assert script.stat().st_mode & 0o111
    lines = script.read_text().splitlines()
    assert "export CI=true TACIT_TEST_REQUIRE=all" in lines
    assert lines[-2:] == ["make check", "make test"]


def test_a_store_by_https_is_spoken_to_over_tls_on_any_port() -> None:
    first_bytes: list[bytes] = []

    def listen(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, listening:  # the driver tries again, to no answer
            first_bytes.append(connection.recv(1))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=listen, args=(listening,))
        thread.start()
        store = Store(f"https://tacit:secret@127.0.0.1:{listening.getsockname()[1]}/tacit")
        with pytest.raises(StoreUnavailableError):
            store.execute("SELECT 1")
    thread.join()
    assert first_bytes == [b"\x16"]  # a TLS handshake, and no password
