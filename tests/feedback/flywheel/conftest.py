"""A project with liked answers, no two alike, and a directory of its own for what is built of them."""

import random
from pathlib import Path

import pytest
from pytest_django import Settings

from feedback.datasets.definition import Definition
from feedback.flywheel import lists
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@pytest.fixture(autouse=True)
def _one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may commit while tests run, and what another Tacit collected is collected anew."""
    monkeypatch.setattr(lists, "find_commit", lambda: "0" * 40)


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    """Where versions of datasets lie."""
    settings.DATASETS_DIR = tmp_path / "datasets"
    return tmp_path / "datasets"


def make_definition(**changes: object) -> Definition:
    return Definition(**{"format": "trl-kto", **changes})  # type: ignore[arg-type]


def write_words(seed: str, count: int) -> str:
    """So many words that nobody knows, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    return " ".join("".join(chance.choices(LETTERS, k=chance.randint(3, 9))) for _ in range(count))


def tell_liked(teller: Teller, count: int = 30) -> None:
    """Conversations c-0, c-1, … of users u-0, u-1, … with one thumb each, every third of them down."""
    with teller.together():
        for number in range(count):
            name = f"c-{number}"
            turns = ((f"What is {write_words(f'q{number}', 8)}?", f"It is {write_words(f'a{number}', 20)}."),)
            thumb = teller.thumb(name, 0, "up" if number % 3 else "down")
            teller.tell(name, turns, user_id=f"u-{number}", age_hours=count - number, feedback=[thumb])
