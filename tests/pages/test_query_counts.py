"""Pages ask both databases as often for one row as for many: no query stands in a loop."""

from collections.abc import Callable
from operator import sub

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.pages.conftest import Page, Teller
from tracing.store import Store

PAGES = ("", "conversations", "traces", "users", "tasks", "failure-modes", "datasets", "comparisons", "conversations/a")
MOST_OF_THE_STORE = 30
"""Each takes some milliseconds, however little there is to read."""
ROWS = 9
SLACK = 4
"""What is asked once in a while may fall into the second look."""


@pytest.fixture
def count(open_page: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[int, int]]:
    """How often a page asks the store, and Django's database."""
    asked: list[str] = []
    query = Store.query

    def watch(self: Store, path: str, *given: object, **named: object) -> object:
        asked.append(path)
        return query(self, path, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "query", watch)

    def ask(page: str) -> tuple[int, int]:
        open_page(page)  # what is asked once in a process
        asked.clear()
        with CaptureQueriesContext(connection) as captured:
            assert open_page(page).status == 200
        return len(asked), len(captured)

    return ask


def test_no_page_asks_more_for_more_rows(teller: Teller, count: Callable[[str], tuple[int, int]]) -> None:
    for name in ("a", "b", "c"):
        teller.tell(name, user_id=name)
    few = {page: count(page) for page in PAGES}
    for name in range(ROWS):
        teller.tell(f"conversation-{name}", user_id=f"user-{name}")
    many = {page: count(page) for page in PAGES}
    grown = {page: (few[page], many[page]) for page in PAGES if max(map(sub, many[page], few[page])) > SLACK}
    assert not grown
    assert max(of_store for of_store, _ in many.values()) <= MOST_OF_THE_STORE
