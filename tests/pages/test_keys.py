"""The page of keys: a key is made and shown once, replaced and revoked, by those who may."""

import re
import subprocess
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.conftest import Server
from tests.pages.conftest import Teller
from tracing.access.keys import create_key, find_key
from tracing.access.openness import forget_users
from tracing.access.rights import Right, Role, Scope
from tracing.models import ApiKey, AuditEntry, Membership, Project

PAGE = "/p/default/settings/keys"
NEW = {"name": "shop", "scopes": ["ingest", "read"], "days": ""}
BROWSER = {
    "name": "page",
    "scopes": "feedback-browser",
    "origins": "https://shop.example\nhttp://localhost:3000/",
    "days": "30",
}


@pytest.fixture
def client(server: Server) -> Client:
    return Client(headers={"host": "localhost"})


def read(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def read_secret(response: HttpResponse) -> str:
    found = re.search(r'<pre id="secret"[^>]*><code>(.*?)</code>', response.content.decode())
    assert found
    return found.group(1)


def read_lines(response: HttpResponse, name: str) -> str:
    found = re.search(rf'<pre id="{name}"[^>]*><code>(.*?)</code>', response.content.decode(), re.DOTALL)
    assert found
    return unescape(found.group(1))


def test_a_key_is_shown_once_with_the_lines_to_paste_and_kept_nowhere(client: Client) -> None:
    made = client.post(f"{PAGE}/add", NEW)
    secret = read_secret(made)
    assert made.status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    assert f'api_key="{secret}"' in read_lines(made, "sdk")
    assert f"OTEL_EXPORTER_OTLP_HEADERS=x-api-key={secret}" in read_lines(made, "otlp")
    assert f"Bearer {secret}" in read_lines(made, "curl")
    facts = find_key(secret)
    assert facts is not None
    assert facts.rights == {Right.INGEST, Right.TELL, Right.READ}
    again = client.get(PAGE)
    assert secret not in read(again)
    assert "shop" in read(again)
    assert secret not in str(client.session.items())


def test_asking_again_for_the_same_page_makes_no_other_key_and_shows_none(client: Client) -> None:
    client.post(f"{PAGE}/add", NEW)
    again = client.post(f"{PAGE}/add", NEW)
    assert again.status_code == 422
    assert "There is a key called 'shop' already" in read(again)
    assert 'id="secret"' not in read(again)
    assert ApiKey.objects.count() == 1


def test_the_name_of_a_revoked_key_is_free(client: Client) -> None:
    client.post(f"{PAGE}/add", NEW)
    client.post(f"{PAGE}/{ApiKey.objects.get().pk}/revoke")
    assert client.post(f"{PAGE}/add", NEW).status_code == 200


def test_the_shell_line_works_as_pasted(server: Server) -> None:
    client = Client(headers={"host": server.url.removeprefix("http://")})
    for scopes, told in ((["read"], '"spans": 0'), (["write"], '"accepted": 1')):
        made = client.post(f"{PAGE}/add", {"name": scopes[0], "scopes": scopes})
        done = subprocess.run(["bash", "-c", read_lines(made, "curl")], capture_output=True, text=True, check=True)  # noqa: S607 -- the lines that people paste
        assert told in done.stdout


def test_a_key_for_web_pages_has_its_origins_and_one_scope(client: Client) -> None:
    made = client.post(f"{PAGE}/add", BROWSER)
    secret = read_secret(made)
    assert secret.startswith("tacit_browser_")
    assert "fetch(" in read_lines(made, "fetch")
    assert '/tacit.js" data-key="tacit_browser_' in read_lines(made, "script")
    key = ApiKey.objects.get()
    assert (key.scopes, key.origins) == (["feedback-browser"], ["https://shop.example", "http://localhost:3000"])
    assert key.requests_per_minute == 6_000
    assert key.expires_at is not None
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    assert "https://shop.example" in read(client.get(PAGE))


@pytest.mark.parametrize(
    ("form", "wrong", "told"),
    [
        (NEW, {"name": ""}, "Name: String should have at least 1 character"),
        (NEW, {"name": "a\0b"}, "Name: String should match pattern"),
        (NEW, {"name": "x" * 101}, "Name: String should have at most 100 characters"),
        (NEW, {"scopes": []}, "It may: List should have at least 1 item"),
        (NEW, {"scopes": ["everything"]}, "It may"),
        (NEW, {"scopes": ["read", "feedback-browser"]}, "can have no other scope"),
        (NEW, {"origins": "https://shop.example"}, "Only a key for browsers has origins"),
        (BROWSER, {"origins": ""}, "needs the origins"),
        (BROWSER, {"origins": "*"}, "'*' is no origin; write https://shop.example"),
        (BROWSER, {"origins": "http://shop.example"}, "is not encrypted"),
        (BROWSER, {"requests_per_minute": "0"}, "Requests a minute: Input should be greater than or equal to 1"),
        (BROWSER, {"requests_per_minute": "many"}, "Requests a minute: Input should be a valid integer"),
        (BROWSER, {"requests_per_minute": "²"}, "Requests a minute: Input should be a valid integer"),
    ],
)
def test_a_key_that_cannot_be_is_told_and_what_was_typed_stays(
    client: Client, form: dict[str, object], wrong: dict[str, object], told: str
) -> None:
    response = client.post(f"{PAGE}/add", form | wrong)
    assert response.status_code == 422
    assert told in read(response)
    assert not ApiKey.objects.exists()
    if "name" not in wrong:
        assert f'value="{form["name"]}"' in read(response)


def test_a_key_is_replaced_and_both_work_for_the_time_that_was_chosen(client: Client, server: Server) -> None:
    old = create_key(server.project, "shop", [Scope.READ])
    number = ApiKey.objects.get().pk
    replaced = client.post(f"{PAGE}/{number}/replace", {"grace_s": "86400"})
    new = read_secret(replaced)
    assert "no-store" in replaced.headers["Cache-Control"]
    assert find_key(old) is not None
    assert find_key(new) is not None
    page = read(client.get(PAGE))
    assert "replaced" in page
    assert new not in page
    again = client.post(f"{PAGE}/{number}/replace", {"grace_s": "86400"})
    assert (again.status_code, "make a new one" in read(again)) == (409, True)


def test_a_revoked_key_is_refused_and_stays_in_the_list(client: Client, server: Server) -> None:
    secret = create_key(server.project, "shop", [Scope.READ])
    number = ApiKey.objects.get().pk
    response = client.post(f"{PAGE}/{number}/revoke", follow=True)
    assert "is refused from now on" in read(response)
    assert "revoked" in read(client.get(PAGE))
    assert f"{number}/revoke" not in read(client.get(PAGE))
    assert find_key(secret) is None


def test_states_are_told_apart(client: Client, server: Server) -> None:
    now = timezone.now()
    create_key(server.project, "soon", expires_at=now + timedelta(days=3))
    create_key(server.project, "late", expires_at=now + timedelta(days=100))
    create_key(server.project, "over", expires_at=now - timedelta(days=1))
    page = read(client.get(PAGE))
    assert [page.count(f"> {state}<") for state in ("live", "expires soon", "expired")] == [1, 1, 1]


@pytest.mark.parametrize("path", ["replace", "revoke"])
def test_a_key_of_another_project_is_none_here(client: Client, path: str) -> None:
    other = Project.objects.create(slug="other", name="Other")
    secret = create_key(other, "theirs")
    for number in (ApiKey.objects.get().pk, 10**30):
        assert client.post(f"{PAGE}/{number}/{path}").status_code == 404
    assert find_key(secret) is not None
    assert "theirs" not in read(client.get(PAGE))


def test_names_and_origins_are_only_text_on_the_page(client: Client, server: Server) -> None:
    hostile = '"><script>alert(1)</script>'
    create_key(server.project, hostile, origins=[hostile], created_by=hostile)
    made = client.post(f"{PAGE}/add", NEW | {"name": hostile + "2"})
    for response in (made, client.get(PAGE)):
        assert "<script>alert" not in response.content.decode()


def test_what_is_done_with_keys_is_in_the_audit_log_without_them(client: Client) -> None:
    secret = read_secret(client.post(f"{PAGE}/add", NEW))
    number = ApiKey.objects.get().pk
    read_secret(client.post(f"{PAGE}/{number}/replace", {"grace_s": "0"}))
    client.post(f"{PAGE}/{ApiKey.objects.latest('pk').pk}/revoke")
    client.post(f"{PAGE}/add", NEW | {"scopes": []})
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["add_key", "replace_key", "end_key"]
    assert entries[0].target.endswith("… shop")
    assert entries[0].details["scopes"] == ["ingest", "read"]
    assert secret[20:] not in str(list(entries.values()))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_owners_come_to_the_keys(server: Server, role: Role) -> None:
    user = get_user_model().objects.create_user("bo@example.org", password="a long and good phrase")
    Membership.objects.create(project=server.project, user=user, role=role)
    forget_users()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/add", NEW).status_code == 403
    assert not ApiKey.objects.exists()
    assert "settings/keys" not in read(client.get("/p/default/setup"))


def test_an_owner_makes_a_key_right_on_the_set_up_page(teller: Teller) -> None:
    user = get_user_model().objects.create_superuser("anna@example.org", password="a long and good phrase")
    forget_users()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    page = read(client.get("/p/default/setup"))
    assert f'action="{PAGE}/add"' in page
    secret = read_secret(client.post(f"{PAGE}/add", {"name": "shop", "scopes": "ingest"}))
    facts = find_key(secret)
    assert facts is not None
    assert facts.rights == {Right.INGEST, Right.TELL}
    assert ApiKey.objects.get().created_by == "anna@example.org"
