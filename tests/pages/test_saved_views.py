"""Views of the list: those that are there, those that people save, share, change and delete, by page and by REST."""

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.models import SavedView
from feedback.pages.list_state import ListState
from feedback.pages.list_tabs import READY_VIEWS, Saved, list_tabs
from feedback.saved_views import MOST_OF_ONE, SavedViewProblems, create_view
from feedback.views import find_fault
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project

Open = Callable[[str], Page]
HOSTILE = "<script>alert(1)</script> %s {{ x }} \N{PILE OF POO}"


def find_tabs(html: str) -> list[tuple[str, bool]]:
    """The names of the views, each with whether it is current."""
    part = html.partition('<nav aria-label="Views">')[2].partition("</nav>")[0]
    links = part.split("<a ")[1:]
    return [(unescape(link.partition('dir="auto">')[2].partition("<")[0]), "aria-current" in link) for link in links]


def test_what_most_look_for_is_there_without_being_saved(teller: Teller, open_page: Open) -> None:
    teller.tell("down", feedback=[teller.thumb("down", 0, "down")])
    teller.tell("plain")
    page = open_page("conversations?thumbs=down&range=7d")
    assert ("Thumbs down", True) in find_tabs(page.html)
    assert sum(is_current for _, is_current in find_tabs(page.html)) == 1
    assert not find_fault(ListState().filters)
    for view in READY_VIEWS:
        assert not find_fault(view.filters), view.title
        shown = open_page(f"conversations?{ListState(view.filters, view.sort).query}")
        assert (view.title, True) in find_tabs(shown.html)
    unsaid = ListState(next(view.filters for view in READY_VIEWS if view.title == "Without any feedback"))
    assert open_page(f"conversations?{unsaid.query}").list_conversations() == ["/p/default/conversations/plain"]


def test_what_narrows_a_ready_view_further_can_be_saved(teller: Teller, open_page: Open) -> None:
    teller.tell("c-1", [("Which city?", "Paris.")])
    can_save = ["Save as a view" in open_page(f"conversations{query}").html for query in ("", "?thumbs=down&range=7d")]
    assert can_save == [False, True]


@pytest.fixture
def post(teller: Teller) -> Callable[..., HttpResponse]:
    teller.tell("one")
    client = Client(headers={"host": "localhost"})
    return lambda path, **fields: client.post(f"/p/default/saved-views/{path}", fields, follow=True)


def test_a_list_is_saved_opened_changed_and_deleted(post: Callable[..., HttpResponse], open_page: Open) -> None:
    saved = read(post("add", name="  Slow  ones ", query="?cursor=x&latency=1&q=latency%3E2s&columns=turns"))
    view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("Slow ones", "q=latency%3E2s&columns=turns", False)
    assert "“Slow ones” is saved." in saved
    assert ("Slow ones", True) in find_tabs(saved)
    changed = open_page("conversations?q=latency%3E3s&view=1")
    assert ("Slow ones", True) in find_tabs(changed.html)
    assert "(changed)" in changed.text
    assert "Keep what it shows now" in changed.text
    post("1/change", query="q=latency%3E3s")
    post("1/change", renames="yes", name=HOSTILE, is_shared="on")
    view.refresh_from_db()
    assert (view.query, view.is_shared) == ("q=latency%3E3s", True)
    deleted = post("1/delete", query="thumbs=down")
    assert deleted.redirect_chain[-1][0] == "/p/default/conversations?thumbs=down"
    assert not SavedView.objects.exists()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["add_saved_view", "change_saved_view", "change_saved_view", "delete_saved_view"]


def test_names_and_lists_are_hostile(post: Callable[..., HttpResponse], open_page: Open) -> None:
    post("add", name=HOSTILE, query="q=%3E%3Cscript%3E&user_id=%00%27")
    page = open_page("conversations")
    assert (HOSTILE, False) in find_tabs(page.html)
    assert "<script>alert" not in page.html
    answer = post("add", name="evil", query="\r\nLocation: https://example.org\r\n")
    assert answer.redirect_chain[0][0].startswith("/p/default/conversations")


