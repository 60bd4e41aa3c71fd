"""The page and the operation of texts: who may change what is kept, and what pages show where nothing is."""

import json
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from feedback.pages.text_notices import tell_of_texts
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project
from tracing.store import Store
from tracing.text_choice import CHOICES
from tracing.texts.stand_ins import stand_in

ADDRESS = "/p/default/settings/texts"


@pytest.fixture(autouse=True)
def _fresh_choices() -> Iterator[None]:
    yield
    CHOICES.forget()


@pytest.fixture
def client(project: Project, store: Store) -> Client:
    """Of this machine, which may do everything."""
    return Client(headers={"host": "localhost"})


def hide(text: str) -> str:
    return stand_in(text, b"secret")


def test_whoever_administers_may_keep_no_texts_and_it_is_written_down(project: Project, store: Store) -> None:
    make_user("bo@example.org", project, Role.EDITOR)
    make_user("olga@example.org", project, Role.OWNER)
    assert log_in("bo@example.org").post(f"{ADDRESS}/change", {"keep": "none"}).status_code == 403
    assert "Save" not in read(log_in("bo@example.org").get(ADDRESS))
    client = log_in("olga@example.org")
    assert client.post(f"{ADDRESS}/change", {"keep": "hours", "hours": "12"}).status_code == 302
    project.refresh_from_db()
    assert (project.text_hours, project.purge_texts_before) == (12, None)
    assert client.post(f"{ADDRESS}/change", {"keep": "none", "hours": "12", "purge": "on"}).status_code == 302
    project.refresh_from_db()
    assert project.text_hours == 0
    assert project.purge_texts_before is not None
    assert "is losing its texts" in read(client.get(ADDRESS))
    assert AuditEntry.objects.filter(action="change_texts").last().details["hours"] == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("form", [{"keep": "hours"}, {"keep": "hours", "hours": "0"}, {"keep": "sometimes"}, {}])
def test_what_cannot_be_is_refused_in_words(client: Client, project: Project, form: dict[str, str]) -> None:
    answer = client.post(f"{ADDRESS}/change", form)
    assert answer.status_code == 422
    project.refresh_from_db()
    assert project.text_hours is None


def test_programs_ask_and_change_the_same(client: Client, project: Project) -> None:
    told = client.get("/api/v1/content").json()
    assert (told["hours"], told["purged_until"]) == (None, None)
    assert (told["signals"]["thumbs"], told["signals"]["comment"], told["signals"]["sentiment"]) == (
        "yes",
        "in part",
        "no",
    )
    changed = client.put("/api/v1/content", json.dumps({"hours": 24}), content_type="application/json")
    assert changed.json()["hours"] == 24
    refused = client.put("/api/v1/content", json.dumps({"hours": -1}), content_type="application/json")
    assert refused.status_code == 422


def test_pages_and_rest_say_how_long_a_text_was_and_nothing_else_of_it(
    teller: Teller, open_page: Callable[[str], Page], client: Client
) -> None:
    teller.tell("c", [(hide("Where is my order?"), hide("x" * 1234)), (hide("why"), hide("because"))])
    for path in ("/p/default/conversations/c", "/p/default/conversations", "/p/default/conversations?panel=c"):
        page = open_page(path)
        assert "text not kept" in page.text
        assert "18 characters" in page.text
        assert "\ufdd0" not in page.text
    assert "text not kept · 1,234 characters" in open_page("/p/default/conversations/c").text
    body = client.get("/api/v1/conversations/c").content.decode()
    assert "[text not kept: 18 characters]" in body
    assert "ufdd0" not in body.lower()


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("failure_modes", "failure-modes"),
        ("contradictions", "failure-modes/contradictions"),
        ("datasets", "datasets"),
        ("datasets", "datasets/new"),
        ("comparisons", "comparisons"),
        ("review", "review"),
        ("drift", "drift"),
        ("judge", "settings/judge"),
        ("search", "conversations?q=hello"),
    ],
)
def test_pages_say_what_they_lack_without_texts(
    project: Project, open_page: Callable[[str], Page], page: str, address: str
) -> None:
    said = []
    for hours in (None, 0, 24):
        Project.objects.update(text_hours=hours)
        CHOICES.forget()
        said.append([tell_of_texts(each, page) in open_page(f"/p/default/{address}").text for each in (0, 24)])
    assert said == [[False, False], [True, False], [False, True]]
