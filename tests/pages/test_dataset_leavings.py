"""What datasets leave out on purpose: texts of evaluation sets, and whoever is to be forgotten."""

import io
import json
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.datasets.definition import Definition
from feedback.flywheel.datasets import create_dataset
from feedback.flywheel.evaluation_sets import load_grams
from feedback.flywheel.running import build_all
from feedback.flywheel.versions import start_version
from feedback.models import DatasetVersion, EvaluationSet, ForgottenSubject
from tests.feedback.flywheel.conftest import tell_liked, write_words
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project

Open = Callable[[str], Page]


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    settings.DATASETS_DIR = tmp_path / "datasets"
    return tmp_path / "datasets"


def post(path: str, fields: dict[str, object]) -> str:
    client = Client(headers={"host": "localhost"})
    return unescape(read(client.post(f"/p/default/datasets/{path}", fields, follow=True)))


def test_a_set_is_pasted_or_given_as_a_file_and_its_texts_are_not_kept(teller: Teller, open_page: Open) -> None:
    assert "There is none yet" in open_page("datasets/evaluation-sets").text
    text = write_words("release", 20)
    assert "<b>Release</b> is kept" in post("evaluation-sets/add", {"name": "<b>Release</b>", "texts": f"{text}\n"})
    file = io.BytesIO(json.dumps([{"question": text, "ideal": text}]).encode())
    file.name = "release.json"
    told = post("evaluation-sets/add", {"name": "From a file", "file": file})
    assert "From a file is kept" in told
    assert load_grams(teller.project.pk, [1]) <= load_grams(teller.project.pk, [2])
    page = open_page("datasets/evaluation-sets")
    assert "<b>Release" not in page.html
    assert "From a file 2" in page.text
    assert text.split()[5] not in page.text
    assert "From a file 2 texts" in open_page("datasets/new/form?format=trl-sft").text


def test_a_set_that_cannot_be_kept_says_why_and_what_was_typed_stays(teller: Teller, open_page: Open) -> None:
    told = post("evaluation-sets/add", {"name": "Empty", "texts": " \n "})
    assert "An evaluation set has 1 to 200,000 texts; there are 0." in told
    told = post("evaluation-sets/add", {"name": "", "texts": "kept as it was typed"})
    assert "A name has 1 to 200 characters." in told
    assert "kept as it was typed" in told
    assert not EvaluationSet.objects.exists()


def test_a_set_is_deleted_unless_a_dataset_names_it(teller: Teller, open_page: Open) -> None:
    post("evaluation-sets/add", {"name": "Release", "texts": write_words("release", 20)})
    dataset = create_dataset(teller.project, "Praised", Definition("trl-sft", evaluation_sets=(1,)), "")
    assert "The dataset 'Praised' is built against it" in post("evaluation-sets/1/delete", {})
    dataset.delete()
    assert "Release is deleted." in post("evaluation-sets/1/delete", {})
    assert not EvaluationSet.objects.exists()
    assert open_page("datasets/evaluation-sets/1/delete").status == 405


def test_to_forget_says_first_what_happens_and_then_does_it(teller: Teller, open_page: Open, directory: Path) -> None:
    tell_liked(teller, 6)
    dataset = create_dataset(teller.project, "Judged", Definition("trl-kto"), "")
    start_version(dataset, "", goes_on=True)
    build_all(teller.store)
    told = " ".join(post("forgetting/ask", {"user_id": "u-3"}).split())
    assert "1 version that was built holds something of theirs:" in told
    assert not ForgottenSubject.objects.exists()
    told = post("forgetting/forget", {"user_id": "u-3"})
    assert "no later version holds anything of theirs. 1 version was withdrawn." in told
    assert DatasetVersion.objects.get().state == "withdrawn"
    page = open_page("datasets/1/versions/1")
    assert "Withdrawn" in page.text
    assert "u-3" not in page.html
    assert "c-3" not in page.html
    assert not list(directory.rglob("*.jsonl"))
    [entry] = AuditEntry.objects.filter(action="forget_subject")
    assert "u-3" not in json.dumps(entry.details)
    assert "1 user or conversation is forgotten" in open_page("datasets/forgetting").text


def test_nobody_is_forgotten_without_a_name(teller: Teller) -> None:
    assert "Name the user or the conversation" in post("forgetting/ask", {"user_id": " "})
    assert "Name the user or the conversation" in post("forgetting/forget", {})


def test_only_who_administers_forgets(project: Project, quick_passwords: None) -> None:
    make_user("ed@example.org", project, Role.EDITOR)
    client = log_in("ed@example.org")
    assert client.get("/p/default/datasets/forgetting").status_code == 403
    assert client.post("/p/default/datasets/forgetting/forget", {"user_id": "u"}).status_code == 403
    assert "Forget a user" not in read(client.get("/p/default/datasets"))
    assert not ForgottenSubject.objects.exists()
