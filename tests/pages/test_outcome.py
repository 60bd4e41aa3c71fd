"""Reviewers say on a conversation's page whether its user was satisfied, with and without a script."""

import re
import time
from collections.abc import Callable

import pytest
from django.test import Client

from feedback.estimating import ESTIMATING_AGAIN
from feedback.labels import DISSATISFIED, OUTCOME, LabelKey, load_labels, write_label
from feedback.records import Hearing, write_hearings
from feedback.satisfaction_fits import forget_fits
from feedback.satisfaction_records import load_estimates
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry

Open = Callable[[str], Page]
JUDGE = "/p/default/conversation-outcome"
NO = {"conversation": "a", "verdict": "dissatisfied"}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ESTIMATING_AGAIN.forget_done()
    forget_fits()


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def tell(teller: Teller, name: str = "a") -> None:
    teller.tell(name)
    write_hearings(teller.store, teller.project.pk, {name: Hearing("test")}, [], time.time_ns() // 1000)


def list_said(teller: Teller, name: str = "a") -> list[tuple[str, str]]:
    return [(each.key.said_by, each.verdict) for each in load_labels(teller.store, teller.project.pk, name)]


def test_a_press_says_it_and_the_same_press_takes_it_back(teller: Teller, open_page: Open, client: Client) -> None:
    tell(teller)
    assert "Was this user satisfied?" in open_page("conversations/a").text
    answer = client.post(JUDGE, NO | {"query": "service_name=x&turn=1"})
    assert answer.headers["Location"] == "/p/default/conversations/a?service_name=x&turn=1#estimate"
    page = open_page("conversations/a")
    assert "said to be dissatisfied by local" in page.text
    pressed = re.findall(r'name="verdict" value="(\w*)" aria-pressed="(\w+)"', page.html.partition("outcome-yes")[2])
    assert pressed[:2] == [("satisfied", "false"), ("", "true")]
    client.post(JUDGE, NO | {"verdict": "satisfied"})
    assert list_said(teller) == [("local", "satisfied")]
    client.post(JUDGE, NO | {"verdict": ""})
    assert "said to be" not in open_page("conversations/a").text


def test_the_conversation_is_estimated_again_at_once(teller: Teller, client: Client) -> None:
    tell(teller)
    client.post(JUDGE, NO)
    assert "a" in load_estimates(teller.store, teller.project.pk, ["a"])


def test_with_a_script_the_card_alone_comes_back(teller: Teller, client: Client) -> None:
    tell(teller)
    html = client.post(JUDGE, NO, headers={"HX-Request": "true"}).content.decode()
    assert html.strip().startswith("<section")
    assert html.count("<section") == 1
    assert 'aria-pressed="true"' in html
    assert "csrfmiddlewaretoken" in html


def test_what_was_said_by_others_stands_beside_ones_own(teller: Teller, open_page: Open, client: Client) -> None:
    tell(teller)
    write_label(teller.store, teller.project.pk, LabelKey("a", OUTCOME, "<b>bo</b>"), DISSATISFIED)
    client.post(JUDGE, NO | {"verdict": "satisfied"})
    page = open_page("conversations/a")
    assert "said to be dissatisfied by <b>bo</b>" in page.text
    assert "<b>bo" not in page.html
    client.post(JUDGE, NO | {"verdict": ""})
    assert list_said(teller) == [("<b>bo</b>", "dissatisfied")]


@pytest.mark.parametrize("given", [{}, NO | {"verdict": "wrong"}, NO | {"conversation": "nowhere"}])
def test_what_names_nothing_that_there_is_is_refused(teller: Teller, client: Client, given: dict[str, str]) -> None:
    tell(teller)
    assert client.post(JUDGE, given).status_code == 404
    assert list_said(teller) == []


@pytest.mark.parametrize("name", ["a/b c", "a\nb", "<script>", "\u202e会話", "~x"])
def test_any_conversation_can_be_judged(teller: Teller, client: Client, open_page: Open, name: str) -> None:
    tell(teller, name)
    answer = client.post(JUDGE, NO | {"conversation": name})
    assert list_said(teller, name) == [("local", "dissatisfied")]
    assert open_page(answer.headers["Location"]).status == 200


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize(("role", "may"), [(Role.VIEWER, False), (Role.REVIEWER, True)])
def test_reviewers_judge_and_viewers_look(teller: Teller, role: Role, may: bool) -> None:
    tell(teller)
    make_user("bo@example.org", teller.project, role)
    person = log_in("bo@example.org")
    assert (JUDGE in read(person.get("/p/default/conversations/a"))) == may
    assert person.post(JUDGE, NO).status_code == (302 if may else 403)
    assert list_said(teller) == ([("bo@example.org", "dissatisfied")] if may else [])
    entries = list(AuditEntry.objects.exclude(action="log_in").values_list("action", "actor", "target"))
    assert entries == ([("judge_outcome", "bo@example.org", "a")] if may else [])
