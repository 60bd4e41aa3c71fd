"""The page of contradictions and its REST: users who were told otherwise, and what is said where there are none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.comparisons.answers import KnownAnswer
from feedback.contradiction_list import KEPT, list_changes
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user
from tests.pages.test_machines import lead
from tracing.access.rights import Role
from tracing.models import Project

Open = Callable[[str], Page]
PAGE = "failure-modes/contradictions"
ASKS = "How long do I have to return a product?"


def ask(query: str = "") -> Any:
    return json.loads(Client(headers={"host": "localhost"}).get(f"/api/v1/{PAGE}{query}").content)


def tell_days(teller: Teller, *days: int, request: str = ASKS) -> None:
    """Users who asked one thing, each an hour before the next, and were told so many days."""
    for number, each in enumerate(days):
        turns = [(request, f"You have {each} days to return a product. The label is in the box.")]
        teller.tell(f"c-{number}", turns, age_hours=len(days) - number, user_id=f"u-{number}")


def test_without_turns_it_says_so(teller: Teller, open_page: Open) -> None:
    page = open_page(PAGE)
    assert page.status == 200
    assert "No turn of the last 30 days" in page.text
    assert ask() == {"days": 30, "turns": 0, "is_all": True, "as_of": None, "items": []}


def test_users_who_were_told_otherwise_are_one_line_with_a_pair(teller: Teller, open_page: Open) -> None:
    tell_days(teller, 14, 30, 14, 14)
    page = open_page(PAGE)
    assert "3 users heard “14 days”, 1 “30 days”" in page.text
    assert "<mark>14 days</mark>" in page.html
    assert "<mark>30 days</mark>" in page.html
    assert "/conversations/c-1?turn=1#turn-1" in page.html
    [found] = ask()["items"]
    assert (found["kind"], found["same_words"], found["one"]["told"], found["other"]["told"]) == ("figure", True, 3, 1)
    side = found["other"]
    assert side["answer"][side["start"] : side["end"]] == "30 days"
    assert (side["conversation_id"], side["turn_index"], side["user_id"]) == ("c-1", 0, "u-1")


def test_users_who_were_told_the_same_are_none(teller: Teller, open_page: Open) -> None:
    tell_days(teller, 14, 14)
    teller.tell("c-9", [(ASKS, "Returns are accepted within two weeks.")], user_id="u-9")
    assert "No answers contradict each other" in open_page(PAGE).text
    assert (ask()["turns"], ask()["items"]) == (3, [])


def test_one_user_does_not_contradict_nor_does_a_machine(teller: Teller) -> None:
    for name, days in (("a", 14), ("b", 30)):
        teller.tell(name, [(ASKS, f"You have {days} days.")], user_id="anna")
    assert ask()["items"] == []
    teller.tell("m", [(ASKS, "You have 60 days.")], user_id="robot")
    assert len(ask()["items"]) == 1
    lead(teller, ["m"], "load_test")
    assert ask()["items"] == []


def test_other_projects_are_not_read(teller: Teller) -> None:
    tell_days(teller, 14)
    Teller(Project.objects.create(slug="other"), teller.store).tell(
        "d", [(ASKS, "You have 30 days to return a product.")], user_id="u-7"
    )
    assert ask()["items"] == []
    assert ask()["turns"] == 1


def test_older_turns_are_not_read(teller: Teller) -> None:
    tell_days(teller, 14)
    teller.tell("old", [(ASKS, "You have 30 days to return a product.")], age_hours=31 * 24, user_id="u-8")
    assert ask()["turns"] == 1


def test_many_turns_are_compared_after_the_page_and_kept_without_words(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    KEPT.forget()
    tell_days(teller, 14, 30, 14)
    monkeypatch.setattr("feedback.contradiction_list.MOST_AT_ONCE", 1)
    page = open_page(PAGE)
    assert "being compared" in page.text
    assert f'hx-get="/p/default/{PAGE}?wait=yes" hx-trigger="load"' in page.html
    assert "30 days”" not in page.text
    assert "2 users heard “14 days”, 1 “30 days”" in open_page(f"{PAGE}?wait=yes").text
    monkeypatch.setattr("feedback.contradiction_list.load_found", lambda *_: pytest.fail("it is kept"))
    assert "As of" in open_page(PAGE).text
    assert ask()["as_of"]
    kept = KEPT.find(teller.project.pk)
    assert kept is not None
    assert "label" not in repr(kept.result)
    assert "u-1" not in repr(kept.result)
    KEPT.forget()


def test_what_is_erased_is_gone_at_once_from_what_is_kept(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    KEPT.forget()
    tell_days(teller, 14, 30)
    monkeypatch.setattr("feedback.contradiction_list.MOST_AT_ONCE", 1)
    assert "heard “" in open_page(f"{PAGE}?wait=yes").text
    teller.store.execute("ALTER TABLE turns DELETE WHERE conversation_id = 'c-1' SETTINGS mutations_sync = 1")
    assert "heard “" not in open_page(PAGE).text
    KEPT.forget()


def test_texts_are_text_and_never_markup(teller: Teller, open_page: Open) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    for name, days in (("<b>a", 14), ("b\"'", 30)):
        teller.tell(
            name, [(f"{ASKS} {hostile}", f"{hostile} You have {days} days to return it. {hostile}")], user_id=name
        )
    page = open_page(PAGE)
    assert "heard “" in page.text
    assert "<script>alert" not in page.html
    assert "<img" not in page.html


def test_rest_gives_as_many_as_are_asked_for(teller: Teller) -> None:
    tell_days(teller, 14, 30)
    for name, answer in (("x", "Yes, we ship to Canada."), ("y", "No, we do not ship to Canada.")):
        teller.tell(name, [("Do you ship to Canada?", answer)], user_id=name)
    items = ask()["items"]
    assert {each["kind"] for each in items} == {"figure", "yes_no"}
    assert ask("?limit=1")["items"] == items[:1]
    assert ask("?limit=0")["status"] == 422


@pytest.mark.usefixtures("quick_passwords")
def test_readers_may_see_it(teller: Teller) -> None:
    make_user("bo@example.org", teller.project, Role.VIEWER)
    assert log_in("bo@example.org").get(f"/p/default/{PAGE}").status_code == 200


def test_what_changed_between_two_answers_is_told() -> None:
    before = KnownAnswer("t", "s", "", "c", "u", "gpt-4", "support, version 2", 10, {"service.version": "1.4"})
    after = KnownAnswer("t", "s", "", "c", "u", "gpt-5", "support, version 3", 10, {"service.version": "1.5"})
    assert list(list_changes(before, after)) == [
        "model gpt-4 before, gpt-5 after",
        "prompt support, version 2 before, support, version 3 after",
        "release 1.4 before, 1.5 after",
    ]
    assert list(list_changes(before, before)) == []
