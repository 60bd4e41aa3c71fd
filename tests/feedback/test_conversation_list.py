"""Quoted phrases: pages hold every conversation of a phrase once, and none reads more of them than it may."""

import pytest

from feedback import conversation_list
from feedback.conversation_list import Row, find_page
from tests.conftest import Server
from tracing.conversations import Answer, Conversation, Turn
from tracing.filter_language import read_filter
from tracing.page_filling import FilledPage
from tracing.paging import Place
from tracing.records import write_conversations
from tracing.store import Store

BEGIN_NS = 10**18


def tell(store: Store, texts: list[str], *, version: int = 1) -> None:
    """A conversation of each text, the first being the oldest."""
    conversations = [
        Conversation(
            1,
            f"c-{number:03}",
            (Turn(0, text, Answer(f"t-{number}", "s", "Well.", "completed", "", BEGIN_NS + number, 1)),),
        )
        for number, text in enumerate(texts)
    ]
    write_conversations(store, conversations, previous={}, version=version)


def read_page(store: Store, query: str, place: Place, limit: int) -> FilledPage[Row]:
    path = "feedback/sql/page_conversations.sql"
    return find_page(store, path, 1, read_filter(query), place, limit, 2 * BEGIN_NS)


def read_all(store: Store, query: str, limit: int) -> list[list[str]]:
    """The ids of every page."""
    pages: list[list[str]] = []
    place: Place | None = Place()
    while place is not None:
        page = read_page(store, query, place, limit)
        pages.append([row["conversation_id"] for row in page.rows])
        place = page.next
    return pages


@pytest.fixture
def said(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Every tenth of 60 says the phrase, the others its words in another order; ten may be read for a page."""
    monkeypatch.setattr(conversation_list, "FIRST_READ", 4)
    monkeypatch.setattr(conversation_list, "MOST_READ", 10)
    tell(store, ["a red button" if number % 10 == 5 else "a button, red" for number in range(60)])
    return store


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
def test_pages_hold_each_conversation_of_a_phrase_once_newest_first(said: Store, limit: int) -> None:
    pages = read_all(said, '"red button"', limit)
    assert [each for page in pages for each in page] == [f"c-{number:03}" for number in (55, 45, 35, 25, 15, 5)]
    assert max(map(len, pages)) <= limit


def test_a_page_that_has_read_enough_ends_and_the_next_goes_on(said: Store) -> None:
    page = read_page(said, '"button button"', Place(), 3)
    assert (page.rows, page.next) == ([], Place(BEGIN_NS + 50, "c-050"))
    assert read_all(said, '"button button"', 3) == [[]] * 7


def test_words_without_quotes_need_no_reading(said: Store) -> None:
    assert [len(page) for page in read_all(said, "red button", 25)] == [25, 25, 10]


def test_a_phrase_that_a_conversation_lost_does_not_find_it(said: Store) -> None:
    tell(said, ["a button, red"] * 60, version=2)
    assert not any(read_all(said, '"red button"', 50))


def test_what_a_conversation_was_before_does_not_find_it(store: Store) -> None:
    tell(store, ["one"], version=1)
    tell(store, ["two"], version=2)
    found = [len(read_page(store, query, Place(), 5).rows) for query in ("one", "two", "turns:1", "conversation:c-000")]
    assert found == [0, 1, 1, 1]


def test_rest_and_the_page_go_on_where_a_page_of_a_phrase_has_read_enough(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_list, "FIRST_READ", 4)
    monkeypatch.setattr(conversation_list, "MOST_READ", 60)
    tell(server.store, ["a red button", *["a button, red"] * 70])
    first = server.get_json("conversations?limit=10&q=%22red%20button%22")
    assert first["items"] == []
    second = server.get_json(f"conversations?limit=10&q=%22red%20button%22&cursor={first['next_cursor']}")
    assert [item["conversation_id"] for item in second["items"]] == ["c-000"]
    assert second["next_cursor"] is None
    page = server.get("/p/default/conversations?q=%22red%20button%22").decode()
    assert "No conversation up to here" in page
    assert "Older" in page
    told = server.get("/p/default/conversations/c-003?q=%22red%20button%22").decode()
    assert "/conversations/c-000?" in told
