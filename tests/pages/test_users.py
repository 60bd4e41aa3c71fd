"""The pages of users, and their REST: all of them, and one over time."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.detectors.verdict import Verdict
from feedback.pages import user_timeline
from feedback.pages.user_timeline import Visit, draw_timeline, tell_returns
from feedback.records import Hearing, write_hearings
from feedback.satisfaction import Interval
from feedback.satisfaction_records import Estimate, write_estimates
from tests.pages.conftest import HOUR_NS, Page, Teller

Open = Callable[[str], Page]
ODD = "../a b/\N{PILE OF POO}?#%2F<script>'\"\u202e" + "x" * 900
DAY_NS = 24 * HOUR_NS


def ask(path: str) -> Any:
    return json.loads(Client(headers={"host": "localhost"}).get(f"/api/v1/{path}").content)


def tell(teller: Teller, name: str, user_id: str, probability: float = 0.0, **fields: Any) -> None:
    """A conversation of a user, estimated where a probability is given."""
    teller.tell(name, user_id=user_id, **fields)
    if probability:
        interval = Interval(probability, max(0.0, probability - 0.1), min(1.0, probability + 0.1))
        estimate = Estimate(interval, (("words", 2.0),), True, "test")
        write_estimates(teller.store, teller.project.pk, {name: estimate}, {name: [1, 1, 1]}, [], 1)


def lead_by_machine(teller: Teller, name: str) -> None:
    hearing = Hearing("test", Verdict("schedule", 0.9, "every hour"))
    write_hearings(teller.store, teller.project.pk, {name: hearing}, [], 1)


@pytest.fixture
def told(teller: Teller) -> Teller:
    """Anna was here last and is often let down, Bo came most often, a timer came most of all."""
    with teller.together():
        for index in range(3):
            teller.tell(f"anna-{index}", user_id="anna", age_hours=1 + 30 * index)
        for index in range(4):
            teller.tell(f"bo-{index}", user_id="bo", age_hours=2 + index)
        for index in range(5):
            teller.tell(f"timer-{index}", user_id="timer", age_hours=0.5)
        teller.tell("nobody", user_id="", age_hours=0.5)
    for index, chance in enumerate((0.9, 0.7, 0.8)):
        tell(teller, f"anna-{index}", "anna", chance, age_hours=1 + 30 * index)
    for index in range(4):
        tell(teller, f"bo-{index}", "bo", 0.2, age_hours=2 + index)
    for index in range(5):
        lead_by_machine(teller, f"timer-{index}")
    thumb = teller.thumb("bo-0", 0, "up")
    teller.tell("bo-0", user_id="bo", age_hours=2, feedback=[thumb])
    return teller


def list_users(page: Page) -> list[str]:
    return [link.rpartition("/")[2] for link in page.find_links("/users/")]


def test_without_any_it_says_how_to_name_them(teller: Teller, open_page: Open) -> None:
    teller.tell("c", user_id="")
    page = open_page("users")
    assert "No user is known yet" in page.text
    assert "1 conversation came in without saying whose it is" in page.text
    assert "user_id=" in page.text


def test_people_are_listed_and_machines_and_nobody_are_not(told: Teller, open_page: Open) -> None:
    page = open_page("users")
    assert list_users(page) == ["anna", "bo"]
    assert "80 %" in page.text  # of Anna's three
    assert list_users(open_page("users?sort=conversations")) == ["bo", "anna"]
    assert list_users(open_page("users?sort=dissatisfied")) == ["anna", "bo"]
    assert list_users(open_page("users?user=b")) == ["bo"]
    assert "No user’s id begins so" in open_page("users?user=B").text
    assert list_users(open_page("users?cursor=nonsense")) == ["anna", "bo"]


def test_every_number_leads_to_its_conversations(told: Teller, open_page: Open) -> None:
    page = open_page("users/bo")
    assert page.find_links("/conversations?user_id=bo&thumbs=up")
    assert list_users(open_page("users"))
    listed = open_page(page.find_links("/conversations?user_id=bo")[0])
    assert len(listed.list_conversations()) == 4


def test_pages_of_users_go_on_where_the_one_before_ended(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for index in range(60):
            teller.tell(f"c-{index}", user_id=f"u-{index:02}", age_hours=1 + index)
    first = open_page("users")
    [older] = first.find_links("?cursor=")
    second = open_page(f"users{older}")
    assert [*list_users(first), *list_users(second)] == [f"u-{index:02}" for index in range(60)]


def test_a_user_is_shown_over_time(told: Teller, open_page: Open) -> None:
    page = open_page("users/anna")
    assert "Probably dissatisfied on the whole, over 3 conversations" in page.text
    assert "Came back 2 times, usually after 30 hours." in page.text
    assert page.html.count('class="mark') >= 3
    assert [link.rpartition("/")[2] for link in page.list_conversations()] == ["anna-0", "anna-1", "anna-2"]
    assert page.find_links("/conversations?user_id=anna")


def test_of_an_id_that_machines_led_the_page_says_so(told: Teller, open_page: Open) -> None:
    assert "No person: machines led all conversations of this id" in open_page("users/timer").text


def test_a_user_that_there_is_not(teller: Teller, open_page: Open) -> None:
    page = open_page("users/carla")
    assert page.status == 404
    assert "There is no user “carla”" in page.text


def test_a_user_is_listed_and_opens_whatever_the_id(teller: Teller, open_page: Open) -> None:
    teller.tell("c", user_id=ODD)
    [link] = open_page("users").find_links("/users/")
    page = open_page(link)
    assert page.status == 200
    assert "<script>'" not in page.html
    assert [each.rpartition("/")[2] for each in page.list_conversations()] == ["c"]


def test_rest_tells_the_same(told: Teller) -> None:
    page = ask("users?limit=1")
    assert [each["user_id"] for each in page["items"]] == ["anna"]
    rest = ask(f"users?limit=1&cursor={page['next_cursor']}")
    assert [each["user_id"] for each in rest["items"]] == ["bo"]
    assert rest["next_cursor"] is None
    anna = ask("users/anna")
    assert (anna["conversations"], anna["estimated"]) == (3, 3)
    assert anna["dissatisfied"]["value"] == pytest.approx(0.8)
    assert ask("users?begins=b")["items"][0]["heard"] == [
        {"kind": "thumbs", "label": "up", "polarity": 1, "conversations": 1}
    ]
    assert ask("users/timer")["status"] == 404


def visit(age_days: float, dissatisfied: float = 0.5, **fields: Any) -> Visit:
    began = 1_000 * DAY_NS - int(age_days * DAY_NS)
    told = {"conversation_id": f"c-{age_days}", "first_message": "", "ended_ns": began, "went_wrong": 0, "went_well": 0}
    interval = Interval(dissatisfied, dissatisfied - 0.1, dissatisfied + 0.1)
    return Visit(began_ns=began, dissatisfied=interval, **(told | fields))  # type: ignore[arg-type]


def test_the_drawing_holds_all_conversations_in_its_box() -> None:
    timeline = draw_timeline([visit(age, prompt_version="2" if age < 5 else "1") for age in range(30, -1, -3)])
    assert timeline is not None
    assert [dot.left for dot in timeline.dots] == sorted(dot.left for dot in timeline.dots)
    assert all(0 <= dot.left <= 100 and 0 <= dot.high <= dot.top <= dot.low <= 100 for dot in timeline.dots)
    assert [change.words for change in timeline.changes] == ["prompt 1 → 2"]
    assert all(bar.left >= 0 and bar.left + bar.width <= 100.5 for bar in timeline.bars)
    assert len({tick.label for tick in timeline.ticks}) == len(timeline.ticks) > 2


def test_what_was_heard_is_counted_once_in_its_time() -> None:
    visits = [visit(60, went_wrong=1), visit(59, went_wrong=2), visit(1, went_well=3)]
    timeline = draw_timeline(visits)
    assert timeline is not None
    assert sum(bar.went_wrong for bar in timeline.bars) == 3
    assert sum(bar.went_well for bar in timeline.bars) == 3
    assert timeline.step_words == "week"


def test_one_conversation_is_no_drawing_and_nobody_came_back() -> None:
    assert draw_timeline([visit(1)]) is None
    assert tell_returns([visit(1)]) == ""
    assert tell_returns([visit(1.1), visit(1)]) == ""


def test_examples_of_times_hold() -> None:
    import doctest

    assert not doctest.testmod(user_timeline).failed
