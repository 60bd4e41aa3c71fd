"""The pages on projects: who sees which, who makes one, and what is gone when one ends."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pages.conftest import Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.keys import create_key, find_key
from tracing.access.rights import Role
from tracing.models import AuditEntry, Membership, Project
from tracing.retention import find_days
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("store", "quick_passwords")
PAGE = "/p/other/settings/project"


@pytest.fixture
def other(project: Project) -> Project:
    return Project.objects.create(slug="other", name="Other <b>one</b>")


@pytest.fixture
def owner(other: Project) -> Client:
    make_user("olga@example.org", other, Role.OWNER)
    return log_in("olga@example.org")


def test_a_member_sees_their_projects_with_their_role_and_makes_none(owner: Client) -> None:
    page = read(owner.get("/projects"))
    assert "Other &lt;b&gt;one" in page
    assert "owner" in page
    assert "/p/default/" not in page
    assert "Another project" not in page
    assert owner.post("/projects/add", {"name": "Mine", "slug": "mine"}).status_code == 403
    assert not Project.objects.filter(slug="mine").exists()


@pytest.mark.parametrize("is_open", [True, False])
def test_an_administrator_and_whoever_uses_an_open_server_make_projects(project: Project, is_open: bool) -> None:
    if not is_open:
        make_user("root@example.org", superuser=True)
    client = log_in("" if is_open else "root@example.org")
    made = client.post("/projects/add", {"name": "Shop", "slug": "Shop-2_x"})
    assert (made.status_code, made["Location"]) == (302, "/p/Shop-2_x/setup")
    assert client.get(made["Location"]).status_code == 200
    assert "Shop-2_x" in read(client.get("/projects"))
    entry = AuditEntry.objects.get(action="add_project")
    assert (entry.target, entry.details) == ("Shop-2_x", {"name": "Shop"})


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("x", "default"),
        ("x", ""),
        ("", "x"),
        ("x", "a b"),
        ("x", "ü"),
        ("x", "a" * 51),
        ("a" * 101, "x"),
        ("a\0b", "x"),
    ],
)
def test_a_name_that_is_taken_or_no_name_is_told(project: Project, name: str, slug: str) -> None:
    answer = log_in().post("/projects/add", {"name": name, "slug": slug})
    assert answer.status_code == 422
    assert 'role="alert"' in read(answer)
    assert Project.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_an_owner_renames_and_says_how_long_data_is_kept(owner: Client, other: Project) -> None:
    assert owner.post(f"{PAGE}/change", {"name": "Shop", "retention_days": "30"}).status_code == 302
    assert 'value="30"' in read(owner.get(PAGE))
    assert find_days()[other.pk] == 30
    assert owner.post(f"{PAGE}/change", {"name": "Shop", "retention_days": "0"}).status_code == 302
    assert find_days()[other.pk] == 0
    entry = AuditEntry.objects.filter(action="change_project").order_by("id")[0]
    assert (entry.actor, entry.details) == ("olga@example.org", {"name": "Shop", "retention_days": 30})


def test_a_project_that_says_nothing_keeps_what_the_installation_keeps(
    owner: Client, other: Project, settings: Settings
) -> None:
    settings.RETENTION_DAYS = 90
    assert "90 days" in read(owner.get(PAGE))
    assert owner.post(f"{PAGE}/change", {"name": "Shop", "retention_days": ""}).status_code == 302
    assert find_days()[other.pk] == 90


@pytest.mark.parametrize(("name", "days"), [("", "1"), ("x", "-1"), ("x", "10001"), ("x", "soon"), ("a" * 101, "1")])
def test_wrong_settings_are_told_and_change_nothing(owner: Client, other: Project, name: str, days: str) -> None:
    assert owner.post(f"{PAGE}/change", {"name": name, "retention_days": days}).status_code == 422
    other.refresh_from_db()
    assert (other.name, other.retention_days) == ("Other <b>one</b>", None)


def test_a_project_ends_with_everything_in_it_and_the_rest_stays(
    owner: Client, other: Project, project: Project, store: Store
) -> None:
    Teller(other, store).tell("theirs")
    Teller(project, store).tell("ours")
    key = create_key(other, "test")
    assert find_key(key)
    assert owner.post(f"{PAGE}/remove", {"slug": " other "}).status_code == 302
    assert set(store.query("feedback/sql/stats.sql", project_id=other.pk)[0].values()) == {0}
    assert store.query("feedback/sql/stats.sql", project_id=project.pk)[0]["conversations"] == 1
    assert not Project.objects.filter(slug="other").exists()
    assert not Membership.objects.exists()
    assert find_key(key) is None
    assert owner.get("/p/other/").status_code == 404
    entry = AuditEntry.objects.get(action="end_project")
    assert (entry.actor, entry.project_slug, entry.target) == ("olga@example.org", "other", "other")


@pytest.mark.parametrize("typed", ["", "Other", "othe", "default"])
def test_a_project_whose_name_was_not_typed_stays(owner: Client, typed: str) -> None:
    answer = owner.post(f"{PAGE}/remove", {"slug": typed})
    assert answer.status_code == 422
    assert "Nothing was removed" in read(answer)
    assert Project.objects.filter(slug="other").exists()


def test_the_default_project_stays(project: Project, store: Store) -> None:
    Teller(project, store).tell("ours")
    client = log_in()
    assert "Remove the project" not in read(client.get("/p/default/settings/project"))
    assert client.post("/p/default/settings/project/remove", {"slug": "default"}).status_code == 422
    assert store.query("feedback/sql/stats.sql", project_id=project.pk)[0]["conversations"] == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.EDITOR])
def test_only_owners_change_or_end_a_project(owner: Client, other: Project, role: Role) -> None:
    make_user("bo@example.org", other, role)
    client = log_in("bo@example.org")
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/change", {"name": "x"}).status_code == 403
    assert client.post(f"{PAGE}/remove", {"slug": "other"}).status_code == 403
    assert Project.objects.get(slug="other").name.startswith("Other")


def test_the_home_page_leads_a_member_to_a_project_of_theirs(owner: Client) -> None:
    assert owner.get("/")["Location"] == "/p/other/setup"
    make_user("eve@example.org")
    page = read(log_in("eve@example.org").get("/"))
    assert "You are not in any project" in page
    assert "eve@example.org" in page
