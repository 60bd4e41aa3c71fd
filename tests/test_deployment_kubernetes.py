"""The manifests of Kubernetes and what bounds ClickHouse: they fit together, name what there is, and are safe.

No cluster runs here. Their shape is held against Kubernetes' own schemas by a slow test, in an environment of its own.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.cli import main
from config.env import Environment
from tests.isolation.world import ask
from tests.test_deployment import COMPOSE, SERVICES
from tracing.store import Store

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
KUSTOMIZATION = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())
MANIFESTS = [each for path in KUSTOMIZATION["resources"] for each in yaml.safe_load_all((DEPLOY / path).read_text())]
IMAGES = {service["image"] for service in SERVICES.values()}
VALIDATOR = "kubernetes-validate==1.37.0"


def list_kind(kind: str) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in MANIFESTS if each["kind"] == kind}


WORKLOADS = list_kind("Deployment") | list_kind("StatefulSet")
PODS = {name: each["spec"]["template"]["spec"] for name, each in WORKLOADS.items()}


def list_containers(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


CONTAINERS = [(name, each) for name, pod in PODS.items() for each in list_containers(pod)]
OWN = [each for _, each in CONTAINERS if each["image"].startswith("tacit-server:")]


def test_every_manifest_is_listed_and_every_part_of_compose_is_there() -> None:
    files = {str(path.relative_to(DEPLOY)) for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert set(KUSTOMIZATION["resources"]) == files
    assert {each["name"] for _, each in CONTAINERS} == set(SERVICES)
    assert {each["image"] for _, each in CONTAINERS} == IMAGES


@pytest.mark.parametrize("container", OWN, ids=[each["name"] for each in OWN])
def test_commands_and_settings_are_those_of_tacit(container: dict[str, Any]) -> None:
    program, command, *options = container["command"]
    assert program == "tacit"
    main.commands[command].make_context(command, options)
    known = {f"TACIT_{name.upper()}" for name in Environment.model_fields}
    assert set(list_kind("ConfigMap")["tacit"]["data"]) <= known
    assert container["envFrom"] == [{"configMapRef": {"name": "tacit"}}]


def test_the_databases_are_named_as_in_compose_and_have_services() -> None:
    given = list_kind("ConfigMap")["tacit"]["data"]
    for name in ("TACIT_CLICKHOUSE_DSN", "TACIT_DATABASE_URL", "TACIT_BROKER_URL"):
        assert given[name] == COMPOSE["x-tacit"]["environment"][name]
    services = list_kind("Service")
    assert set(services) == {"clickhouse", "postgres", "redis", "web"}
    for name, service in services.items():
        labels = WORKLOADS[name]["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        opened = {port["containerPort"] for each in PODS[name]["containers"] for port in each["ports"]}
        assert {port["port"] for port in service["spec"]["ports"]} == opened


@pytest.mark.parametrize("name", PODS)
def test_pods_have_few_rights_and_bounds(name: str) -> None:
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in list_containers(pod):
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert rights.get("readOnlyRootFilesystem") or name in ("clickhouse", "postgres")


def test_no_secret_stands_in_a_manifest() -> None:
    assert list_kind("Secret") == {}
    secrets = {each["secret"]["secretName"] for pod in PODS.values() for each in pod["volumes"] if "secret" in each}
    assert secrets == {"tacit"}
    keys = [
        item["key"]
        for pod in PODS.values()
        for each in pod["volumes"]
        for item in each.get("secret", {}).get("items", [])
    ]
    assert set(keys) <= set(COMPOSE["secrets"])
    for _, container in CONTAINERS:
        assert not [each for each in container.get("env", []) if each["name"].endswith("PASSWORD")]


def test_volumes_that_are_mounted_are_there() -> None:
    claims = set(list_kind("PersistentVolumeClaim"))
    for name, pod in PODS.items():
        templates = WORKLOADS[name]["spec"].get("volumeClaimTemplates", [])
        there = {each["name"] for each in pod["volumes"]} | {each["metadata"]["name"] for each in templates}
        assert {mount["name"] for each in list_containers(pod) for mount in each["volumeMounts"]} == there
        named = [
            each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"] if "persistentVolumeClaim" in each
        ]
        assert set(named) <= claims


def test_only_tacit_reaches_the_databases() -> None:
    policies = list_kind("NetworkPolicy")
    [expression] = policies["databases"]["spec"]["podSelector"]["matchExpressions"]
    assert set(expression["values"]) == {"clickhouse", "postgres", "redis"}
    [rule] = policies["databases"]["spec"]["ingress"]
    allowed = rule["from"][0]["podSelector"]["matchLabels"]
    reached = {
        n for n, each in WORKLOADS.items() if allowed.items() <= each["spec"]["template"]["metadata"]["labels"].items()
    }
    assert reached == {"web", "worker"}


def read_bounds(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "clickhouse" / f"{name}.yaml").read_text())
    return told


def list_names(store: Store, table: str) -> set[str]:
    return {row[0] for row in ask(store, "SELECT name FROM system.{table:Identifier}", table=table)}


def test_the_engine_knows_every_setting_that_bounds_it(store: Store) -> None:
    server = read_bounds("server")
    logs = {name for name, value in server.items() if value == {"@remove": "1"}}
    merging = server.pop("merge_tree")
    assert set(server) - logs <= list_names(store, "server_settings")
    assert set(merging) <= list_names(store, "merge_tree_settings")
    assert set(read_bounds("users")["profiles"]["default"]) <= list_names(store, "settings")


def test_the_bounds_of_clickhouse_fit_into_its_memory() -> None:
    server, query = read_bounds("server"), read_bounds("users")["profiles"]["default"]
    caches = sum(value for name, value in server.items() if name.endswith("_cache_size"))
    assert caches < 0.25 * 2**31
    assert query["max_memory_usage"] + caches < server["max_server_memory_usage_to_ram_ratio"] * 2**31
    entries = server["background_pool_size"] * server["background_merges_mutations_concurrency_ratio"]
    free = [value for name, value in server["merge_tree"].items() if name.startswith("number_of_free_entries")]
    assert max(free) < entries  # else the server refuses to start
    assert SERVICES["clickhouse"]["mem_limit"] == "2g"


def test_both_ways_give_clickhouse_the_same_files() -> None:
    mounted = dict(each.split(":")[:2] for each in SERVICES["clickhouse"]["volumes"] if each.startswith("./"))
    [generated] = KUSTOMIZATION["configMapGenerator"]
    assert [f"./deploy/{each}" for each in generated["files"]] == list(mounted)
    [clickhouse] = PODS["clickhouse"]["containers"]
    by_name = {each["subPath"]: each["mountPath"] for each in clickhouse["volumeMounts"] if "subPath" in each}
    assert by_name == {Path(source).name: target for source, target in mounted.items()}
    assert all((ROOT / source).is_file() for source in mounted)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_of_compose_has_bounds(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["pids_limit"]
    assert service["logging"] == {"driver": "local"}
    assert name == "migrate" or service["healthcheck"]


BLOCKED = """
import sys
sys.modules["chdb"] = sys.modules["chdb_core"] = None
import config.wsgi, config.platform, config.celery
from tracing.store import Store, StoreUnavailableError
try:
    Store("http://tacit@127.0.0.1:1/tacit").execute("SELECT 1")
except StoreUnavailableError:
    print("asked over HTTP")
"""


def test_the_image_needs_no_embedded_engine(tmp_path: Path) -> None:
    assert "--invert-match '^chdb'" in (ROOT / "Dockerfile").read_text()
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "TACIT_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], env=settings, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "asked over HTTP\n", done.stderr[-2000:]


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds manifests against the schemas that it carries; 22 MB, so in an environment of its own."""
    directory = tmp_path_factory.mktemp("validator")
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    subprocess.run([directory / "bin" / "pip", "install", "--quiet", VALIDATOR], check=True)
    return directory / "bin" / "kubernetes-validate"


@pytest.mark.slow
def test_manifests_have_the_shape_that_kubernetes_wants(validator: Path) -> None:
    paths = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    done = subprocess.run([validator, "--strict", *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout + done.stderr).count("passed for resource") == len(MANIFESTS)
