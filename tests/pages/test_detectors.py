"""The page of detectors: what it tells, and what an editor changes with it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from feedback.detector_list import list_detectors
from feedback.detectors import DETECTORS
from feedback.models import Listening
from feedback.pages.detector_groups import GROUPS, group_detectors
from feedback.tunings import load_tuning
from tests.pages.conftest import Page, Teller
from tracing.models import AuditEntry, Project
from tracing.store import Store

ADDRESS = "/p/default/settings/detectors"


@pytest.fixture
def form(project: Project) -> dict[str, str]:
    """The form as the page gives it: all on, no threshold."""
    return {f"on:{each.kind}": "on" for each in DETECTORS} | {f"threshold:{each.kind}": "" for each in DETECTORS}


def test_every_detector_is_there_with_what_it_heard(teller: Teller, open_page: Callable[[str], Page]) -> None:
    teller.tell("a", [("How do I reset it?", "Hold it."), ("This is awful, I hate it!", "Sorry.")])
    page = open_page(ADDRESS)
    for each in DETECTORS:
        assert each.title in page.text
        assert f'name="threshold:{each.kind}"' in page.html
    listed = json.loads(Client(headers={"host": "localhost"}).get("/api/v1/detectors").content)
    (tone,) = [each for each in listed["items"] if each["kind"] == "sentiment"]
    assert (tone["signals"], tone["fired"], tone["is_on"], tone["threshold"]) == (1, 1, True, None)
    assert listed["expectation"] == {"slow_ms": None, "long_is": "neutral", "thresholds_follow": False}


def test_what_is_unticked_is_off_and_a_threshold_holds(store: Store, project: Project, form: dict[str, str]) -> None:
    del form["on:sentiment"]
    form["threshold:rephrase"] = "0,8"
    assert Client(headers={"host": "localhost"}).post(f"{ADDRESS}/change", form).status_code == 302
    tuning = load_tuning(project.pk)
    assert (tuning.off, tuning.thresholds) == (frozenset({"sentiment"}), {"rephrase": 0.8})
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("change_detectors", "rephrase, sentiment")
    assert entry.details == {"rephrase": "on -> on, fires from 0.8", "sentiment": "on -> off"}


@pytest.mark.parametrize("typed", ["x", "1.1", "-0.1", "nan", "inf"])
def test_a_threshold_that_is_none_is_told_and_changes_nothing(
    typed: str, store: Store, project: Project, form: dict[str, str]
) -> None:
    del form["on:sentiment"]
    answer = Client(headers={"host": "localhost"}).post(f"{ADDRESS}/change", form | {"threshold:slow": typed})
    assert answer.status_code == 422
    assert "a number from 0 to 1" in answer.content.decode()
    assert load_tuning(project.pk).off == frozenset()


@pytest.mark.parametrize(
    ("typed", "status", "slow_ms"), [("2.5", 302, 2500), ("", 302, None), ("0", 422, None), ("1e9", 422, None)]
)
def test_slow_is_a_number_of_seconds(
    typed: str, status: int, slow_ms: int | None, store: Store, project: Project
) -> None:
    answer = Client(headers={"host": "localhost"}).post(f"{ADDRESS}/expect", {"slow_seconds": typed, "long_is": "bad"})
    assert answer.status_code == status
    tuning = load_tuning(project.pk)
    assert (tuning.slow_ms, tuning.long_is) == (slow_ms, "bad" if status == 302 else "neutral")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("detectors/slow", {"threshold": 0.5}, 200),
        ("detectors/slow", {"threshold": 2}, 422),
        ("detectors/slow", {"is_on": "no"}, 422),
        ("detectors/nothing", {"is_on": False}, 404),
        ("expectation", {"slow_ms": 3000.0, "long_is": "good"}, 200),
        ("expectation", {"long_is": "great"}, 422),
    ],
)
def test_rest_changes_the_same(path: str, body: dict[str, Any], status: int, store: Store, project: Project) -> None:
    answer = Client(headers={"host": "localhost"}).put(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == status
    tuning = load_tuning(project.pk)
    if path == "detectors/slow":
        assert tuning.thresholds == ({"slow": 0.5} if status == 200 else {})
    if path == "expectation":
        assert (tuning.slow_ms, tuning.long_is) == ((3000, "good") if status == 200 else (None, "neutral"))


def test_every_detector_stands_in_one_group() -> None:
    grouped = [kind for group in GROUPS for kind in group.kinds]
    assert len(grouped) == len(set(grouped))
    assert {each.kind for each in DETECTORS} <= set(grouped)  # else it stands among "Others": give it a group


def test_a_detector_without_a_group_is_shown_all_the_same(teller: Teller) -> None:
    new = replace(list_detectors(teller.store, teller.project.pk)[0], kind="new")
    [group] = group_detectors([new])
    assert (group.title, group.detectors) == ("Others", (new,))


def test_how_far_listening_again_has_come_is_shown(teller: Teller, open_page: Callable[[str], Page]) -> None:
    for name in ("a", "b", "c", "d"):
        teller.tell(name)
    assert "<progress" not in open_page(ADDRESS).html
    Listening.objects.create(project=teller.project, basis="new", since=timezone.now(), waiting=3)
    page = open_page(ADDRESS)
    assert "3 of 4 conversations are still to be listened to again" in page.text
    assert '<progress max="4" value="1"' in page.html
