"""The page of the judging model, and REST: what it says of itself with and without one, and looking changes nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from django.test import Client
from pydantic import SecretStr
from pytest_django import Settings

from feedback.derivation import derive_signals
from feedback.explicit import Feedback
from feedback.judging.cases import Case, Rating, to_feedback
from feedback.models import JudgeDay
from tests.pages.conftest import Page, Teller
from tracing.conversations import Turn

ADDRESS = "/p/default/settings/judge"
TURNS = (("Capital of Australia?", "Sydney."), ("canberra, surely", "Yes."))


def judge(turn: Turn, project_id: int, conversation_id: str, label: str) -> Feedback:
    case = Case(project_id, conversation_id, turn, "canberra, surely")
    return to_feedback(case, Rating(label, "<b>Because</b>."), 1, {"model": "small"})


def test_without_one_it_says_how_to_set_one_up(teller: Teller, open_page: Callable[[str], Page]) -> None:
    assert "No judge is set up" in open_page(ADDRESS).text
    assert not JudgeDay.objects.exists()


def test_ratings_budget_and_agreement_are_told(
    teller: Teller, open_page: Callable[[str], Page], settings: Settings
) -> None:
    settings.JUDGE_URL, settings.JUDGE_MODEL, settings.JUDGE_KEY = "http://127.0.0.1:9/v1", "small", SecretStr("k")
    JudgeDay.objects.create(
        project=teller.project, day=datetime.now(UTC).date(), calls=26, problem="The endpoint answered <500>."
    )
    with teller.together():
        for number in range(26):
            name, label = f"c{number}", ("down", "up")[number % 2]
            conversation = teller.tell(name, TURNS, feedback=[teller.thumb(name, 0, label)])
            told = judge(conversation.turns[0], teller.project.pk, name, ("failed", "served")[number % 2])
            teller.waiting[-1] = (conversation, [*teller.waiting[-1][1], told])
    derive_signals(teller.store, [(teller.project.pk, f"c{number}") for number in range(26)])
    page = open_page(ADDRESS)
    assert "kappa 1.00" in " ".join(page.text.split())
    assert "26 of 500" in page.text
    assert "The endpoint answered <500>." in page.text
    told = json.loads(Client(headers={"host": "localhost"}).get("/api/v1/judge").content)
    assert told["ratings"] == {"served": 13, "partly": 0, "failed": 13, "unclear": 0}
    assert (told["with_people"]["both_bad"], told["with_people"]["neither"], told["with_people"]["kappa"]) == (
        13,
        13,
        1,
    )
    assert told["calls"] == 26
