"""The account of a person: e-mails in any way of writing, passwords, sessions, and what the audit log hears."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.pages.people import PASSWORD, log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project

pytestmark = pytest.mark.usefixtures("store", "quick_passwords")
EMAIL = "bo@example.org"
CHOSEN = "words that nobody guesses"


@pytest.fixture
def bo(project: Project) -> User:
    return make_user(EMAIL, project, Role.EDITOR)


def give(client: Client, email: str, password: str = PASSWORD) -> bool:
    """Whether a login comes through."""
    return client.post("/login", {"username": email, "password": password}).status_code == 302


def change(client: Client, old: str = PASSWORD, new: str = CHOSEN, again: str = "") -> int:
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/account/password", fields).status_code


@pytest.mark.parametrize("email", [EMAIL, " Bo@Example.ORG ", "ｂｏ@example.org"])
def test_an_e_mail_is_taken_in_any_way_of_writing(bo: User, email: str) -> None:
    assert give(log_in(), email)


def test_a_user_who_was_made_in_capitals_logs_in(project: Project) -> None:
    make_user("Bo@Example.org")
    assert give(log_in(), "bo@example.org")


@pytest.mark.parametrize("email", ["", "\0", "b" * 300, "%", "bo@example.orgg"])
def test_what_is_no_user_does_not_log_in(bo: User, email: str) -> None:
    assert not give(log_in(), email)


def test_the_account_tells_who_one_is_and_where(bo: User) -> None:
    page = read(log_in(EMAIL).get("/account"))
    assert EMAIL in page
    assert "Default" in page
    assert "<td>editor</td>" in page


def test_another_password_ends_every_other_session(bo: User) -> None:
    here, there = log_in(EMAIL), log_in(EMAIL)
    assert there.get("/account").status_code == 200
    assert change(here) == 302
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert not give(log_in(), EMAIL)
    assert give(log_in(), EMAIL, CHOSEN)
    assert AuditEntry.objects.get(action="change_password").actor == EMAIL


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("not it at all", CHOSEN, CHOSEN),
        ("", CHOSEN, CHOSEN),
        (PASSWORD, "short", "short"),
        (PASSWORD, "bo@example.org", "bo@example.org"),
        (PASSWORD, CHOSEN, CHOSEN + "!"),
    ],
)
def test_a_wrong_or_bad_password_changes_nothing(bo: User, old: str, new: str, again: str) -> None:
    there = log_in(EMAIL)
    assert change(log_in(EMAIL), old, new, again) == 422
    assert there.get("/account").status_code == 200
    assert User.objects.get(pk=bo.pk).check_password(PASSWORD)


def test_guessing_at_the_old_password_is_stopped_like_a_login(bo: User) -> None:
    client = log_in(EMAIL)
    assert [change(client, f"guess number {n}") for n in range(6)] == [422] * 4 + [429] * 2
    assert change(client) == 429
    assert User.objects.get(pk=bo.pk).check_password(PASSWORD)


def test_all_other_sessions_end_and_those_of_others_do_not(bo: User) -> None:
    make_user("eve@example.org")
    here, there, eve = log_in(EMAIL), log_in(EMAIL), log_in("eve@example.org")
    assert here.post("/account/sessions/end").status_code == 302
    assert [client.get("/account").status_code for client in (here, there, eve)] == [200, 302, 200]
    assert AuditEntry.objects.get(action="end_other_sessions").details == {"sessions": 1}


def test_an_account_that_is_closed_is_out_at_once_and_cannot_come_back(bo: User) -> None:
    client = log_in(EMAIL)
    assert client.get("/p/default/setup").status_code == 200
    User.objects.filter(pk=bo.pk).update(is_active=False)
    assert client.get("/p/default/setup").status_code == 302
    assert not give(log_in(), EMAIL)


def test_logging_in_out_and_failing_is_told_without_what_was_typed(bo: User) -> None:
    client = log_in()
    assert give(client, EMAIL)
    client.post("/logout")
    assert not give(log_in(), EMAIL, "not it at all")
    assert not give(log_in(), PASSWORD, EMAIL)
    entries = AuditEntry.objects.order_by("id").values_list("actor_kind", "actor", "action", "target", "project_id")
    assert list(entries) == [
        ("user", EMAIL, "log_in", "", None),
        ("user", EMAIL, "log_out", "", None),
        ("nobody", "", "fail_to_log_in", EMAIL, None),
        ("nobody", "", "fail_to_log_in", "", None),
    ]


def test_whoever_goes_on_trying_while_locked_out_does_not_fill_the_log(bo: User) -> None:
    for _ in range(12):
        assert not give(log_in(), EMAIL, "not it at all")
    assert AuditEntry.objects.filter(action="fail_to_log_in").count() == 5


def test_an_open_server_has_no_account(project: Project) -> None:
    client = log_in()
    assert "There is no account yet" in read(client.get("/account"))
    assert "Open to this machine only" in read(client.get("/account"))
    assert change(client) == 302
    assert client.post("/account/sessions/end").status_code == 302
    assert not User.objects.exists()


def test_every_page_says_who_is_logged_in_and_leads_to_the_account(bo: User) -> None:
    page = read(log_in(EMAIL).get("/p/default/setup"))
    assert 'href="/account"' in page
    assert 'href="/projects"' in page
    assert "Open to this machine only" not in page
