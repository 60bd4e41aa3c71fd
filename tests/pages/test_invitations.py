"""The link of an invitation: who may use it, how often, and that nobody gets an account that is not theirs."""

import threading

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.pages.people import PASSWORD, log_in, make_user, read
from tracing.access.accounts import AccountError
from tracing.access.decisions import Actor, ActorKind
from tracing.access.invitations import accept_anew, invite
from tracing.access.rights import Role
from tracing.models import AuditEntry, Invitation, Membership, Project

pytestmark = pytest.mark.usefixtures("store", "quick_passwords")
OWNER = Actor(ActorKind.USER, "olga@example.org")
NEW = "new@example.org"
CHOSEN = "words that nobody guesses"


@pytest.fixture
def closed(project: Project) -> Project:
    make_user("olga@example.org", project, Role.OWNER)
    return project


def make_link(project: Project, email: str = NEW, role: Role = Role.REVIEWER) -> str:
    return f"/invitations/{invite(project, email, role, OWNER)[1]}"


def open_link(link: str, client: Client | None = None) -> tuple[Client, HttpResponse]:
    """Whoever clicks on it, and the page that they see."""
    client = client or log_in()
    return client, client.get(link, follow=True)


def answer(client: Client, password: str = CHOSEN, again: str = "") -> HttpResponse:
    return client.post("/invitation", {"new_password1": password, "new_password2": again or password})


def list_roles() -> dict[tuple[str, str], str]:
    return {(each.user.username, each.project.slug): each.role for each in Membership.objects.all()}


def test_somebody_new_sets_a_password_is_logged_in_and_sees_that_project_alone(closed: Project) -> None:
    Project.objects.create(slug="other", name="Other")
    client, page = open_link(make_link(closed))
    assert "olga@example.org invites" in read(page)
    accepted = answer(client)
    assert (accepted.status_code, accepted["Location"]) == (302, "/p/default/")
    assert client.get("/p/default/setup").status_code == 200
    assert client.get("/p/other/setup").status_code == 404
    assert client.get("/p/default/settings/members").status_code == 403
    user = User.objects.get(username=NEW)
    assert (user.is_superuser, user.is_staff, user.check_password(CHOSEN)) == (False, False, True)
    assert list_roles()[NEW, "default"] == "reviewer"
    entry = AuditEntry.objects.get(action="accept_invitation")
    assert (entry.actor, entry.project_slug, entry.details["role"]) == (NEW, "default", "reviewer")


def test_the_secret_stands_in_no_page_no_session_no_log_and_no_audit_entry(
    closed: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    link = make_link(closed)
    token = link.rpartition("/")[2]
    client = log_in()
    first = client.get(link)
    assert (first.status_code, first["Location"]) == (302, "/invitation")
    assert first["Referrer-Policy"] == "no-referrer"
    assert "no-store" in first["Cache-Control"]
    page = client.get("/invitation")
    assert "no-store" in page["Cache-Control"]
    answer(client)
    assert token not in read(page)
    assert [each for each in Session.objects.all() if token in str(each.get_decoded())] == []
    assert token not in str(list(AuditEntry.objects.values_list()))
    over = log_in().get(link)
    assert (over.status_code, over["Referrer-Policy"]) == (404, "no-referrer")
    assert token not in read(over) + caplog.text


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_link_uses_nothing_up(closed: Project, method: str) -> None:
    link = make_link(closed)
    for _ in range(3):
        assert getattr(log_in(), method)(link).status_code == 302
    client, _ = open_link(link)
    assert answer(client).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("short", "short", "too short"),
        ("password1234", "password1234", "too common"),
        ("123456789012345", "123456789012345", "numeric"),
        ("new@example.org", "new@example.org", "too similar"),
        (CHOSEN, CHOSEN + "!", "match"),
        ("", "", "required"),
    ],
)
def test_a_bad_password_is_told_and_the_link_still_holds(closed: Project, password: str, again: str, told: str) -> None:
    client, _ = open_link(make_link(closed))
    refused = answer(client, password, again)
    assert refused.status_code == 422
    assert told in read(refused)
    assert not User.objects.filter(username=NEW).exists()
    assert answer(client).status_code == 302


