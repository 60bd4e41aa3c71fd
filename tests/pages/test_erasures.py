"""The pages of erasure and retention: what would go is said first, and what was asked for is there with its receipt."""

import re

import pytest
from django.test import Client

from tests.pages.conftest import Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.erasing import running
from tracing.erasing.running import work_off
from tracing.models import AuditEntry, Erasure, Project
from tracing.retention import Kind, find_days_by_kind
from tracing.store import Store

PAGE, DAYS = "/p/default/settings/erasures", "/p/default/settings/retention"

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def editor(project: Project) -> Client:
    make_user("edda@example.org", project, Role.EDITOR)
    return log_in("edda@example.org")


def test_what_would_go_is_said_then_it_goes_and_the_receipt_says_so(
    editor: Client, teller: Teller, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller.tell("secret-talk-1")
    teller.tell("other-talk-2")
    assert 'value="secret-talk-1"' in read(editor.get("/p/default/conversations/secret-talk-1"))
    asked = editor.post(f"{PAGE}/ask", {"conversation_id": "secret-talk-1"})
    assert "1 conversation</b> with 1 turn" in read(asked)
    assert not Erasure.objects.exists()
    assert editor.post(f"{PAGE}/add", {"conversation_id": "secret-talk-1"}).status_code == 302
    assert "waiting" in read(editor.get(PAGE))
    monkeypatch.setattr(running, "SETTLING", running.SETTLING * 0)
    work_off(store)
    page = read(editor.get(PAGE))
    assert "erased, and nothing was found after" in page
    assert "secret-talk-1" not in page
    assert editor.get("/p/default/conversations/secret-talk-1").status_code == 404
    assert editor.get("/p/default/conversations/other-talk-2").status_code == 200
    [entry] = AuditEntry.objects.filter(action="add_erasure")
    assert (entry.target, entry.details) == ("a conversation", {"erasure": Erasure.objects.get().pk})
    assert "secret-talk-1" not in str(AuditEntry.objects.values_list("target", "details"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"user_id": "u", "conversation_id": "c"},
        {"start": "2026-01-01T10:00"},
        {"start": "2026-01-02T10:00", "end": "2026-01-01T10:00"},
        {"start": "yesterday", "end": "today"},
    ],
)
def test_what_is_not_one_thing_is_refused_with_what_to_do(editor: Client, store: Store, given: dict[str, str]) -> None:
    for way in ("ask", "add"):
        answer = editor.post(f"{PAGE}/{way}", given)
        assert answer.status_code == 422
        assert 'role="alert"' in read(answer)
    assert not Erasure.objects.exists()


def test_a_time_is_asked_for_in_utc(editor: Client, store: Store) -> None:
    given = {"start": "2026-01-01T10:00", "end": "2026-01-01T12:30"}
    page = read(editor.post(f"{PAGE}/ask", given))
    assert "2026-01-01 10:00" in page
    assert 'name="end" value="2026-01-01 12:30:00"' in page
    editor.post(f"{PAGE}/add", {"start": "2026-01-01 10:00:00", "end": "2026-01-01 12:30:00"})
    erasure = Erasure.objects.get()
    assert (erasure.kind, erasure.start.isoformat()) == ("time", "2026-01-01T10:00:00+00:00")


def test_who_may_not_edit_is_not_offered_it(project: Project, teller: Teller) -> None:
    teller.tell("c")
    make_user("vera@example.org", project, Role.VIEWER)
    viewer = log_in("vera@example.org")
    assert "Erase …" not in read(viewer.get("/p/default/conversations/c"))
    assert viewer.get(PAGE).status_code == 403


def test_each_kind_of_data_has_days_of_its_own(project: Project, store: Store) -> None:
    make_user("olga@example.org", project, Role.OWNER)
    owner = log_in("olga@example.org")
    assert owner.post(f"{DAYS}/change", {"retention_days": "90", "raw": "7", "feedback": "0"}).status_code == 302
    kept = find_days_by_kind()[project.pk]
    assert kept == {Kind.RAW: 7, Kind.CONVERSATIONS: 90, Kind.SIGNALS: 90, Kind.FEEDBACK: 0, Kind.DEAD_LETTERS: 90}
    page = read(owner.get(DAYS))
    assert re.search('name="raw" type="number"[^>]* value="7"', page)
    assert owner.post(f"{DAYS}/change", {"raw": "-1"}).status_code == 422
    assert find_days_by_kind()[project.pk] == kept
