"""Whoever is forgotten is in no later build, and what held them is gone, whatever it was doing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers

from feedback import models
from feedback.flywheel import running, versions
from feedback.flywheel.datasets import change_dataset, create_dataset
from feedback.flywheel.exporting import build_export
from feedback.flywheel.forgetting import count_affected, count_forgotten, forget, load_forgotten
from feedback.flywheel.running import build_all
from feedback.models import Dataset, DatasetVersion
from tests.feedback.flywheel.conftest import make_definition, tell_liked
from tests.pages.conftest import Teller
from tracing.models import Project

State = DatasetVersion.State
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def dataset(teller: Teller) -> Dataset:
    tell_liked(teller)
    return create_dataset(teller.project, "liked", make_definition(), "anna")


def build(teller: Teller, version: DatasetVersion) -> DatasetVersion:
    build_all(teller.store)
    return versions.refresh(version)


def read_everything(directory: Path) -> str:
    """The bytes of all files and of all of Django's rows of these models."""
    files = [path.read_text("utf-8") for path in directory.rglob("*") if path.is_file()]
    names = (models.Dataset, models.DatasetVersion, models.ForgottenSubject, models.EvaluationSet)
    return "\n".join([*files, *(serializers.serialize("json", each.objects.all()) for each in names)])


def list_users(version: DatasetVersion) -> set[str]:
    lines = versions.list_files(version)["provenance.jsonl"].read_text("utf-8").splitlines()
    return {json.loads(line)["conversation_id"].replace("c-", "u-") for line in lines}


def test_a_version_that_holds_them_is_withdrawn_and_names_nobody(
    teller: Teller, dataset: Dataset, directory: Path
) -> None:
    change_dataset(dataset, description="Not of u-7, nor of u-77.", definition=make_definition(filter="-user:u-7x"))
    version = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    assert "u-7" in list_users(version)
    assert count_affected(teller.project, user_id="u-7") == 1
    assert "c-7" in read_everything(directory)

    assert forget(teller.project, user_id="u-7", who="bo", now=NOW) == 1
    version = versions.refresh(version)
    assert (version.state, version.withdrawn_at) == (State.WITHDRAWN, NOW)
    assert not (directory / version.key).exists()
    assert version.manifest is not None
    assert (version.manifest["rows"], version.manifest["dataset"]["name"]) == (30, "liked")
    told = read_everything(directory)
    assert "c-7" not in told
    assert '"u-7"' not in told
    dataset.refresh_from_db()
    assert dataset.description == "Not of forgotten, nor of u-77."
    assert dataset.definition["filter"] == "-user:u-7x"


def test_later_builds_and_exports_leave_them_out_and_count_it(teller: Teller, dataset: Dataset) -> None:
    assert forget(teller.project, user_id="u-7", who="bo", now=NOW) == 0
    forget(teller.project, conversation_id="c-8", who="bo", now=NOW)
    version = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    assert list_users(version) == {f"u-{number}" for number in range(30)} - {"u-7", "u-8"}
    assert version.manifest is not None
    assert version.manifest["funnel"]["gate"]["dropped"] == {"forgotten": 2}
    with build_export(teller.project, make_definition()) as built:
        assert built.manifest["rows"] == 28
        assert built.manifest["erasure"]["forgotten"] == 2


def test_done_again_it_changes_nothing(teller: Teller, dataset: Dataset) -> None:
    for _ in range(2):
        forget(teller.project, user_id="u-7", conversation_id="c-7", who="bo", now=NOW)
    assert count_forgotten(teller.project) == 2


def test_versions_that_do_not_hold_them_stay(teller: Teller, dataset: Dataset) -> None:
    version = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    assert forget(teller.project, user_id="somebody else", who="bo", now=NOW) == 0
    assert versions.refresh(version).state == State.BUILT


def test_what_was_looked_at_begins_anew_without_them(teller: Teller, dataset: Dataset, directory: Path) -> None:
    version = build(teller, versions.start_version(dataset, "anna", goes_on=False))
    assert version.state == State.INSPECTED
    assert forget(teller.project, user_id="u-7", who="bo", now=NOW) == 0
    assert "c-7" not in read_everything(directory)
    assert versions.refresh(version).state == State.COLLECTING
    version = build(teller, version)
    assert version.state == State.INSPECTED
    version = build(teller, versions.let_build(version, "anna"))
    assert "u-7" not in list_users(version)


@pytest.mark.parametrize("name", ["collect_chunk", "settle_work", "inspect", "write_version", "list_subjects"])
def test_a_build_that_is_under_way_begins_anew(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, name: str, directory: Path
) -> None:
    version = versions.start_version(dataset, "anna", goes_on=True)
    real, calls = getattr(running, name), []

    def forget_first(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        if len(calls) == 1:
            forget(teller.project, user_id="u-7", who="bo", now=NOW)
        return real(*args, **kwargs)

    monkeypatch.setattr(running, name, forget_first)
    version = build(teller, version)
    assert (version.state, version.problem) == (State.BUILT, "")
    assert len(calls) == 2
    assert list_users(version) == {f"u-{number}" for number in range(30)} - {"u-7"}
    assert "c-7" not in read_everything(directory).replace("c-7x", "")


def test_a_failed_one_keeps_nothing_of_them(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    version = versions.start_version(dataset, "anna", goes_on=True)
    with monkeypatch.context() as patch:
        patch.setattr(running, "write_version", lambda *_: 1 / 0)
        assert build(teller, version).state == State.FAILED
    forget(teller.project, user_id="u-7", who="bo", now=NOW)
    assert "c-7" not in read_everything(directory)
    version = build(teller, versions.let_build(versions.refresh(version), "anna"))
    assert "u-7" not in list_users(version)


def test_nobody_is_not_forgotten(project: Project) -> None:
    with pytest.raises(ValueError, match="Name the user"):
        forget(project, who="bo", now=NOW)
    assert not load_forgotten(project.pk)("", "")


def test_projects_forget_for_themselves(teller: Teller, dataset: Dataset) -> None:
    other = Project.objects.create(slug="other", name="Other")
    forget(other, user_id="u-7", who="bo", now=NOW)
    forget(other, user_id="u-8", who="bo", now=NOW)
    assert load_forgotten(other.pk)("u-7", "")
    assert not load_forgotten(teller.project.pk)("u-7", "")
    version = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    assert "u-7" in list_users(version)
