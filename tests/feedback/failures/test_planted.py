"""Failures that were planted, through the whole platform: those are found, and where none were planted none is."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

import pytest

from benchmarks.failures_on_the_platform import plant_days, plant_in_slice, plant_nothing
from feedback.estimating import estimate_changed
from feedback.failures.deriving import derive_changed_failures
from feedback.failures.finding import find_modes
from feedback.failures.records import load_failing
from feedback.models import FailureMode
from feedback.satisfaction_fits import fit_project
from tests.conftest import Server
from tests.tracing.test_demo import ROOT
from tracing.store import Store

SLICES = {
    "abroad": {("service", "help-desk"), ("release", "2.2.1")},
    "returns": {("service", "help-desk"), ("release", "2.3.0")},
    "frames": {("service", "code-helper"), ("model", "gpt-x-nano")},
    "moved": {("service", "order-desk"), ("tool: change_address", "yes")},
}
"""By failure of the demo (so the ids of its conversations begin) where it comes up."""


@pytest.mark.slow
@pytest.mark.parametrize("plant", [plant_days, plant_nothing, plant_in_slice])
@pytest.mark.usefixtures("project")
def test_what_is_planted_is_found_and_nothing_else(store: Store, plant: object) -> None:
    assert all(plant(store, 3).right.values())  # type: ignore[operator]


def derive_all(server: Server) -> None:
    """All stages until they are done."""
    for _ in range(10):
        server.derive()
    while estimate_changed(server.store) or derive_changed_failures(server.store):
        pass


@pytest.mark.slow
def test_the_demos_failures_are_modes_with_their_slices(server: Server) -> None:
    command = [sys.executable, "-m", "tracing.demo.replay", "--endpoint", server.url]
    environment = {name: value for name, value in os.environ.items() if name != "TACIT_DEMO_KEY"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    derive_all(server)
    fit_project(server.store, server.project.pk)
    server.forget_watermarks()
    derive_all(server)
    find_modes(server.store, server.project.pk, datetime.now(UTC))
    members: dict[int, Counter[str]] = {}
    for row in load_failing(server.store, server.project.pk):
        members.setdefault(row.mode, Counter())[row.conversation_id.rpartition("-")[0]] += 1
    found = {}
    for mode in FailureMode.objects.filter(project=server.project):
        name, count = members[mode.number].most_common(1)[0]
        if name in SLICES:
            assert count >= 15
            assert name not in found
            found[name] = {(each["name"], each["value"]) for each in mode.description["slices"]}
    assert {name: told & SLICES[name] for name, told in found.items()} == SLICES
