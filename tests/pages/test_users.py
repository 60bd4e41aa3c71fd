"""The pages of users: all of them, and one over time."""

from collections.abc import Callable

from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]
ODD = "../a b/\N{PILE OF POO}?#%2F" + "x" * 900


def test_a_user_is_listed_and_opens_whatever_the_id(teller: Teller, open_page: Open) -> None:
    teller.tell("c", user_id=ODD)
    teller.tell("d", user_id="")
    [link] = open_page("users").find_links("/users/")
    page = open_page(link)
    assert page.status == 200
    assert [each.rpartition("/")[2] for each in page.list_conversations()] == ["c"]
