"""The page of drift: what is shown while there is little, how segments stand, what moved, and what people do about it."""

from collections.abc import Callable

from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]


def test_without_conversations_it_says_how_to_connect(teller: Teller, open_page: Open) -> None:
    page = open_page("drift")
    assert "No conversation has come in yet" in page.text
    assert page.find_links("/setup")