@pytest.mark.parametrize(
    ("name", "query", "problem"),
    [
        ("", "", "A name has 1 to 100 characters"),
        ("x" * 101, "", "A name has 1 to 100 characters"),
        ("a\0b", "", "A name has 1 to 100 characters"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", "", "A name has 1 to 100 characters, all of which can be seen"),
        ("taken", "", "There is already a view called “taken”"),
        ("x", "q=modle%3Ax", "The filter cannot be read: Unknown field `modle`"),
        ("x", "outcome=gone", "The filter cannot be read: `outcome` is one of"),
    ],
)
def test_what_cannot_be_saved_is_told(post: Callable[..., HttpResponse], name: str, query: str, problem: str) -> None:
    post("add", name="taken", query="thumbs=up")
    assert f"Not saved. {problem}" in unescape(read(post("add", name=name, query=query)))
    assert SavedView.objects.count() == 1


def test_one_person_has_so_many(project: Project) -> None:
    for number in range(MOST_OF_ONE):
        create_view(project, str(number), "", "eva", is_shared=False)
    with pytest.raises(SavedViewProblems, match="delete one first"):
        create_view(project, "one more", "", "eva", is_shared=False)
    assert create_view(project, "one more", "", "bo", is_shared=False).number == MOST_OF_ONE + 1


@pytest.mark.usefixtures("quick_passwords")
def test_a_view_is_its_owners_until_it_is_shared(teller: Teller) -> None:
    teller.tell("one")
    project = teller.project
    people = {}
    for name, role in (("eva", Role.REVIEWER), ("bo", Role.REVIEWER), ("ed", Role.EDITOR), ("vi", Role.VIEWER)):
        make_user(f"{name}@example.org", project, role)
        people[name] = log_in(f"{name}@example.org")
    path = f"/p/{project.slug}/saved-views"
    assert people["vi"].post(f"{path}/add", {"name": "x"}).status_code == 403
    people["eva"].post(f"{path}/add", {"name": "Hers", "query": "thumbs=down"})
    view = SavedView.objects.get()
    address = f"/p/{project.slug}/conversations"
    assert "Hers" in read(people["eva"].get(address))
    assert "Hers" not in read(people["ed"].get(address))
    assert people["ed"].post(f"{path}/{view.number}/delete").status_code == 404
    people["eva"].post(f"{path}/{view.number}/change", {"renames": "yes", "name": "Hers", "is_shared": "on"})
    for name in ("bo", "ed", "vi"):
        assert "Shared by eva@example.org" in read(people[name].get(address))
    assert people["bo"].post(f"{path}/{view.number}/delete").status_code == 403
    assert people["bo"].post(f"{path}/999999999999/delete").status_code == 404
    people["ed"].post(f"{path}/{view.number}/delete")
    assert not SavedView.objects.exists()


def test_rest_gives_saves_changes_and_deletes_views(project: Project) -> None:
    client = Client(headers={"host": "localhost"})

    def ask(method: str, path: str = "", **body: Any) -> Any:
        answer = client.generic(method, f"/api/v1/saved-views{path}", json.dumps(body), content_type="application/json")
        return answer.status_code, json.loads(answer.content or "null")

    status, view = ask("POST", name="Down", query="sort=dissatisfied&thumbs=down", is_shared=True)
    assert status == 201
    assert (view["number"], view["query"], view["may_change"]) == (1, "thumbs=down&sort=dissatisfied", True)
    listed = ask("GET")[1]
    assert listed["items"] == [view]
    assert {"name": "Thumbs down", "query": "thumbs=down"} in listed["ready"]
    assert ask("PATCH", "/1", name="Thumbs")[1]["name"] == "Thumbs"
    status, problem = ask("PATCH", "/1", query="q=modle%3Ax")
    assert (status, problem["errors"][0]["parameter"]) == (422, "query")
    assert ask("GET", "/1")[1]["name"] == "Thumbs"
    assert ask("DELETE", "/1")[0] == 204
    assert ask("GET", "/1")[0] == 404


def test_the_view_that_was_opened_is_current_and_says_where_it_differs() -> None:
    saved = [Saved(3, "Mine", "thumbs=down", False, "eva", True), Saved(4, "Same", "thumbs=down", True, "bo", False)]

    def find_current(query: str, opened: int | None) -> list[tuple[str, bool]]:
        tabs = list_tabs(ListState.read(query), saved, opened)
        return [(tab.title, tab.is_changed) for tab in tabs if tab.is_current]

    assert find_current("thumbs=down", 4) == [("Same", False)]
    assert find_current("thumbs=down", None) == [("Mine", False)]
    assert find_current("thumbs=up", 4) == [("Same", True)]
    assert find_current("thumbs=up", 9) == []
    assert find_current("outcome=error&range=7d&columns=turns", None) == [("Errors", True)]
    errors = next(tab for tab in list_tabs(ListState.read("range=7d"), saved, None) if tab.title == "Errors")
    assert errors.query == "range=7d&outcome=error"
