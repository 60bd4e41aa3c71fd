"""The page of asking: what came of it, and the rules, which those may change who may edit."""

import time
from collections.abc import Callable

import pytest
from django.test import Client

from feedback.asking import Moment, Reason, Rules
from feedback.asks import Decision, load_rules, to_columns
from feedback.models import AskingSetting
from feedback.satisfaction import Interval
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project

ADDRESS = "/p/default/settings/asking"
FORM = {
    "is_on": "on",
    "most_asks": "2",
    "days": "14",
    "random_share": "2.5",
    "doubt_share": "30",
    "day_share": "4",
}


def tell_ask(teller: Teller, name: str, *, asked: bool = True, reason: Reason = Reason.UNCERTAIN) -> None:
    decision = Decision(name, asked, 0.2, reason)
    teller.store.insert(
        "asks",
        to_columns(
            teller.project.pk, Moment(user_id=name), "turn 1", decision, Interval(0.3, 0.1, 0.6), time.time_ns()
        ),
    )


def test_without_decisions_it_says_what_to_call(teller: Teller, open_page: Callable[[str], Page]) -> None:
    page = open_page(ADDRESS)
    assert "Nothing was decided yet" in page.text
    assert "tacit.should_ask" in page.text
    assert not AskingSetting.objects.exists()


def test_decisions_are_told_by_reason_with_what_users_said(teller: Teller, open_page: Callable[[str], Page]) -> None:
    for number in range(4):
        tell_ask(teller, f"a{number}", asked=number < 3)
    tell_ask(teller, "b0", asked=False, reason=Reason.CAPPED)
    thumb = teller.thumb("c", 0, "down")
    answers = [("a0", "thumbs"), ("a0", "comment"), ("a1", "declined"), ("a3", "thumbs")]
    told = [
        type(thumb)(1, f"{ask_id}-{name}", name, teller.now_ns, conversation_id="c", metadata={"ask_id": ask_id})
        for ask_id, name in answers
    ]
    teller.tell("c", feedback=told)
    text = open_page(ADDRESS).text
    assert "the estimate leaves open whether the user is dissatisfied 4 3 1 (33 %) 1" in text
    assert "this user was asked lately 1 0 0 0" in text
    assert "all 5 3 1 1" in text


def test_an_editor_changes_the_rules_and_it_is_written_down(teller: Teller, project: Project) -> None:
    make_user("bo@example.org", project, Role.EDITOR)
    answer = log_in("bo@example.org").post(f"{ADDRESS}/change", FORM)
    assert answer.status_code == 302
    assert load_rules(project.pk) == Rules(most_asks=2, days=14, random_share=0.025, doubt_share=0.3, day_share=0.04)
    assert AuditEntry.objects.get(action="change_asking").details["days"] == 14
    log_in("bo@example.org").post(f"{ADDRESS}/change", {name: each for name, each in FORM.items() if name != "is_on"})
    assert not load_rules(project.pk).is_on


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("most_asks", "0", "Times"),
        ("days", "", "Days"),
        ("random_share", "101", "Of everybody"),
        ("random_share", "nan", "Of everybody"),
        ("doubt_share", "-1", "doubt"),
        ("day_share", "much", "day"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(teller: Teller, name: str, value: str, word: str) -> None:
    answer = Client(headers={"host": "localhost"}).post(f"{ADDRESS}/change", FORM | {name: value})
    assert answer.status_code == 422
    assert word in read(answer)
    assert not AskingSetting.objects.exists()


def test_a_viewer_sees_the_rules_and_no_button(teller: Teller, project: Project) -> None:
    make_user("bo@example.org", project)
    page = read(log_in("bo@example.org").get(ADDRESS))
    assert "In days" in page or "in days" in page
    assert "Save" not in page
    assert log_in("bo@example.org").post(f"{ADDRESS}/change", FORM).status_code == 403
