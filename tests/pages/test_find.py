"""The search over every page: what it finds, of whom, and that what it is asked harms nobody."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from feedback.datasets.definition import Definition
from feedback.flywheel.datasets import create_dataset
from feedback.pages.finding import clean_question, find_entries
from feedback.review.questions import Question
from feedback.review.queue import QueueDefinition
from feedback.reviewing.queues import create_queue
from feedback.saved_views import create_view
from tests.pages.alerting import make_alert, make_rule
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tests.pages.test_failure_modes import make_mode
from tests.tracing.otlp import insert_spans, make_span, make_trace_id
from tracing.access.decisions import LOCAL
from tracing.access.rights import EVERYTHING, Right, Role
from tracing.menu import MENU, SETTINGS, list_entries

Open = Callable[[str], Page]


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("fail", ["failure_modes"]),
        ("DRIFT", ["drift"]),
        ("slack", ["alert_targets"]),
        ("alert", ["alerts", "alert_targets"]),
        ("mode", ["failure_modes", "comparisons", "prices"]),
        ("ailure", []),
    ],
)
def test_pages_are_found_by_the_beginnings_of_their_words(question: str, sections: list[str]) -> None:
    assert [entry.section for entry in find_entries(list_entries(EVERYTHING), question)] == sections


def test_pages_are_found_by_whom_they_are_for() -> None:
    assert not find_entries(list_entries({Right.READ}), "members")


def test_every_page_has_a_letter_of_its_own() -> None:
    keys = [entry.key for group in MENU for entry in group.entries]
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert not any(entry.key for entry in SETTINGS)


def test_a_question_is_one_line_of_bounded_length() -> None:
    assert clean_question(" a\0\n b ") == "a b"
    assert len(clean_question("x" * 9_000)) == 500


def test_words_and_beginnings_of_ids_find_what_a_project_holds(teller: Teller, open_page: Open) -> None:
    teller.tell("order-17", [("Where is my parcel?", "On its way.")], user_id="order-anna")
    insert_spans(teller.store, make_span(1, 7))
    make_mode(teller, 1, name="Parcels get lost")
    create_dataset(teller.project, "Parcels, praised", Definition("trl-kto"), "")
    create_view(teller.project, "My parcels", "thumbs=down", LOCAL.kind.value, is_shared=False)
    create_view(teller.project, "Parcels of Bo", "", "bo@example.org", is_shared=False)
    create_queue(teller.project, "Parcel questions", QueueDefinition(Question.OUTCOME), "")
    by_words = open_page("find?q=parcel")
    for address in ("conversations/order-17?q=parcel", "failure-modes/1", "datasets/1", "review/1"):
        assert by_words.find_links(f"/p/default/{address}"), address
    assert by_words.find_links("/p/default/conversations?thumbs=down&view=1")
    assert "Parcels of Bo" not in by_words.text
    by_id = open_page("find?q=order-")
    assert by_id.find_links("/p/default/conversations/order-17")
    assert by_id.find_links("/p/default/users/order-anna")
    trace_id = make_trace_id(7)
    assert open_page(f"find?q={trace_id[:8].upper()}").find_links(f"/p/default/traces/{trace_id}")
    assert "Nothing was found" in open_page("find?q=zebra").text


def test_alerts_and_their_rules_are_found_by_name(teller: Teller, open_page: Open) -> None:
    rule = make_rule(teller.project, "Parcels that stop")
    alert = make_alert(teller.project, rule, title="Parcels: errors rose to 9 %")
    page = open_page("find?q=parcel")
    assert page.find_links(f"/p/default/alerts/{alert.number}")
    assert page.find_links(f"/p/default/alerts/rules/{rule.pk}")


def test_a_filter_finds_and_leads_to_the_whole_list(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for number in range(7):
            teller.tell(f"c-{number}", user_id="anna")
    page = open_page("find?q=user:anna")
    assert len(page.list_conversations()) == 5
    assert page.find_links("/p/default/conversations?q=user%3Aanna")


@pytest.mark.parametrize(
    "question", ["cost>", "</script><script>alert(1)</script>", "' OR 1=1 --", "a\0b", "\u202etxt", "%", "w" * 9_000]
)
def test_what_is_asked_is_text_and_nothing_else(teller: Teller, open_page: Open, question: str) -> None:
    teller.tell("c", [("<img src=x onerror=alert(1)>", "no")], user_id="<b>")
    for path in ("find", "find/results"):
        page = open_page(f"{path}?q={quote(question)}")
        assert page.status == 200
        assert "<script>alert" not in page.html


def test_hostile_texts_are_found_as_texts(teller: Teller, open_page: Open) -> None:
    teller.tell("<b>id", [("<img src=x onerror=alert(1)> javascript", "no")], user_id="<b>user")
    for question in ("javascript", "<b>"):
        page = open_page(f"find/results?q={quote(question)}")
        assert "onerror" in page.text or "<b>user" in page.text
        assert "<img" not in page.html
        assert "<b>" not in page.html


@pytest.mark.usefixtures("quick_passwords")
def test_settings_that_one_may_not_see_are_not_found(teller: Teller) -> None:
    make_user("bo@example.org", teller.project, Role.VIEWER)
    html = read(log_in("bo@example.org").get("/p/default/find"))
    assert "/settings/prices" in html
    assert "/settings/members" not in html
