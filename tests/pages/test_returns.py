"""The page of returns and its REST: who comes back after what, the goal, and what it says where little is known."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.explicit import Feedback
from feedback.goals import Goal, load_goal, set_goal
from feedback.records import write_feedback
from feedback.return_list import KEPT, load_visits
from feedback.returns import Visit
from tests.pages.conftest import HOUR_NS, Page, Teller
from tests.pages.people import log_in, make_user
from tests.pages.test_machines import lead
from tracing.access.rights import Role
from tracing.filter_language import read_filter
from tracing.models import AuditEntry
from tracing.resources import format_time

Open = Callable[[str], Page]
NO_GOALS = [*(("purchase", days) for days in ("0", "91", "x", "")), *((goal, "7") for goal in ("a\nb", "x" * 101))]
DAY = 24.0


def ask(path: str) -> Any:
    return json.loads(Client(headers={"host": "localhost"}).get(f"/api/v1/{path}").content)


def load(teller: Teller, goal: str = "", given: str = "") -> tuple[Visit, ...]:
    return load_visits(teller.store, teller.project.pk, read_filter(given), goal, teller.now_ns).visits


def tell_users(teller: Teller, users: int = 30) -> None:
    """Users within one week, which lies five or six back: whose answer failed come back in one of five cases, others in
    four of five."""
    into_week = (teller.now_ns // HOUR_NS - 34 * DAY) % (7 * DAY)
    with teller.together():
        for number in range(users * 2):
            is_bad = bool(number % 2)
            user, start = f"u{number}", 34 * DAY + into_week - DAY - number / 10
            thumb = [teller.thumb(f"c-{number}", 0, "down")] if is_bad else []
            teller.tell(f"c-{number}", age_hours=start, user_id=user, feedback=thumb)
            if (number // 2 % 5 == 0) == is_bad:
                teller.tell(f"c-{number}-again", age_hours=start - 2 * DAY, user_id=user)
        teller.tell("last", age_hours=1, user_id="latest")


def test_without_users_it_says_what_to_send(teller: Teller, open_page: Open) -> None:
    assert "No user is known yet" in open_page("returns").text
    teller.tell("c")
    assert "No user is known yet" in open_page("returns").text
    assert ask("returns")["items"] == []


def test_few_users_are_too_little_to_say(teller: Teller, open_page: Open) -> None:
    teller.tell("c", user_id="anna", age_hours=20 * DAY)
    teller.tell("d", user_id="anna", age_hours=1)
    text = open_page("returns").text
    assert "Too little to say" in text
    assert "2 conversations of known users; 1 of them ended 7 days or more before" in text


def test_what_users_do_after_is_compared_with_others_who_had_been_as_active(teller: Teller, open_page: Open) -> None:
    tell_users(teller)
    page = open_page("returns")
    assert "As of" not in page.text
    assert "Thumbs (down)" in page.text
    assert "returning users a week" in page.text
    assert "an association, not a cause" in page.text
    assert page.html.count('<path class="line') == 2
    found = ask("returns")
    [thumbs] = [each for each in found["items"] if each["exposure"] == "thumbs/down"]
    assert thumbs["difference"]["high"] < 0
    assert thumbs["cost"]["low"] > 0
    assert thumbs["is_told"]
    assert thumbs["users"] == 30
    assert (found["measure"], found["days"], found["is_all"]) == ("return", 7, True)


def test_facts_of_a_user_are_what_had_been_before_and_came_after(teller: Teller) -> None:
    for name, age in (("a", 60 * DAY), ("b", 20 * DAY), ("c", 20 * DAY - 3), ("d", 18 * DAY)):
        teller.tell(name, age_hours=age, user_id="anna")
    d, c, b, a = load(teller)
    assert [(each.earlier, each.recent) for each in (a, b, c, d)] == [(0, 0), (1, 0), (2, 1), (3, 2)]
    assert [each.previous_ns for each in (a, b, c, d)] == [None, a.began_ns, b.began_ns, c.began_ns]
    assert [each.next_ns for each in (a, b, c, d)] == [b.began_ns, d.began_ns, d.began_ns, None]
    assert b.ended_ns - b.began_ns == 2 * 10**9


def test_other_users_and_machines_are_nobodys_return(teller: Teller) -> None:
    teller.tell("a", age_hours=60, user_id="anna")
    teller.tell("b", age_hours=30, user_id="bo")
    teller.tell("c", age_hours=20, user_id="")
    teller.tell("m", age_hours=10, user_id="anna")
    lead(teller, ["m"], "load_test")
    assert [(each.user_id, each.next_ns) for each in load(teller)] == [("bo", None), ("anna", None)]


@pytest.mark.parametrize("by", ["conversation_id", "trace_id", "span_id"])
def test_the_goal_is_feedback_of_its_name_about_a_conversation_of_the_user(teller: Teller, by: str) -> None:
    teller.tell("before", age_hours=40, user_id="anna")
    teller.tell("a", age_hours=30, user_id="anna")
    named = {"conversation_id": "a"} if by == "conversation_id" else {by: f"a-0-{by.removesuffix('_id')}"}
    bought = Feedback(teller.project.pk, "x", "purchase", teller.now_ns - 28 * HOUR_NS, **named)
    write_feedback(teller.store, [bought], 1)
    if by != "conversation_id":
        teller.store.insert(
            "generations_by_time",
            {
                "project_id": [teller.project.pk],
                "hour": [teller.now_ns // 10**9 // 3600 * 3600],
                "trace_id": ["a-0-trace"],
                "span_id": ["a-0-span"],
                "start_time": [teller.now_ns],
                "conversation_id": ["a"],
                "version": [1],
            },
        )
    goals = {each.began_ns: each.goal_ns for each in load(teller, "purchase")}
    assert set(goals.values()) == {bought.time_ns}
    assert {each.goal_ns for each in load(teller, "sale")} == {None}
    assert {each.goal_ns for each in load(teller)} == {None}


def test_a_filter_leaves_conversations_and_not_what_users_did_besides(teller: Teller) -> None:
    teller.tell("a", age_hours=60, user_id="anna", environment="production")
    teller.tell("b", age_hours=30, user_id="anna", environment="staging")
    [only] = load(teller, given="environment:production")
    assert only.next_ns == teller.now_ns - 30 * HOUR_NS


def test_a_filter_that_cannot_be_read_is_shown(teller: Teller, open_page: Open) -> None:
    teller.tell("a", user_id="anna")
    assert "The search cannot be read" in open_page("returns?q=cost>x").text


def test_an_address_that_asks_for_what_there_is_not_shows_the_page(teller: Teller, open_page: Open) -> None:
    teller.tell("a", user_id="anna")
    assert open_page("returns?measure=nothing&signal_shown=%3Cscript%3E").status == 200


def test_the_goal_is_set_on_the_page_and_by_rest(teller: Teller, open_page: Open) -> None:
    client = Client(headers={"host": "localhost"})
    assert load_goal(teller.project.pk) == Goal("", 7)
    assert client.post("/p/default/returns/goal", {"goal": " purchase ", "days": "14"}).status_code == 302
    assert load_goal(teller.project.pk) == Goal("purchase", 14)
    assert AuditEntry.objects.filter(action="change_goal", target="purchase").exists()
    assert 'value="purchase"' in open_page("returns").html
    body = {"goal": "sale", "days": 3}
    assert client.put("/api/v1/returns/goal", json.dumps(body), content_type="application/json").json() == body
    assert load_goal(teller.project.pk) == Goal("sale", 3)


@pytest.mark.parametrize(("goal", "days"), NO_GOALS)
def test_what_cannot_be_a_goal_is_refused_and_said(teller: Teller, goal: str, days: str) -> None:
    set_goal(teller.project.pk, Goal("sale", 3))
    client = Client(headers={"host": "localhost"})
    answer = client.post("/p/default/returns/goal", {"goal": goal, "days": days})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert load_goal(teller.project.pk) == Goal("sale", 3)


@pytest.mark.usefixtures("quick_passwords")
def test_viewers_see_the_goal_and_cannot_change_it(teller: Teller) -> None:
    make_user("bo@example.org", teller.project, Role.VIEWER)
    client = log_in("bo@example.org")
    assert "Save" not in client.get("/p/default/returns").content.decode()
    assert client.post("/p/default/returns/goal", {"goal": "x", "days": "7"}).status_code == 403


def test_who_was_likely_dissatisfied_is_one_sort_of_conversation(teller: Teller, open_page: Open) -> None:
    tell_users(teller)
    rows = teller.store.query("feedback/sql/conversation_ids.sql", project_id=teller.project.pk)
    ids = [row["conversation_id"] for row in rows]
    is_bad = {each: each.removeprefix("c-").isdigit() and int(each[2:]) % 2 == 1 for each in ids}
    for version, chances in ((1, [0.9] * len(ids)), (2, [0.9 if is_bad[each] else 0.2 for each in ids])):
        estimates = {"conversation_id": ids, "probability": chances, "version": [version] * len(ids)}
        teller.store.insert("estimates", estimates | {"project_id": [teller.project.pk] * len(ids)})
    page = open_page("returns?signal_shown=dissatisfied")
    assert "Likely dissatisfied: who had come back by which day" in page.text
    assert re.search(r"Conversations like this cost [\d.]+ returning users a week \([\d.]+ to [\d.]+\)\.", page.text)
    by_name = {each["exposure"]: each for each in ask("returns")["items"]}
    assert by_name["dissatisfied"]["difference"] == by_name["thumbs/down"]["difference"]
    assert by_name["dissatisfied"]["conversations"] == 30


def test_of_many_conversations_those_of_some_users_are_read_and_told_of_all(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_users(teller, users=120)
    [whole] = [each for each in ask("returns")["items"] if each["exposure"] == "thumbs/down"]
    monkeypatch.setattr("feedback.return_list.MOST", 200)
    found = ask("returns")
    [part] = [each for each in found["items"] if each["exposure"] == "thumbs/down"]
    assert (found["one_in"], found["data_end"]) == (2, format_time(teller.now_ns - HOUR_NS + 2 * 10**9))
    assert 0.3 < part["users"] / whole["users"] < 0.7
    assert part["users_a_week"] == pytest.approx(whole["users_a_week"], rel=0.3)
    assert "all of one user in 2, chosen by chance" in open_page("returns").text
    visits = load(teller)
    assert {each.user_id for each in visits if each.earlier} == {each.user_id for each in visits if each.next_ns}


def test_many_conversations_are_read_after_the_page_and_kept(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_users(teller)
    KEPT.forget()
    monkeypatch.setattr("feedback.return_list.MOST_AT_ONCE", 5)
    page = open_page("returns?measure=return")
    assert "being worked out" in page.text
    assert 'hx-get="/p/default/returns?measure=return&amp;wait=yes" hx-trigger="load"' in page.html
    assert "Thumbs (down)" not in page.text
    waited = open_page("returns?measure=return&wait=yes")
    assert 'id="returned"' in waited.html
    assert "Thumbs (down)" in waited.text
    monkeypatch.setattr("feedback.return_list.load_returns", lambda *_: pytest.fail("it is kept"))
    kept = open_page("returns").text
    assert "Thumbs (down)" in kept
    assert re.search(r"As of \w{3} \d\d:\d\d UTC", kept)
    assert "being worked out" in open_page("returns?measure=drop_off").text
    KEPT.forget()


def test_names_are_text_and_never_markup(teller: Teller, open_page: Open) -> None:
    set_goal(teller.project.pk, Goal("<script>alert(1)</script>", 7))
    tell_users(teller)
    assert "<script>alert" not in open_page("returns?measure=goal").html
