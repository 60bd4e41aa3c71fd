"""The holdout and loops: on the page of datasets, in exports, and by REST; the engine and Python hold out the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.datasets import Definition
from feedback.datasets.holdout import Holdout
from feedback.flywheel.exporting import build_export
from feedback.holdouts import load_holdout, set_holdout
from feedback.loop_list import KEPT, WEEK_NS, load_loops
from feedback.models import HoldoutSetting
from tests.pages.conftest import HOUR_NS, Page, Teller
from tests.pages.people import log_in, make_user
from tracing.access.rights import Role
from tracing.models import AuditEntry

Open = Callable[[str], Page]
WEEK = 7 * 24.0
LIKED = Definition("trl-kto", likeness=1, most_per_template=0)


def make_client() -> Client:
    return Client(headers={"host": "localhost"})


def ask(path: str) -> Any:
    return json.loads(make_client().get(f"/api/v1/{path}").content)


def tell_liked(teller: Teller, count: int = 30) -> None:
    with teller.together():
        for number in range(count):
            name, user = f"c-{number}", f"u{number}" if number % 2 else ""
            turns = ((f"How do I reset number {number}?", f"Hold button {number}."),)
            teller.tell(name, turns, user_id=user, feedback=[teller.thumb(name, 0, "up")])


def list_exported(teller: Teller) -> set[str]:
    with build_export(teller.project, LIKED) as built:
        lines = built.files["provenance.jsonl"].read_bytes().splitlines()
    return {json.loads(line)["conversation_id"] for line in lines}


def tell_holdout(teller: Teller) -> dict[str, Any]:
    with build_export(teller.project, LIKED) as built:
        told: dict[str, Any] = built.manifest["funnel"]["holdout"]
    return told


def test_exports_hold_nobody_out_until_a_project_says_so(teller: Teller) -> None:
    tell_liked(teller)
    assert len(list_exported(teller)) == 30
    assert tell_holdout(teller) == {"share": 0.0, "left_out": 0}


def test_exports_leave_out_who_is_held_out_and_say_how_many_and_why(teller: Teller) -> None:
    tell_liked(teller)
    set_holdout(teller.project.pk, 0.4)
    holdout = load_holdout(teller.project.pk)
    users = {f"c-{number}": f"u{number}" if number % 2 else "" for number in range(30)}
    expected = {name for name, user in users.items() if not holdout.holds(user, name)}
    assert list_exported(teller) == expected
    told = tell_holdout(teller)
    assert (told["share"], told["left_out"]) == (0.4, 30 - len(expected))
    assert "stable share of users" in told["why"]
    assert list_exported(teller) == expected


def test_changing_the_share_keeps_the_secret(teller: Teller) -> None:
    set_holdout(teller.project.pk, 0.1)
    secret = load_holdout(teller.project.pk).secret
    set_holdout(teller.project.pk, 0.0)
    set_holdout(teller.project.pk, 0.2)
    assert load_holdout(teller.project.pk) == Holdout(0.2, secret)
    assert len(secret) == 32


def test_it_is_set_on_the_page_and_by_rest(teller: Teller, open_page: Open) -> None:
    teller.tell("c")
    assert "Nobody is held out" in open_page("datasets").text
    assert make_client().post("/p/default/datasets/holdout", {"percent": "5"}).status_code == 302
    assert load_holdout(teller.project.pk).share == 0.05
    assert "Held out: 5.0 % of users" in open_page("datasets").text
    assert AuditEntry.objects.filter(action="change_holdout").exists()
    put = make_client().put("/api/v1/holdout", json.dumps({"share": 0.5}), content_type="application/json")
    assert put.json() == {"share": 0.5, "held_out": None}
    told = {ask(f"holdout?user_id=u{number}")["held_out"] for number in range(20)}
    assert told == {True, False}


@pytest.mark.parametrize("percent", ["-1", "51", "x", "nan", "inf"])
def test_what_is_no_share_is_refused_and_said(teller: Teller, open_page: Open, percent: str) -> None:
    teller.tell("c")
    client = make_client()
    answer = client.post("/p/default/datasets/holdout", {"percent": percent}, follow=True)
    assert "from 0 to 50%" in answer.content.decode()
    assert load_holdout(teller.project.pk) == Holdout()


@pytest.mark.usefixtures("quick_passwords")
def test_viewers_cannot_change_it(teller: Teller) -> None:
    make_user("bo@example.org", teller.project, Role.VIEWER)
    assert log_in("bo@example.org").post("/p/default/datasets/holdout", {"percent": "5"}).status_code == 403
    assert load_holdout(teller.project.pk) == Holdout()


def find_last_week(teller: Teller) -> float:
    """How many hours ago the middle of the last whole week was."""
    return (teller.now_ns - (teller.now_ns // WEEK_NS * WEEK_NS - WEEK_NS // 2)) / HOUR_NS


def test_the_engine_holds_out_the_same_users_as_python(teller: Teller) -> None:
    age = find_last_week(teller)
    with teller.together():
        for number in range(60):
            user = f"üser {number}" if number % 3 else ""
            teller.tell(f"c-{number}", age_hours=age, user_id=user)
    holdout = Holdout(0.3, "a secret")
    held = sum(holdout.holds(f"üser {number}" if number % 3 else "", f"c-{number}") for number in range(60))
    found = load_loops(teller.store, teller.project.pk, holdout, teller.now_ns)
    assert (found.weeks, found.conversations, found.held_out) == (1, 60, held)
    assert 5 < held < 35
    assert load_loops(teller.store, teller.project.pk, Holdout(), teller.now_ns).held_out == 0


def test_models_and_forms_of_answers_are_counted_with_their_praise(teller: Teller) -> None:
    age = find_last_week(teller)
    teller.tell("a", (("How?", "1. Press it.\n2. Wait."),), age_hours=age, feedback=[teller.thumb("a", 0, "up")])
    teller.tell("b", (("How?", "Which one do you mean?"),), age_hours=age)
    teller.tell("now", (("How?", "- one\n- two"),), age_hours=0)
    counts = {each["item"]: (each["exposed"], each["praised"]) for each in ask("loops")["items"]}
    assert counts == {
        "model gpt-x": (2, 1),
        "answers with a list": (1, 1),
        "answers with a question at the end": (1, 0),
    }


def tell_loop(teller: Teller) -> None:
    """Ten weeks in which lists become more, and are liked more, but by those who are held out."""
    holdout, age = load_holdout(teller.project.pk), find_last_week(teller)
    with teller.together():
        for week in range(10):
            for number in range(60):
                user, name = f"u{number}", f"c-{week}-{number}"
                is_list = number % 20 < 4 + week
                praise = 0.1 if holdout.holds(user) else 0.02 + 0.09 * week
                is_liked = is_list and (number * 7 + week * 3) % 20 < 20 * praise
                teller.tell(
                    name,
                    (("How?", "- Press it.\n- Wait." if is_list else "Press it."),),
                    age_hours=age + WEEK * (9 - week),
                    user_id=user,
                    feedback=[teller.thumb(name, 0, "up")] if is_liked else [],
                )


def test_a_loop_is_warned_of_on_the_page_and_by_rest(teller: Teller, open_page: Open) -> None:
    HoldoutSetting.objects.create(project=teller.project, share=0.3, secret="always the same users")
    tell_loop(teller)
    found = ask("loops")
    [lists] = [each for each in found["items"] if each["item"] == "answers with a list"]
    assert lists["control"] == "holdout"
    assert lists["is_warning"], lists
    text = open_page("datasets").text
    assert "answers with a list feeds on its own praise" in text
    assert "more than among those held out" in text


def test_without_enough_it_says_what_is_missing(teller: Teller, open_page: Open) -> None:
    teller.tell("c")
    assert "Too little to say whether any answer feeds on its own praise" in open_page("datasets").text


def test_many_conversations_are_looked_through_after_the_page_and_kept(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_liked(teller)
    KEPT.forget()
    monkeypatch.setattr("feedback.loop_list.MOST_AT_ONCE", 5)
    page = open_page("datasets")
    assert "are being looked through" in page.text
    assert 'hx-get="/p/default/datasets?&amp;wait=yes" hx-trigger="load" hx-target="#looped"' in page.html
    assert "Too little to say" in open_page("datasets?wait=yes").text
    monkeypatch.setattr("feedback.loop_list.load_loops", lambda *_: pytest.fail("it is kept"))
    assert "Too little to say" in open_page("datasets").text
    set_holdout(teller.project.pk, 0.4)
    assert "are being looked through" in open_page("datasets").text
    KEPT.forget()
