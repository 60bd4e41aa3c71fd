"""The sections of what reviews changed that tell of estimates and of datasets, on the page and by REST."""

import json
import time
from collections.abc import Callable

import pytest
from django.test import Client

from feedback.detectors.verdict import Verdict
from feedback.records import Hearing, write_hearings
from feedback.satisfaction_fits import fit_project, forget_fits
from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]
ADDRESS = "/p/default/review/effects"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_fits()


def read_effects() -> dict[str, dict[str, object]]:
    client = Client(headers={"host": "localhost"})
    return json.loads(client.get("/api/v1/review-effects").content)  # type: ignore[no-any-return]


def settle(teller: Teller, count: int, question: str = "outcome", **changes: object) -> None:
    for number in range(count):
        row = {
            "project_id": teller.project.pk,
            "question": question,
            "conversation_id": f"c-{number}",
            "queue": 1,
            "choices": ["dissatisfied" if number % 2 else "satisfied"],
            "said_by": ["anna"],
            "reason": "random",
            "propensity": 0.5,
            "version": 1,
        }
        teller.store.insert("settled_reviews", {name: [value] for name, value in (row | changes).items()})


def test_before_anything_is_settled_it_says_what_it_takes(teller: Teller, open_page: Open) -> None:
    text = open_page(ADDRESS).text
    assert "No conversation is settled yet; 20 more in a queue that asks whether the user was satisfied" in text
    assert "Nothing is settled yet that a dataset takes" in text
    told = read_effects()
    assert (told["estimates"]["settled"], told["estimates"]["missing"], told["estimates"]["change"]) == (0, 20, None)
    assert told["datasets"]["versions"] == []


def test_how_much_truer_estimates_became_is_told_with_its_interval(teller: Teller, open_page: Open) -> None:
    names = [f"c-{number}" for number in range(30)]
    with teller.together():
        for name in names:
            teller.tell(name, user_id=name)
    hearing = Hearing("test", Verdict("", 1.0, "so it said"))
    write_hearings(teller.store, teller.project.pk, dict.fromkeys(names, hearing), [], time.time_ns() // 1000)
    settle(teller, 24)
    assert "24 conversations are settled. How much truer" in open_page(ADDRESS).text
    fit_project(teller.store, teller.project.pk)
    page = open_page(ADDRESS)
    assert "From 24 conversations that reviewers settled, 24 of them chosen by chance alone" in page.text
    assert "Of all conversations reviewers would find 50 % dissatisfied" in page.text
    assert page.html.count('<figure class="panel reliability">') == 2
    told = read_effects()["estimates"]
    assert (told["conversations"], told["dissatisfied"]) == (24, 0.5)
    assert told["change"]["low"] <= told["change"]["value"] <= told["change"]["high"]  # type: ignore[index]


def test_what_datasets_gained_is_counted(teller: Teller, open_page: Open) -> None:
    settle(teller, 3, "answer", choices=["other"], better_answer="Press it twice.")
    text = open_page(ADDRESS).text
    assert "3 better answers, each an example to imitate, and a pair with the answer that was shown" in text
    assert "3 answers with which something is wrong" in text
    assert "No dataset was built yet" in text
    assert read_effects()["datasets"]["better_answers"] == 3
