"""REST of members, invitations and projects: what a key with the scope admin, a person and others get."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.pages.people import log_in, make_user
from tracing.access.keys import create_key
from tracing.access.rights import Role, Scope
from tracing.models import AuditEntry, Invitation, Membership, Project

pytestmark = pytest.mark.usefixtures("store", "quick_passwords")


@pytest.fixture
def bo(project: Project) -> Membership:
    return Membership.objects.get(user=make_user("bo@example.org", project))


@pytest.fixture
def admin(project: Project, bo: Membership) -> Client:
    return with_key(project, Scope.ADMIN)


def with_key(project: Project, *scopes: Scope) -> Client:
    return Client(headers={"host": "localhost", "x-api-key": create_key(project, "test", scopes)})


def send(client: Client, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = client.generic(method, f"/api/v1/{path}", json.dumps(body) if body else b"", "application/json")
    return answer.status_code, answer.json()


def test_members_are_listed_changed_and_removed(admin: Client, bo: Membership) -> None:
    make_user("root@example.org", superuser=True)
    _, listed = send(admin, "GET", "members")
    assert [(each["email"], each["role"], each["id"], each["is_administrator"]) for each in listed["items"]] == [
        ("root@example.org", "owner", None, True),
        ("bo@example.org", "viewer", bo.pk, False),
    ]
    assert send(admin, "PATCH", f"members/{bo.pk}", {"role": "editor"})[1]["role"] == "editor"
    assert Membership.objects.get(pk=bo.pk).role == "editor"
    assert send(admin, "DELETE", f"members/{bo.pk}")[0] == 200
    assert send(admin, "DELETE", f"members/{bo.pk}")[0] == 404
    entry = AuditEntry.objects.get(action="change_member")
    assert (entry.actor_kind, entry.target, entry.details) == ("key", "bo@example.org", {"role": "editor"})


def test_an_invitation_gives_its_link_once_and_is_revoked(admin: Client) -> None:
    status, made = send(admin, "POST", "invitations", {"email": " New@Example.org", "role": "viewer"})
    assert (status, made["email"]) == (200, "new@example.org")
    path = made["link"].removeprefix("http://localhost")
    assert log_in().get(path).status_code == 302
    _, listed = send(admin, "GET", "invitations")
    assert [set(made) - set(each) for each in listed["items"]] == [{"link"}]
    assert send(admin, "DELETE", f"invitations/{made['id']}")[0] == 200
    assert log_in().get(path).status_code == 404
    assert path.rpartition("/")[2] not in str(list(AuditEntry.objects.values_list()))


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address", "role": "viewer"},
        {"email": "bo@example.org", "role": "viewer"},
        {"email": "new@example.org", "role": "god"},
        {"email": "new@example.org"},
        {"email": "new@example.org", "role": "viewer", "project": "other"},
    ],
)
def test_what_cannot_be_invited_is_a_problem(admin: Client, body: dict[str, str]) -> None:
    status, problem = send(admin, "POST", "invitations", body)
    assert (status, problem["status"]) == (422, 422)
    assert not Invitation.objects.exists()


def test_a_project_is_renamed_and_kept_for_so_many_days(admin: Client, project: Project) -> None:
    assert send(admin, "PATCH", "project", {"retention_days": 30})[1]["retention_days"] == 30
    changed = send(admin, "PATCH", "project", {"name": "Shop"})[1]
    assert (changed["slug"], changed["name"], changed["retention_days"]) == ("default", "Shop", 30)
    assert send(admin, "PATCH", "project", {"retention_days": None, "name": "Shop"})[1]["retention_days"] is None
    for wrong in ({"retention_days": -1}, {"retention_days": "30"}, {"name": " "}, {"slug": "x"}, {"name": None}):
        assert send(admin, "PATCH", "project", wrong)[0] == 422
    assert Project.objects.get(pk=project.pk).name == "Shop"


def test_a_key_sees_its_own_project_and_a_person_theirs(admin: Client) -> None:
    other = Project.objects.create(slug="other", name="Other")
    make_user("eve@example.org", other, Role.REVIEWER)
    assert send(admin, "GET", "projects")[1] == {"items": [{"slug": "default", "name": "Default", "role": None}]}
    eve = log_in("eve@example.org")
    assert send(eve, "GET", "projects?project=other")[1]["items"] == [
        {"slug": "other", "name": "Other", "role": "reviewer"}
    ]
    assert send(eve, "GET", "projects")[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "members"),
        ("PATCH", "members/1"),
        ("DELETE", "members/1"),
        ("GET", "invitations"),
        ("POST", "invitations"),
        ("DELETE", "invitations/1"),
        ("PATCH", "project"),
    ],
)
def test_other_scopes_and_roles_administer_nothing(project: Project, bo: Membership, method: str, path: str) -> None:
    everything_else = with_key(project, Scope.INGEST, Scope.READ, Scope.WRITE)
    assert send(everything_else, method, path)[0] == 403
    Membership.objects.filter(pk=bo.pk).update(role=Role.EDITOR)
    assert send(log_in("bo@example.org"), method, path)[0] == 403
    assert send(Client(headers={"host": "localhost"}), method, path)[0] == 401


def test_members_of_another_project_are_not_there(admin: Client) -> None:
    other = Project.objects.create(slug="other", name="Other")
    there = Membership.objects.get(user=make_user("eve@example.org", other))
    for method, body in (("PATCH", {"role": "owner"}), ("DELETE", None)):
        assert send(admin, method, f"members/{there.pk}", body)[0] == 404
    assert Membership.objects.get(pk=there.pk).role == "viewer"
