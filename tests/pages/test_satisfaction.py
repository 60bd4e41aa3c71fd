"""Satisfaction where it is shown: conversations, their list, the overview, REST; and what narrows by it."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.detectors.verdict import Verdict
from feedback.estimating import ESTIMATES, estimate_changed
from feedback.pages.satisfaction import show_estimate
from feedback.records import Hearing, write_hearings
from feedback.satisfaction import Interval
from feedback.satisfaction.estimates import NOT_SEEN, SAID, USUAL
from feedback.satisfaction_fits import fit_project, forget_fits
from feedback.satisfaction_records import Estimate, write_estimates
from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]
TITLES = {"error": "Error", "copy": "Copied"}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ESTIMATES.forget()
    forget_fits()


def ask(path: str) -> Any:
    return json.loads(Client(headers={"host": "localhost"}).get(f"/api/v1/{path}").content)


def tell(teller: Teller, name: str, probability: float, age_hours: float = 1, **fields: str) -> None:
    teller.tell(name, age_hours=age_hours, **fields)
    interval = Interval(probability, max(0.0, probability - 0.1), min(1.0, probability + 0.1))
    estimate = Estimate(interval, (("words", 2.0), ("error -", -0.5), (USUAL, -1.0)), True, "test")
    write_estimates(teller.store, teller.project.pk, {name: estimate}, {name: [1, 1, 1]}, [], 1)


def tell_many(teller: Teller, count: int, thumbs: int) -> None:
    names = [f"c{number}" for number in range(count)]
    with teller.together():
        for number, name in enumerate(names):
            label = "down" if number % 3 == 0 else "up"
            feedback = [teller.thumb(name, 0, label)] if number < thumbs else []
            environment = "production" if number % 2 else "staging"
            teller.tell(name, user_id=name, feedback=feedback, environment=environment)
    hearings = dict.fromkeys(names, Hearing("test"))
    write_hearings(teller.store, teller.project.pk, hearings, [], time.time_ns() // 1000)


def test_a_conversation_tells_how_likely_its_user_was_dissatisfied_and_why(teller: Teller, open_page: Open) -> None:
    tell(teller, "a", 0.8)
    page = open_page("conversations/a")
    assert "probably dissatisfied, 80 %" in page.text
    assert "Probably dissatisfied: 80 % 70 % to 90 % at 90 %" in page.text
    assert "What the user wrote makes dissatisfaction 7.4 times as likely, by odds" in page.text
    assert "makes satisfaction 1.6 times as likely, by odds" in page.text


def test_a_conversation_that_was_not_estimated_says_so(teller: Teller, open_page: Open) -> None:
    teller.tell("a")
    page = open_page("conversations/a")
    assert "Dissatisfied? Not estimated yet. Was this user satisfied?" in page.text
    assert "robably" not in page.text


def test_a_conversation_of_a_machine_asks_nobody_for_its_user(teller: Teller, open_page: Open) -> None:
    teller.tell("a")
    hearing = Hearing("test", Verdict("test", 1.0, "so it said"))
    write_hearings(teller.store, teller.project.pk, {"a": hearing}, [], 1)
    assert "issatisfied" not in open_page("conversations/a").text


def test_the_list_has_it_and_is_sorted_by_it(teller: Teller, open_page: Open) -> None:
    for number, probability in enumerate((0.2, 0.9, 0.5)):
        tell(teller, f"c{number}", probability, age_hours=1 + number)
    teller.tell("unknown", age_hours=0.5)
    page = open_page("conversations")
    assert [each.rpartition("/")[2] for each in page.list_conversations()] == ["unknown", "c0", "c1", "c2"]
    assert "90 %" in page.text
    assert "?sort=dissatisfied" in page.find_links("sort=")
    page = open_page("conversations?sort=dissatisfied")
    assert [each.rpartition("/")[2] for each in page.list_conversations()] == ["c1", "c2", "c0"]
    assert "likeliest dissatisfied first" in page.text


def test_pages_of_the_sorted_list_hold_each_once(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.views.PAGE_ROWS", 2)
    for number in range(5):
        tell(teller, f"c{number}", 0.1 if number < 3 else 0.7)
    found: list[str] = []
    address = "conversations?sort=dissatisfied"
    while address:
        page = open_page(address)
        found += [each.rpartition("/")[2] for each in page.list_conversations()]
        links = [each for each in page.find_links("cursor=") if "sort=dissatisfied" in each]
        address = f"conversations{links[-1]}" if ">Next<" in page.html else ""
    assert found == ["c4", "c3", "c2", "c1", "c0"]


def test_lists_are_narrowed_by_it(teller: Teller, open_page: Open) -> None:
    tell(teller, "low", 0.2)
    tell(teller, "high", 0.9)
    teller.tell("unknown")
    page = open_page("conversations?q=dissatisfied>0.7")
    assert [each.rpartition("/")[2] for each in page.list_conversations()] == ["high"]
    assert {each["conversation_id"] for each in ask("conversations?q=-dissatisfied>0.7")["items"]} == {"low", "unknown"}
    assert ask("generations?q=dissatisfied<0.5")["items"] == []


def test_rest_gives_it_with_its_reasons(teller: Teller) -> None:
    tell(teller, "a", 0.8)
    teller.tell("b")
    expected = {
        "probability": 0.8,
        "low": pytest.approx(0.7),
        "high": pytest.approx(0.9),
        "fitted": True,
        "reasons": [
            {"name": "words", "log_odds": 2.0},
            {"name": "error -", "log_odds": -0.5},
            {"name": USUAL, "log_odds": -1.0},
        ],
    }
    listed = {each["conversation_id"]: each["dissatisfied"] for each in ask("conversations")["items"]}
    assert listed == {"a": expected, "b": None}
    assert ask("conversations/a")["dissatisfied"] == expected
    assert ask("conversations/b")["dissatisfied"] is None


def test_rest_gives_three_rates_side_by_side_over_a_filter(teller: Teller) -> None:
    tell_many(teller, 60, thumbs=30)
    everybody, some = ask("satisfaction"), ask("satisfaction?environment=production")
    assert (everybody["conversations"], some["conversations"]) == (60, 30)
    assert everybody["is_all"]
    thumbs = everybody["thumbs"]
    assert (thumbs["thumbs"], thumbs["users"], thumbs["share"]["value"]) == (30, 30, pytest.approx(1 / 3))
    for name in ("implicit", "corrected"):
        rate = everybody[name]
        assert 0 < rate["low"] < rate["value"] < rate["high"] < 1
    assert "30 verdicts" in everybody["reason"]
    assert some["corrected"] is None
    assert some["reason"].startswith("15 verdicts are too few")


def test_rest_has_no_rate_where_there_is_no_conversation(teller: Teller) -> None:
    teller.tell("not heard yet")
    told = ask("satisfaction")
    assert told["conversations"] == 0
    assert [told[name] for name in ("thumbs", "implicit", "corrected", "leaning")] == [None] * 4
    assert told["reason"] == "no conversation of people that was listened to matches"


def estimate_all(teller: Teller) -> None:
    fit_project(teller.store, teller.project.pk)
    ESTIMATES.forget()
    while estimate_changed(teller.store):
        pass


def test_the_overview_shows_three_rates_and_never_their_sum(teller: Teller, open_page: Open) -> None:
    tell_many(teller, 40, thumbs=30)
    assert "An estimate needs about 20 conversations" in open_page("").text
    estimate_all(teller)
    page = open_page("")
    ways = page.text[page.text.index("Thumbs only") :].partition("Satisfaction by")[0]
    assert re.search(r"Thumbs only \d+ % .* Implicit only \d+ % .* Corrected \d+ %", ways)
    assert "of 30 thumbs and ratings, as they came" in page.text
    assert "The corrected rate is from signals and 30 verdicts" in page.text
    told = ask("satisfaction")["corrected"]["value"]
    satisfied = int(re.search(r"An estimated (\d+) % of conversations", page.text)[1])  # type: ignore[index]
    assert abs(satisfied - 100 * (1 - told)) < 5, "much the same as REST fits"


def test_without_thumbs_the_overview_says_what_is_missing(teller: Teller, open_page: Open) -> None:
    tell_many(teller, 20, thumbs=0)
    estimate_all(teller)
    page = open_page("")
    assert "There is no corrected rate: 0 verdicts are too few to correct with" in page.text
    assert "Thumbs only –" in page.text
    assert "Corrected" not in page.text.partition("Satisfaction by")[0]


def test_the_stage_makes_what_pages_show(teller: Teller, open_page: Open) -> None:
    tell_many(teller, 3, thumbs=0)
    assert estimate_changed(teller.store) == 3
    assert "Estimated from signals; nothing said on purpose was learnt from yet." in open_page("conversations/c0").text


def test_the_strongest_three_are_told_and_what_is_there_for_all_is_not() -> None:
    reasons = ((USUAL, -5.0), (NOT_SEEN, -4.0), ("copy +", -0.2), ("error -", 1.0), ("words", 0.01), (SAID, 3.0))
    shown = show_estimate(Estimate(Interval(0.5, 0.2, 0.8), reasons, False, ""), TITLES)
    assert shown is not None
    assert [each.name for each in shown.reasons] == ["What was said on purpose, or was not", "Error", "Copied"]
    assert [each.state for each in shown.reasons] == ["bad", "bad", "good"]
    assert (shown.state, shown.words) == ("unsure", "hard to say")
