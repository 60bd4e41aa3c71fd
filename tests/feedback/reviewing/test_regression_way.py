"""The whole way: reviewers say what went wrong and write the better answer, the archive is taken by REST, and the next
release is asked by pytest in a process of its own."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from feedback.models import ReviewItem
from feedback.reviewing.submitting import Said, submit, take_back
from tests.feedback.review.regressions.endpoint import serve_model
from tests.feedback.reviewing.verified import ASKED, tell_verified
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db(transaction=True)
BETTER = {"vague": "Open Settings, then Security, and press Reset.", "plain": "It weighs 2.4 kg with its battery."}


@pytest.fixture
def items(project: Project, store: Store) -> dict[str, ReviewItem]:
    """Drawn and reviewed by nobody yet, by conversation."""
    tell_verified(Teller(project, store), said=False)
    return {item.conversation_id: item for item in ReviewItem.objects.all()}


def fetch(path: str, out: Path) -> None:
    response = Client(headers={"host": "localhost"}).get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
        archive.extractall(out)


def run(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_regressions.py"]
    environment = {"PATH": os.environ["PATH"], "OPENAI_BASE_URL": url, "MODEL": "next"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_what_reviewers_say_is_asked_of_the_next_release(
    store: Store, items: dict[str, ReviewItem], tmp_path: Path
) -> None:
    for name, item in items.items():
        submit(store, item, "anna", Said(["mode:1"], better_answer=BETTER.get(name, "")))
    fetch("regression-cases/archive", tmp_path)
    answers = dict(ASKED.values())
    with serve_model(lambda body: answers[body["messages"][-1]["content"]]) as url:
        same = run(tmp_path, url)
    assert "Refuses <b>needlessly: CAME BACK in 5 of 5 cases" in same.stdout
    answers[ASKED["vague"][0]] = "Go to Settings > Security and press Reset there."
    answers[ASKED["plain"][0]] = "2.4 kg, battery included."
    answers[ASKED["corrected"][0]] = "Canberra."
    answers[ASKED["refused-1"][0]] = answers[ASKED["refused-2"][0]] = "Here you are: there was a cat from Dublin."
    with serve_model(lambda body: answers[body["messages"][-1]["content"]]) as url:
        mended = run(tmp_path, url)
    assert (same.returncode, mended.returncode) == (1, 0), mended.stdout


def test_what_is_taken_back_is_no_case(store: Store, items: dict[str, ReviewItem], project: Project) -> None:
    for item in items.values():
        submit(store, item, "anna", Said(["mode:1"]))
    take_back(store, items["corrected"], "anna")
    told = Client(headers={"host": "localhost"}).get("/api/v1/failure-modes/1/regression-cases")
    assert (told.status_code, "at least 1 more" in told.json()["detail"]) == (409, True)
