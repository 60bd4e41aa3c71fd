"""What a page says when it cannot be shown: in words, with a status that programs understand, and what to do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.pages.conftest import Page, Teller
from tracing.access.limits import LaterError
from tracing.page_problems import tell_problem
from tracing.store import StoreUnavailableError

Open = Callable[[str], Page]


def test_a_page_whose_store_is_away_says_so_and_when_to_try_again(
    teller: Teller, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise StoreUnavailableError("it is away")

    monkeypatch.setattr(type(teller.store), "query", fail)
    page = open_page("conversations?q=a%22b")
    assert page.status == 503
    assert page.response["Retry-After"] == "5"
    assert "The store does not answer" in page.text
    assert page.find_links("/p/default/conversations?q=a%22b")
    assert "it is away" not in page.text


@pytest.mark.usefixtures("store")
def test_a_form_that_is_too_large_changes_nothing(project: object, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = Client(headers={"host": "localhost"}).post("/p/default/settings/project/change", {"name": "n" * 2_000})
    assert answer.status_code == 413
    assert "more than 1,000 bytes" in answer.content.decode()


def test_what_comes_too_often_is_put_off() -> None:
    problem = tell_problem(LaterError(429, "That is too often; send it again in 3 s.", 3))
    assert problem is not None
    assert (problem.status, problem.retry_s) == (429, 3)


def test_our_own_mistakes_are_not_explained_away() -> None:
    assert tell_problem(ValueError("x")) is None


def test_a_page_that_is_not_there_offers_the_search(teller: Teller, open_page: Open) -> None:
    page = open_page("conversations/nobody")
    assert page.status == 404
    assert 'action="/p/default/find"' in page.html


def test_the_page_of_a_broken_server_needs_nothing_that_may_be_broken() -> None:
    text = (django_settings.BASE_DIR / "templates/500.html").read_text(encoding="utf-8")
    assert "extends" not in text
    assert "{% url" not in text


def test_under_another_hosts_name_nothing_is_told(transactional_db: None) -> None:
    response = Client(headers={"host": "evil.example"}).get("/")
    assert (response.status_code, response.content) == (400, b"Bad Request")
