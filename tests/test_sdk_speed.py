"""What the SDK costs an app, with bounds so loose that a busy machine does not break them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import sdk

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "benchmarks.md"


@pytest.fixture(scope="module")
def figures() -> dict[str, sdk.Figure]:
    return sdk.measure("tacit", sys.executable, "http://127.0.0.1:1", "--calls", "200", "--rounds", "12")


@pytest.mark.parametrize(("kind", "bound"), [("function", 1.6), ("coroutine", 1.6), ("generator", 3.0)])
def test_an_observed_call_costs_little_more_than_a_bare_span(
    figures: dict[str, sdk.Figure], kind: str, bound: float
) -> None:
    assert figures[kind].bare > 0
    assert figures[kind].ratio < bound


def test_the_import_loads_nothing_that_few_apps_need() -> None:
    list_new = "print(json.dumps(sorted(set(sys.modules) - before)))"
    ask = f"{sdk.OPENTELEMETRY}; import json, sys; before = set(sys.modules); import tacit; {list_new}"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", ask], text=True)))
    assert "tacit.observation" in loaded
    assert (
        loaded & {"asyncio", "importlib.metadata", "hashlib", "requests", "urllib3", "tacit.masks", "tacit.testing"}
        == set()
    )


def test_the_import_takes_little_time() -> None:
    assert sdk.measure_import(repeats=5) < 60


def test_a_decorator_that_cannot_be_measured_is_told_with_its_reason() -> None:
    with pytest.raises(sdk.PeerError, match="nobody could not be measured"):
        sdk.measure("nobody", sys.executable, "http://127.0.0.1:1")


def test_the_document_names_the_versions_that_are_compared() -> None:
    for peer in sdk.PEERS:
        assert peer.requirements[0] in DOCUMENT.read_text()


def test_the_sink_takes_everything() -> None:
    with sdk.run_sink() as url:
        found = sdk.measure("tacit-export", sys.executable, url, "--calls", "20", "--rounds", "2")
    assert set(found) == {"function", "coroutine", "generator"}


def test_the_wheel_is_measured() -> None:
    size, tops, needs = sdk.measure_wheel()
    assert size > 10_000
    assert tops == ["tacit"]
    assert len(needs) == 3
