"""The pages of regression cases: what a verified failure mode becomes, what is missing, and its files."""

import io
import zipfile
from collections.abc import Callable

import pytest

from feedback.reviewing.regressions import COUNTED
from tests.feedback.reviewing.verified import make_mode, tell_verified
from tests.pages.conftest import Page, Teller
from tracing.models import AuditEntry

Open = Callable[[str], Page]
CASES = "failure-modes/1/regression-cases"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    """Projects of tests have the same numbers."""
    COUNTED.forget()


def test_a_verified_mode_leads_to_its_cases(teller: Teller, open_page: Open) -> None:
    tell_verified(teller)
    page = open_page("failure-modes/1")
    assert page.find_links("/regression-cases") == [f"/p/default/{CASES}", f"/p/default/{CASES}.zip"]


def test_a_mode_that_is_not_verified_says_how_many_reviews_are_missing(teller: Teller, open_page: Open) -> None:
    tell_verified(teller, reviewed=2)
    assert "3 more conversations to review at least" in open_page("failure-modes/1").text
    page = open_page(CASES)
    assert (page.status, "at least 3 more of its conversations have to be reviewed" in page.text) == (200, True)
    assert not page.find_links(".zip")


def test_cases_tell_what_is_asked_and_checked_and_what_is_none(teller: Teller, open_page: Open) -> None:
    tell_verified(teller, vague="Open <i>Settings</i>, then Security, and press Reset.")
    page = open_page(CASES)
    assert "Refuses &lt;b&gt;needlessly" in page.html
    assert "says it: its user said that “Canberra” is right" in page.text
    assert "Open &lt;i&gt;Settings&lt;/i&gt;, then" in page.html
    assert "1: nothing tells what a good answer would say" in page.text
    assert "/p/default/conversations/plain?turn=1#turn-1" in page.find_links("/conversations/plain")
    assert "Download 4 cases" in page.text


def test_the_files_are_taken_away_and_the_audit_log_says_so(teller: Teller, open_page: Open) -> None:
    tell_verified(teller)
    for address in (f"{CASES}.zip", "failure-modes/regression-cases.zip"):
        response = open_page(address).response
        with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
            assert "test_regressions.py" in archive.namelist()
    told = AuditEntry.objects.filter(action__endswith="regression_cases").order_by("pk")
    assert [(each.action, each.target, each.details["cases"]) for each in told] == [
        ("download_regression_cases", "1", 3),
        ("download_all_regression_cases", "all verified failure modes", 3),
    ]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("failure-modes/9/regression-cases", 404),
        ("failure-modes/9/regression-cases.zip", 404),
        (f"{CASES}.zip", 409),
        ("failure-modes/regression-cases.zip", 409),
    ],
)
def test_what_there_is_not_is_told(teller: Teller, open_page: Open, address: str, status: int) -> None:
    make_mode(teller)
    page = open_page(address)
    assert page.status == status
    assert "Not here" in page.text


def test_what_reviews_changed_tells_of_cases(teller: Teller, open_page: Open) -> None:
    assert "no failure mode is verified" in open_page("review/effects").text
    tell_verified(teller)
    assert "1 of 1 verified failure mode has cases for the next release: 3 in all" in open_page("review/effects").text
