"""Versions are built in the background: looked at first or not, cut off anywhere, stopped, deleted, on a full disk."""

import errno
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from feedback.flywheel import reading, running, versions
from feedback.flywheel.datasets import create_dataset, delete_dataset
from feedback.flywheel.places import find_directory, find_work
from feedback.flywheel.running import build_all, hold_datasets, start_building, tidy
from feedback.models import Dataset, DatasetVersion
from tests.feedback.flywheel.conftest import make_definition, tell_liked
from tests.pages.conftest import Teller
from tracing.stages import STOPPING

State = DatasetVersion.State


@pytest.fixture
def dataset(teller: Teller) -> Dataset:
    tell_liked(teller)
    return create_dataset(teller.project, "liked", make_definition(), "anna")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_SIZE", 4)


def read_files(version: DatasetVersion) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in versions.list_files(version).items()}


def build(teller: Teller, version: DatasetVersion) -> DatasetVersion:
    build_all(teller.store)
    return versions.refresh(version)


def test_a_version_is_looked_at_before_it_is_written(teller: Teller, dataset: Dataset) -> None:
    version = build(teller, versions.start_version(dataset, "anna", goes_on=False))
    assert (version.state, version.number, version.problem) == (State.INSPECTED, 1, "")
    assert (version.done, version.total) == (version.total, version.done)
    assert version.inspection is not None
    [part] = version.inspection["parts"]
    assert part["rows"]["train"] + part["rows"]["validation"] == 30
    assert versions.list_files(version) == {}

    version = build(teller, versions.let_build(version, "bo"))
    assert version.state == State.BUILT
    assert version.manifest is not None
    assert version.manifest["rows"] == 30
    assert version.manifest["dataset"] == {"number": 1, "name": "liked"}
    assert {"train.jsonl", "validation.jsonl", "manifest.json", "provenance.jsonl"} == set(read_files(version))
    assert json.loads(read_files(version)["manifest.json"]) == version.manifest
    assert not find_work(version).exists()
    rows = versions.read_rows(version, "train", "", 2, 3)
    assert rows == [json.loads(line) for line in read_files(version)["train.jsonl"].splitlines()[2:5]]


def test_one_that_goes_on_is_written_at_once(teller: Teller, dataset: Dataset) -> None:
    version = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    assert (version.state, version.manifest["rows"]) == (State.BUILT, 30)  # type: ignore[index]


def test_the_same_conversations_give_the_same_bytes(teller: Teller) -> None:
    tell_liked(teller)
    both = [versions.start_export(teller.project, make_definition(), who) for who in ("anna", "bo")]
    build_all(teller.store)
    first, second = (read_files(versions.refresh(each)) for each in both)
    assert first == second
    assert len(first) == 4


