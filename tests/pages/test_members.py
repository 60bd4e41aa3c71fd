"""Members of a project: who sees the page, what it does, and that it stays within the project."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.pages.people import find_link, log_in, make_user, read
from tracing.access.decisions import Actor, ActorKind
from tracing.access.invitations import digest_token, invite
from tracing.access.rights import Role
from tracing.models import AuditEntry, Invitation, Membership, Project

PAGE = "/p/default/settings/members"
OWNER = Actor(ActorKind.USER, "olga@example.org")


pytestmark = pytest.mark.usefixtures("store", "quick_passwords")


@pytest.fixture
def owner(project: Project) -> Client:
    make_user("olga@example.org", project, Role.OWNER)
    return log_in("olga@example.org")


@pytest.fixture
def bo(project: Project) -> Membership:
    return Membership.objects.get(user=make_user("bo@example.org", project))


def test_an_owner_sees_who_is_in_and_an_administrator_as_such(owner: Client, bo: Membership) -> None:
    make_user("root@example.org", superuser=True)
    page = read(owner.get(PAGE))
    assert "olga@example.org <span" in page
    assert "Role of bo@example.org" in page
    assert "administrator: may do everything" in page
    assert "Role of root@example.org" not in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.EDITOR])
def test_other_roles_neither_see_nor_change_members(owner: Client, bo: Membership, role: Role) -> None:
    Membership.objects.filter(pk=bo.pk).update(role=role)
    client = log_in("bo@example.org")
    assert client.get(PAGE).status_code == 403
    for path in ("invite", f"{bo.pk}/role", f"{bo.pk}/remove"):
        assert client.post(f"{PAGE}/{path}", {"email": "x@example.org", "role": "owner"}).status_code == 403
    assert "settings/members" not in read(client.get("/p/default/setup"))
    assert Membership.objects.get(pk=bo.pk).role == role
    assert not Invitation.objects.exists()


def test_a_role_is_changed_at_once(owner: Client, bo: Membership) -> None:
    client = log_in("bo@example.org")
    assert client.get(PAGE).status_code == 403
    assert owner.post(f"{PAGE}/{bo.pk}/role", {"role": "owner"}).status_code == 302
    assert client.get(PAGE).status_code == 200
    entry = AuditEntry.objects.get(action="change_member_role")
    assert (entry.actor, entry.target, entry.details) == ("olga@example.org", "bo@example.org", {"role": "owner"})


def test_a_role_that_does_not_exist_is_refused(owner: Client, bo: Membership) -> None:
    for role in ("", "god", "Owner", "\0"):
        assert owner.post(f"{PAGE}/{bo.pk}/role", {"role": role}).status_code == 422
    assert Membership.objects.get(pk=bo.pk).role == "viewer"


def test_who_is_removed_sees_nothing_any_more(owner: Client, bo: Membership) -> None:
    client = log_in("bo@example.org")
    assert client.get("/p/default/setup").status_code == 200
    assert owner.post(f"{PAGE}/{bo.pk}/remove").status_code == 302
    assert client.get("/p/default/setup").status_code == 404
    assert User.objects.filter(username="bo@example.org").exists()


def test_nobody_changes_or_removes_themselves(owner: Client) -> None:
    own = Membership.objects.get(user__username="olga@example.org")
    for path in ("role", "remove"):
        answer = owner.post(f"{PAGE}/{own.pk}/{path}", {"role": "viewer"})
        assert answer.status_code == 422
        assert "That is you" in read(answer)
    assert Membership.objects.get(pk=own.pk).role == "owner"


def test_members_and_invitations_of_another_project_are_out_of_reach(owner: Client) -> None:
    other = Project.objects.create(slug="other", name="Other")
    there = Membership.objects.get(user=make_user("eve@example.org", other))
    invitation, _ = invite(other, "new@example.org", Role.VIEWER, OWNER)
    assert owner.post(f"{PAGE}/{there.pk}/role", {"role": "owner"}).status_code == 422
    assert owner.post(f"{PAGE}/{there.pk}/remove").status_code == 422
    assert owner.post(f"/p/default/settings/invitations/{invitation.pk}/revoke").status_code == 404
    assert "eve@example.org" not in read(owner.get(PAGE))
    assert "new@example.org" not in read(owner.get(PAGE))
    assert owner.get("/p/other/settings/members").status_code == 404
    assert Membership.objects.get(pk=there.pk).role == "viewer"
    assert Invitation.objects.filter(pk=invitation.pk).exists()


def test_an_invitation_shows_its_link_once_and_keeps_a_digest(owner: Client) -> None:
    answer = owner.post(f"{PAGE}/invite", {"email": " New@Example.org ", "role": "editor"})
    token = find_link(answer).rpartition("/")[2]
    assert len(token) >= 43
    assert "no-store" in answer.headers["Cache-Control"]
    kept = Invitation.objects.get()
    assert (kept.email, kept.role, kept.invited_by) == ("new@example.org", "editor", "olga@example.org")
    assert kept.digest == digest_token(token)
    assert timedelta(days=6, hours=23) < kept.expires_at - timezone.now() <= timedelta(days=7)
    page = read(owner.get(PAGE))
    assert token not in page
    assert "new@example.org" in page
    entries = " ".join(str(row) for row in AuditEntry.objects.values_list())
    assert token not in entries
    assert "new@example.org" in entries


def test_another_link_for_the_same_e_mail_takes_the_place_of_the_first(owner: Client) -> None:
    first = find_link(owner.post(f"{PAGE}/invite", {"email": "new@example.org", "role": "owner"}))
    second = find_link(owner.post(f"{PAGE}/invite", {"email": "NEW@example.org", "role": "viewer"}))
    assert log_in().get(first).status_code == 404
    assert log_in().get(second).status_code == 302


@pytest.mark.parametrize(
    ("email", "role", "told"),
    [
        ("no address", "viewer", "valid email"),
        ("", "viewer", "valid email"),
        ("new@example.org", "god", "Choose a role"),
        ("a" * 150 + "@example.org", "viewer", "email"),
        ("bo@example.org", "owner", "in this project already"),
        ("BO@example.org", "owner", "in this project already"),
        ("root@example.org", "viewer", "administrator"),
        ("<script>@example.org", "viewer", "valid email"),
    ],
)
def test_what_cannot_be_invited_is_told(owner: Client, bo: Membership, email: str, role: str, told: str) -> None:
    make_user("root@example.org", superuser=True)
    answer = owner.post(f"{PAGE}/invite", {"email": email, "role": role})
    assert answer.status_code == 422
    assert told in read(answer)
    assert "<script>@" not in read(answer)
    assert not Invitation.objects.exists()
    assert not AuditEntry.objects.exclude(action="log_in").exists()


def test_an_open_server_invites_nobody_for_whoever_came_first_would_close_it(project: Project) -> None:
    client = log_in()
    assert "tacit createuser" in read(client.get(PAGE))
    answer = client.post(f"{PAGE}/invite", {"email": "new@example.org", "role": "viewer"})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_a_revoked_link_does_not_hold(owner: Client) -> None:
    link = find_link(owner.post(f"{PAGE}/invite", {"email": "new@example.org", "role": "viewer"}))
    address = f"/p/default/settings/invitations/{Invitation.objects.get().pk}/revoke"
    assert owner.post(address).status_code == 302
    assert owner.post(address).status_code == 404
    assert log_in().get(link).status_code == 404


def test_with_an_owner_go_the_links_that_they_gave_and_were_given(owner: Client, project: Project) -> None:
    eve = Membership.objects.get(user=make_user("eve@example.org", project, Role.OWNER))
    theirs = Actor(ActorKind.USER, "eve@example.org")
    for change in ("role", "remove"):
        invite(project, "friend@example.org", Role.OWNER, theirs)
        kept, _ = invite(project, "other@example.org", Role.VIEWER, OWNER)
        assert owner.post(f"{PAGE}/{eve.pk}/{change}", {"role": "viewer"}).status_code == 302
        assert list(Invitation.objects.all()) == [kept]


def test_what_changes_members_needs_a_post_with_a_token(owner: Client, bo: Membership) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="olga@example.org"), "django.contrib.auth.backends.ModelBackend")
    for path in ("invite", f"{bo.pk}/role", f"{bo.pk}/remove"):
        assert owner.get(f"{PAGE}/{path}").status_code == 405
        refused = strict.post(f"{PAGE}/{path}", {"email": "x@example.org", "role": "owner"})
        assert refused.status_code == 403
        assert "Nothing was changed" in read(refused)
    assert Membership.objects.get(pk=bo.pk).role == "viewer"
