"""The page that tells what reviews changed: how right detectors are here, and thresholds that followed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback import catching_up
from feedback.accuracy import load_card
from feedback.derivation import derive_signals
from feedback.listening import LISTENING_AGAIN
from feedback.models import ReviewItem
from feedback.records import load_signals
from feedback.review.questions import Question
from feedback.reviewing.submitting import Said, submit, take_back
from feedback.tasks import follow_all
from feedback.tunings import load_tuning, set_following
from tests.feedback.reviewing.places import add_item, make_queue
from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]
ADDRESS = "/p/default/review/effects"
SHIPPED = next(each.threshold for each in load_card().kinds if each.kind == "complaint")
MILD, STRONG = "No good.", "It still does not work."


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def items(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> list[ReviewItem]:
    """Twenty-four conversations with a mild complaint and sixteen with a strong one, each to be judged."""
    LISTENING_AGAIN.forget_done()
    monkeypatch.setattr(
        catching_up, "is_behind", lambda _store: False
    )  # the versions that a teller writes are very old
    names = [f"mild-{number}" for number in range(24)] + [f"strong-{number}" for number in range(16)]
    with teller.together():
        for age, name in enumerate(names, start=1):
            turns = [(f"How do I reset number {age}?", "Hold the button."), (read_message(name), "I am sorry.")]
            teller.tell(name, turns, age_hours=age, user_id=name)
    derive_signals(teller.store, [(teller.project.pk, name) for name in names])
    queue = make_queue(teller.project, Question.REACTION)
    return [add_item(queue, name, turn_index=1, reason="random", propensity=0.5) for name in names]


def read_message(name: str) -> str:
    return MILD if name.startswith("mild") else STRONG


def judge(teller: Teller, items: list[ReviewItem]) -> None:
    """Reviewers say that only the strong ones are complaints."""
    for item in items:
        choice = "none" if item.conversation_id.startswith("mild") else "complaint"
        submit(teller.store, item, "anna", Said([choice]))


def read_complaint(client: Client) -> dict[str, Any]:
    told = json.loads(client.get("/api/v1/review-effects").content)
    return next(each for each in told["detectors"] if each["kind"] == "complaint")


def list_fired(teller: Teller) -> int:
    names = [f"mild-{number}" for number in range(24)]
    heard = load_signals(teller.store, teller.project.pk, names)
    return sum(each.fired and each.kind == "complaint" for own in heard.values() for each in own)


def test_without_reviews_it_says_what_to_do(teller: Teller, open_page: Open, client: Client) -> None:
    assert "Nobody was asked about a message or an answer yet" in open_page(ADDRESS).text
    told = json.loads(client.get("/api/v1/review-effects").content)
    assert (told["detectors"], told["threshold_moves"]) == ([], [])


def test_it_says_how_many_reviews_are_missing(
    teller: Teller, items: list[ReviewItem], open_page: Open, client: Client
) -> None:
    judge(teller, items[-6:])
    assert "too few: 4 missing" in open_page(ADDRESS).text
    assert read_complaint(client)["by_reviews"] == {"reviewed": 6, "precision": None, "recall": None}


def test_how_right_a_detector_is_stands_beside_what_was_shipped(
    teller: Teller, items: list[ReviewItem], open_page: Open, client: Client
) -> None:
    judge(teller, items)
    told = read_complaint(client)
    assert (told["by_reviews"]["precision"]["value"], told["by_reviews"]["precision"]["items"]) == (0.4, 40)
    assert told["by_reviews"]["recall"]["value"] == 1
    assert (told["threshold"], told["shipped_threshold"], told["is_followed"]) == (SHIPPED, SHIPPED, False)
    assert told["label_confidence"] < told["shipped_label_confidence"] - 0.1
    text = open_page(ADDRESS).text
    assert f"{told['shipped_label_confidence']:.0%} → {told['label_confidence']:.0%}".replace("%", " %") in text
    assert "40 % 26 % to 56 % n = 40, effective 39" in text
    assert "No threshold was moved by what people said" in text
    assert (
        "40 % (26 % to 56 %, 40 reviewed) hears 100 % of what there is"
        in open_page("/p/default/settings/detectors").text
    )


def test_a_threshold_follows_reviews_and_old_conversations_are_listened_to_again(
    teller: Teller, items: list[ReviewItem], open_page: Open, client: Client
) -> None:
    judge(teller, items)
    set_following(teller.project.pk, thresholds_follow=True)
    assert list_fired(teller) == 24
    follow_all()
    moved = load_tuning(teller.project.pk).thresholds["complaint"]
    assert moved > SHIPPED
    assert LISTENING_AGAIN.run(teller.store) == 40
    assert list_fired(teller) == 0
    told = read_complaint(client)
    assert (told["threshold"], told["is_followed"], told["by_reviews"]["precision"]["value"]) == (moved, True, 1)
    assert f"on -> on, fires from {moved:g}, by 40 verdicts" in open_page(ADDRESS).text
    [move] = json.loads(client.get("/api/v1/review-effects").content)["threshold_moves"]
    assert (move["kind"], move["who"]) == ("complaint", "thresholds that follow")


def test_what_is_taken_back_counts_no_more(teller: Teller, items: list[ReviewItem], client: Client) -> None:
    judge(teller, items[:12])
    assert read_complaint(client)["by_reviews"]["reviewed"] == 12
    for item in items[:2]:
        take_back(teller.store, item, "anna")
    assert read_complaint(client)["by_reviews"]["reviewed"] == 10


def test_presses_beside_signals_and_reviews_are_counted_apart(
    teller: Teller, items: list[ReviewItem], client: Client
) -> None:
    judge(teller, items)
    listed = json.loads(client.get("/api/v1/detectors").content)["items"]
    taught = next(each for each in listed if each["kind"] == "complaint")["taught"]
    assert (taught["judged"], taught["by_reviews"]["reviewed"], taught["suggestion"]["judged"]) == (0, 40, 40)