class Killed(BaseException):
    """As if the process were gone: nothing that catches exceptions catches it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, times: int) -> None:
    """End at the call of that number."""
    calls, real = [0], getattr(place, name)

    def die(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == times:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(place, name, die)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("choose_conversations", 1),
        ("keep_list", 1),
        ("read_batch", 1),
        ("collect_chunk", 5),
        ("settle_work", 1),
        ("inspect", 1),
        ("write_version", 1),
        ("list_subjects", 1),
        ("remove_tree", 2),
    ],
)
def test_cut_off_anywhere_it_ends_with_the_same_bytes(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, name: str, times: int
) -> None:
    expected = read_files(build(teller, versions.start_export(teller.project, make_definition(), "anna")))
    version = versions.start_export(teller.project, make_definition(), "anna")
    with monkeypatch.context() as patch:
        kill_at(patch, running, name, times)
        with pytest.raises(Killed):
            build_all(teller.store)
    late = versions.refresh(version).created_at + timedelta(hours=1)
    teller.now_ns = int(late.timestamp()) * 10**9
    teller.tell("late", feedback=[teller.thumb("late", 0, "up")])  # what comes in meanwhile changes nothing once listed
    version = build(teller, version)
    assert version.state == State.BUILT
    if name not in ("choose_conversations", "keep_list"):
        assert read_files(version) == expected


@pytest.mark.usefixtures("small_batches")
def test_what_was_collected_is_not_read_again(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions.start_version(dataset, "anna", goes_on=True)
    with monkeypatch.context() as patch:
        kill_at(patch, running, "collect_chunk", 6)
        with pytest.raises(Killed):
            build_all(teller.store)
    read: list[list[str]] = []
    real = running.read_batch
    monkeypatch.setattr(
        running, "read_batch", lambda store, project_id, ids: read.append(ids) or real(store, project_id, ids)
    )
    build_all(teller.store)
    assert [len(ids) for ids in read] == [4, 4, 2]


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("act", [versions.stop_version, versions.delete_version])
def test_it_is_stopped_and_deleted_while_it_runs(
    teller: Teller,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[DatasetVersion], Any],
    directory: Path,
) -> None:
    version = versions.start_version(dataset, "anna", goes_on=True)
    real = running.collect_chunk

    def act_at_the_third(work: Path, number: int, *rest: Any) -> Any:
        if number == 2:
            act(DatasetVersion.objects.get(pk=version.pk))
        return real(work, number, *rest)

    monkeypatch.setattr(running, "collect_chunk", act_at_the_third)
    build_all(teller.store)
    states = list(DatasetVersion.objects.filter(pk=version.pk).values_list("state", flat=True))
    assert states == ([State.STOPPED] if act is versions.stop_version else [])
    assert not (directory / version.key).exists()


def test_a_full_disk_loses_nothing(teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    version = versions.start_version(dataset, "anna", goes_on=True)
    with monkeypatch.context() as patch:
        patch.setattr(running, "write_version", fill)
        version = build(teller, version)
    assert version.state == State.FAILED
    assert "disk is full" in version.problem
    assert find_work(version).is_dir()
    with pytest.raises(ValueError, match="nothing to stop"):
        versions.stop_version(build(teller, versions.let_build(version, "anna")))
    assert versions.refresh(version).state == State.BUILT
    assert version.problem == ""


def test_what_nobody_foresaw_is_told_without_texts(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_args: Any) -> None:
        raise LookupError("a secret of c-1")

    monkeypatch.setattr(running, "settle_work", stumble)
    version = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    assert version.state == State.FAILED
    assert "LookupError" in version.problem
    assert "secret" not in version.problem


def test_a_process_that_ends_leaves_it_to_the_next(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = versions.start_version(dataset, "anna", goes_on=True)
    real = running.settle_work

    def settle_late(*args: Any) -> Any:
        STOPPING.set()
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(running, "settle_work", settle_late)
        try:
            assert build(teller, version).state == State.COLLECTING
        finally:
            STOPPING.clear()
    assert build(teller, version).state == State.BUILT


def test_what_fails_as_the_process_ends_is_no_failure(
    teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_args: Any) -> None:
        STOPPING.set()
        raise ValueError("the store is closed")

    version = versions.start_version(dataset, "anna", goes_on=True)
    monkeypatch.setattr(running, "read_batch", stumble)
    try:
        assert build(teller, version).state == State.COLLECTING
    finally:
        STOPPING.clear()


def test_exports_are_so_many_at_once(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST_EXPORTS", 2)
    made = [versions.start_export(teller.project, make_definition(), "anna") for _ in range(2)]
    with pytest.raises(ValueError, match="being made"):
        versions.start_export(teller.project, make_definition(), "anna")
    versions.delete_version(made[0])
    versions.start_export(teller.project, make_definition(), "anna")


def test_one_process_builds_at_a_time(teller: Teller, dataset: Dataset) -> None:
    versions.start_version(dataset, "anna", goes_on=True)
    with hold_datasets() as held, hold_datasets() as held_too:
        assert (held, held_too) == (True, False)


def test_the_thread_takes_what_waits(teller: Teller, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_thread", None)
    version = versions.start_version(dataset, "anna", goes_on=True)
    start_building()
    assert running._thread is not None
    running._thread.join(60)
    assert versions.refresh(version).state == State.BUILT


def test_a_dataset_makes_one_version_at_a_time(dataset: Dataset) -> None:
    versions.start_version(dataset, "anna", goes_on=False)
    with pytest.raises(ValueError, match="is being made"):
        versions.start_version(dataset, "anna", goes_on=False)


def test_a_version_names_the_one_before_it(teller: Teller, dataset: Dataset) -> None:
    first, second = (build(teller, versions.start_version(dataset, "anna", goes_on=True)) for _ in range(2))
    assert first.manifest is not None
    assert second.manifest is not None
    assert (first.manifest["parent"], second.manifest["parent"]) == (None, first.manifest["id"])
    assert (first.manifest["version"], second.manifest["version"]) == (1, 2)


def test_files_go_with_their_dataset_and_its_project(teller: Teller, dataset: Dataset, directory: Path) -> None:
    other = create_dataset(teller.project, "other", make_definition(), "anna")
    for each in (dataset, other):
        build(teller, versions.start_version(each, "anna", goes_on=True))
    delete_dataset(other)
    assert [each.name for each in directory.iterdir() if each.is_dir()] == [dataset.versions.get().key]
    teller.project.delete()
    assert not [each for each in directory.iterdir() if each.is_dir()]


def test_what_nobody_needs_is_tidied_away(
    teller: Teller, dataset: Dataset, directory: Path, settings: Settings
) -> None:
    export = build(teller, versions.start_export(teller.project, make_definition(), "anna"))
    looked_at = build(teller, versions.start_version(dataset, "anna", goes_on=False))
    built = build(teller, versions.start_version(dataset, "anna", goes_on=True))
    (directory / ("0" * 32)).mkdir()
    now = datetime.now(UTC)
    tidy(now)
    assert {each.name for each in directory.iterdir() if each.is_dir()} == {export.key, looked_at.key, built.key}
    tidy(now + timedelta(days=settings.EXPORT_DAYS, minutes=1))
    assert {each.name for each in directory.iterdir() if each.is_dir()} == {built.key}
    assert not DatasetVersion.objects.filter(pk=export.pk).exists()
    assert versions.refresh(looked_at).state == State.STOPPED
    assert "within 7 days" in looked_at.problem
    assert find_directory(built).is_dir()