def test_who_has_an_account_logs_in_first_and_their_password_is_never_set(closed: Project) -> None:
    make_user("bo@example.org")
    client, page = open_link(make_link(closed, "bo@example.org"))
    assert "/login?next=/invitation" in read(page)
    assert "new_password1" not in read(page)
    assert answer(client).status_code == 403
    assert User.objects.get(username="bo@example.org").check_password(PASSWORD)
    assert ("bo@example.org", "default") not in list_roles()
    there = client.post("/login?next=/invitation", {"username": " Bo@example.org", "password": PASSWORD})
    assert (there.status_code, there["Location"]) == (302, "/invitation")
    assert "Join the project" in read(client.get("/invitation"))
    assert answer(client)["Location"] == "/p/default/"
    assert list_roles()["bo@example.org", "default"] == "reviewer"
    assert User.objects.get(username="bo@example.org").check_password(PASSWORD)


def test_who_is_logged_in_as_somebody_else_is_told_and_nothing_happens(closed: Project) -> None:
    make_user("eve@example.org")
    client, page = open_link(make_link(closed), log_in("eve@example.org"))
    assert "You are logged in as eve@example.org" in read(page)
    assert answer(client).status_code == 403
    assert list_roles() == {("olga@example.org", "default"): "owner"}
    assert not User.objects.filter(username=NEW).exists()
    assert Invitation.objects.filter(accepted_at=None).exists()


def test_a_link_works_once(closed: Project) -> None:
    link = make_link(closed)
    (first, _), (second, _) = open_link(link), open_link(link)
    assert answer(first).status_code == 302
    assert answer(second, "other words that nobody guesses").status_code == 404
    assert User.objects.get(username=NEW).check_password(CHOSEN)
    assert log_in().get(link).status_code == 404


@pytest.mark.parametrize("how", ["expired", "revoked", "project removed"])
def test_a_link_that_holds_no_more_gives_one_clear_page_also_when_it_was_open(closed: Project, how: str) -> None:
    other = Project.objects.create(slug="other", name="Other")
    link = make_link(other)
    client, _ = open_link(link)
    if how == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif how == "revoked":
        Invitation.objects.all().delete()
    else:
        other.delete()
    for refused in (answer(client), client.get("/invitation"), client.get(link), log_in().get("/invitations/never")):
        assert refused.status_code == 404
        assert "does not hold any more" in read(refused)
    assert not User.objects.filter(username=NEW).exists()


def test_a_role_that_somebody_has_by_then_stays(closed: Project) -> None:
    link = make_link(closed, "bo@example.org", Role.VIEWER)
    make_user("bo@example.org", closed, Role.EDITOR)
    client, _ = open_link(link, log_in("bo@example.org"))
    assert answer(client).status_code == 302
    assert list_roles()["bo@example.org", "default"] == "editor"


def test_accepting_needs_a_token_against_forgery(closed: Project) -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.get(make_link(closed))
    assert answer(client).status_code == 403
    assert not User.objects.filter(username=NEW).exists()


def test_of_two_who_accept_at_the_same_time_one_comes_through(closed: Project) -> None:
    invitation, _ = invite(closed, NEW, Role.VIEWER, OWNER)
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def take(password: str) -> None:
        ready.wait()
        try:
            accept_anew(invitation, password)
            outcomes.append(password)
        except AccountError:
            outcomes.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(f"{CHOSEN} {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(filter(None, outcomes))) == 1
    assert User.objects.get(username=NEW).check_password(next(filter(None, outcomes)))
    assert Membership.objects.filter(user__username=NEW).count() == 1


def test_a_name_with_html_stays_text(closed: Project) -> None:
    Project.objects.filter(pk=closed.pk).update(name="<script>x</script>")
    _, page = open_link(make_link(closed))
    assert "<script>x" not in read(page)
