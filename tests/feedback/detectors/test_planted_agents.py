"""Failures planted in agents of recorded frameworks are found, and clean tasks that look alike are not blamed."""

import pytest

from benchmarks.agents import MEASURED, SETS, Figures, measure
from feedback.agent_tasks import list_agent_tasks
from tests.feedback.detectors.planted_agents import (
    EVERY_RECORDING,
    KINDS,
    RECORDINGS,
    Recorded,
    load_recorded,
    load_talks,
    plant_all,
)
from tracing.store import Store

LEAST_FOUND = {
    "seen": dict.fromkeys(KINDS, 0.98),
    "held out": {"tool_failure": 0.85, "tool_misuse": 1.0, "agent_loop": 1.0, "false_success": 0.75},
}
MOST_BLAMED = {"seen": 0.005, "held out": 0.03}


@pytest.fixture(scope="module")
def recorded(migrated_store: Store) -> list[Recorded]:
    return [each for name in RECORDINGS if (each := load_recorded(migrated_store, name))]


def share_found(figures: Figures, kind: str) -> float:
    planted = sum(count for (of, _), count in figures.planted.items() if of == kind)
    return sum(count for (of, _), count in figures.found.items() if of == kind) / planted


def test_there_are_tasks_of_many_frameworks(recorded: list[Recorded]) -> None:
    assert len(recorded) > 30
    for texts in SETS.values():
        tasks = plant_all(recorded, *texts)
        assert sum(bool(task.kind) for task in tasks) >= 200
        assert sum(not task.kind for task in tasks) >= 200


def test_recordings_as_they_are_have_tasks_and_nothing_to_blame(migrated_store: Store) -> None:
    talks = [talk for name in EVERY_RECORDING for talk in load_talks(migrated_store, name)]
    tasks = [task for talk in talks for task in list_agent_tasks(talk)]
    assert len(tasks) >= 90
    assert [task for task in tasks if task.failed or any(tool.uses > 1 for tool in task.tools)] == []
    assert [signal for talk in talks for detector in MEASURED.values() for signal in detector.detect(talk)] == []


@pytest.mark.parametrize("name", SETS)
def test_what_was_planted_is_found_and_what_is_clean_is_not_blamed(recorded: list[Recorded], name: str) -> None:
    figures = measure(plant_all(recorded, *SETS[name]))
    for kind in KINDS:
        assert share_found(figures, kind) >= LEAST_FOUND[name][kind], (kind, figures.faults[:5])
        assert figures.blamed[kind] / figures.silent[kind] <= MOST_BLAMED[name], (kind, figures.faults[:5])
