from datetime import timedelta

import pytest
from pytest_django import Settings

from drift.delivering.targets import (
    SettingsLost,
    TargetProblems,
    delete_target,
    find_target,
    list_targets,
    open_settings,
    save_target,
)
from drift.models import AlertTarget
from tests.drift.channels.conftest import SECRET
from tests.drift.delivering.conftest import NOW
from tracing.models import DEMO_PROJECT, Project

URL = "https://hooks.example.com/very/secret/path"
WEBHOOK = {"url": URL, "secret": SECRET}


@pytest.fixture
def target(owner: Project) -> AlertTarget:
    return save_target(owner, " Ops ", "webhook", WEBHOOK, "anna", now=NOW)


def find_problems(project: Project, *filled: object, **given: AlertTarget) -> dict[str, str]:
    with pytest.raises(TargetProblems) as problems:
        save_target(project, *filled, "anna", **given)  # type: ignore[arg-type]
    return problems.value.problems


def test_what_was_filled_in_comes_back_and_stands_nowhere_in_the_database(owner: Project, target: AlertTarget) -> None:
    assert open_settings(target) == WEBHOOK
    row = AlertTarget.objects.filter(pk=target.pk).values().get()
    kept = " ".join(str(bytes(value) if isinstance(value, memoryview) else value) for value in row.values())
    assert "secret" not in kept
    assert SECRET not in kept
    assert (row["name"], row["where"], row["created_by"]) == ("Ops", "hooks.example.com", "anna")
    assert list_targets(owner) == [target]


def test_under_another_secret_key_settings_are_lost_in_words(target: AlertTarget, settings: Settings) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(SettingsLost, match="fill them in again"):
        open_settings(target)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert open_settings(target) == WEBHOOK


def test_lost_settings_are_filled_in_again(owner: Project, target: AlertTarget, settings: Settings) -> None:
    settings.SECRET_KEY = "another"
    assert find_problems(owner, "Ops", "webhook", {"url": URL}, target=target) == {
        "settings.secret": "Secret: fill this in."
    }
    save_target(owner, "Ops", "webhook", WEBHOOK, "anna", target=target)
    assert open_settings(target) == WEBHOOK


def test_a_changed_archive_does_not_open(target: AlertTarget) -> None:
    target.sealed = bytes(target.sealed)[:-4] + b"AAA="
    with pytest.raises(SettingsLost):
        open_settings(target)


def test_a_secret_that_is_left_empty_stays(owner: Project, target: AlertTarget) -> None:
    save_target(owner, "Other", "webhook", {"url": "", "secret": ""}, "anna", target=target, now=NOW)
    assert open_settings(target, NOW) == WEBHOOK
    assert find_target(owner, target.pk).name == "Other"  # type: ignore[union-attr]


def test_what_is_no_secret_can_be_emptied_by_mistake_but_not_kept(owner: Project) -> None:
    target = save_target(owner, "Mail", "email", {"to": "anna@example.com"}, "anna")
    assert find_problems(owner, "Mail", "email", {"to": ""}, target=target) == {"settings.to": "To: fill this in."}


def test_for_a_day_the_secret_before_the_last_signs_too(owner: Project, target: AlertTarget) -> None:
    new = SECRET[::-1]
    save_target(owner, "Ops", "webhook", {"url": "", "secret": new}, "anna", target=target, now=NOW)
    assert open_settings(target, NOW + timedelta(hours=23)) == {"url": URL, "secret": new, "old_secret": SECRET}
    save_target(owner, "Renamed", "webhook", {}, "anna", target=target, now=NOW + timedelta(hours=1))
    assert open_settings(target, NOW + timedelta(hours=23))["old_secret"] == SECRET
    assert open_settings(target, NOW + timedelta(hours=24)) == {"url": URL, "secret": new}


def test_another_channel_keeps_nothing(owner: Project, target: AlertTarget) -> None:
    assert find_problems(owner, "Ops", "slack", {}, target=target).keys() == {"settings.url"}
    save_target(owner, "Ops", "email", {"to": "anna@example.com"}, "anna", target=target)
    assert open_settings(target) == {"to": "anna@example.com"}


@pytest.mark.parametrize(
    ("name", "channel", "filled", "field"),
    [
        ("", "webhook", WEBHOOK, "name"),
        ("n" * 101, "webhook", WEBHOOK, "name"),
        ("a\u202eb", "webhook", WEBHOOK, "name"),
        ("New", "pigeon", {}, "channel"),
        ("New", "webhook", {**WEBHOOK, "old_secret": "x"}, "settings"),
        ("New", "webhook", {"url": "ftp://example.com", "secret": SECRET}, "settings.url"),
        ("New", "webhook", {"url": URL, "secret": "short"}, "settings.secret"),
        ("New", "webhook", {"url": URL, "secret": "\ud800" * 20}, "settings.secret"),
        ("New", "slack", {"url": "http://hooks.slack.com/x"}, "settings.url"),
        ("New", "email", {"to": "nobody"}, "settings.to"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    owner: Project, name: str, channel: str, filled: dict[str, str], field: str
) -> None:
    problems = find_problems(owner, name, channel, filled)
    assert list(problems) == [field]
    assert not AlertTarget.objects.exists()


def test_a_name_stands_once_in_a_project(owner: Project, target: AlertTarget) -> None:
    assert find_problems(owner, "Ops", "webhook", WEBHOOK).keys() == {"name"}
    save_target(Project.objects.create(slug="other", name="Other"), "Ops", "webhook", WEBHOOK, "anna")


def test_the_demo_has_none(db: None) -> None:
    demo = Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    assert "demo" in find_problems(demo, "Ops", "webhook", WEBHOOK)["name"]


def test_targets_are_found_in_their_project_only(owner: Project, target: AlertTarget) -> None:
    other = Project.objects.create(slug="other", name="Other")
    assert find_target(other, target.pk) is None
    assert list_targets(other) == []
    delete_target(target)
    assert list_targets(owner) == []
