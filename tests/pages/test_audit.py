"""The audit log as people and programs see it: what was changed and exported, in words, and nothing that is secret."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.test import Client

from tests.conftest import Server
from tests.isolation.asking import BACKEND
from tests.isolation.routes import list_routes
from tests.pages.test_prices import PRICE
from tracing.access import audit
from tracing.access.decisions import Actor, ActorKind
from tracing.access.keys import create_key
from tracing.access.openness import forget_users
from tracing.access.requirements import SAFE_METHODS
from tracing.access.rights import Role, Scope
from tracing.audit_log import WORDS, say_action
from tracing.formulas import guard_cell
from tracing.models import AuditEntry, Membership, Project, ProjectPrice, WrittenOnceError

PAGE = "/p/default/settings/audit"
SECRET = "correct-horse-battery-staple"


@pytest.fixture
def client(server: Server) -> Client:
    """An administrator's browser."""
    return log_in("anna@example.org", is_superuser=True)


def log_in(email: str, **fields: Any) -> Client:
    user = get_user_model().objects.create_user(
        username=email, email=email, password="a long and good phrase", **fields
    )
    forget_users()
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend=BACKEND)
    return client


def read(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    bare = re.sub(r"<form class=\"filters\".*?</form>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def write(count: int, project: Project | None = None, who: str = "old@example.org", **fields: Any) -> None:
    for number in range(count):
        audit.record(Actor(ActorKind.USER, who), "add_price", project, target=f"model-{number:03}", **fields)


def test_a_change_is_told_in_words_with_what_it_was_before(client: Client) -> None:
    client.post("/p/default/settings/prices/add", PRICE)
    client.post("/p/default/settings/prices/add", PRICE | {"input": "7"})
    page = read(client)
    assert "anna@example.org added a price of our-own" in page
    assert page.index("before:") < page.index("2.5") < page.index("7.0")
    assert "127.0.0.1" in page


def test_an_export_is_told(client: Client) -> None:
    assert client.get("/p/default/datasets/download?format=trl-sft").getvalue()
    assert "anna@example.org exported a dataset as trl-sft" in read(client)


def test_what_was_refused_or_only_read_is_not_told(client: Client) -> None:
    client.get("/p/default/settings/prices")
    client.post("/p/default/settings/prices/add", PRICE | {"input": "much"})
    client.get("/p/default/datasets/download?format=nothing")
    assert not AuditEntry.objects.filter(action__in=("add_price", "prices", "download_dataset")).exists()


def test_the_log_is_paged_and_narrowed(client: Client, server: Server) -> None:
    write(60, server.project)
    write(1, server.project, "eva@example.org")
    first = read(client)
    assert "model-059" in first
    assert "model-009" not in first
    older = re.findall(r'rel="next" href="([^"]*)"', client.get(PAGE).content.decode())
    assert "model-009" in read(client, PAGE + older[0])
    narrowed = read(client, f"{PAGE}?who=eva@example.org&action=add_price")
    assert narrowed.count("added a price of") == 1
    assert "No entry matches" in read(client, f"{PAGE}?who=nobody%00")
    assert client.get(f"{PAGE}?before=x").status_code == 404
    assert client.get(f"{PAGE}?before={'9' * 30}").status_code == 404


def test_a_project_shows_its_own_entries_and_the_installation_all(client: Client, server: Server) -> None:
    other = Project.objects.create(slug="other", name="Other")
    write(1, server.project, "in-default@example.org")
    write(1, other, "in-other@example.org")
    audit.record(Actor(ActorKind.USER, "somewhere@example.org"), "log_in")
    assert "in-other" not in client.get(PAGE).content.decode()
    assert "somewhere" not in client.get(PAGE).content.decode()
    everything = read(client, "/audit")
    assert all(name in everything for name in ("in-default", "in-other", "somewhere@example.org logged in"))


def test_owners_see_the_log_of_their_project_alone_and_others_none(client: Client, server: Server) -> None:
    for role, status in ((Role.OWNER, 200), (Role.EDITOR, 403), (Role.VIEWER, 403)):
        person = log_in(f"{role}@example.org")
        user = get_user_model().objects.get(username=f"{role}@example.org")
        Membership.objects.create(project=server.project, user=user, role=role)
        assert person.get(PAGE).status_code == status
        assert person.get(f"{PAGE}.csv").status_code == status
        assert person.get("/audit").status_code == 403
        assert person.get("/audit.csv").status_code == 403


def test_the_file_holds_every_entry_no_formula_and_is_told_itself(client: Client, server: Server) -> None:
    write(1, server.project, "=HYPERLINK(1)", details={"rate": '@"x",\n=1'})
    response = client.get(f"{PAGE}.csv")
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["action"] for row in rows] == ["download_audit", "add_price"]
    assert rows[1]["who"] == "'=HYPERLINK(1)"
    assert rows[1]["what"] == "added a price of"
    assert len(b"".join(client.get("/audit.csv").streaming_content).splitlines()) >= 4
    for dangerous in ("=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1"):
        assert guard_cell(dangerous).startswith("'")


def test_texts_of_others_are_shown_as_text(client: Client, server: Server) -> None:
    write(1, server.project, "<script>alert(1)</script>", details={"<b>": "<img src=x>"})
    page = client.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_rest_gives_the_log_in_pages_to_keys_that_administer(client: Client, server: Server) -> None:
    write(3, server.project)
    admin, reader = create_key(server.project, "a", [Scope.ADMIN]), create_key(server.project, "r", [Scope.READ])
    ask = Client(headers={"host": "localhost", "x-api-key": admin}).get
    first = ask("/api/v1/audit?limit=2").json()
    assert [each["target"] for each in first["items"]] == ["model-002", "model-001"]
    rest = ask(f"/api/v1/audit?limit=2&cursor={first['next_cursor']}").json()
    assert ([each["target"] for each in rest["items"]], rest["next_cursor"]) == (["model-000"], None)
    assert ask("/api/v1/audit?who=eva").json()["items"] == []
    assert ask("/api/v1/audit?cursor=x").status_code == 400
    assert Client(headers={"host": "localhost", "x-api-key": reader}).get("/api/v1/audit").status_code == 403


def test_entries_are_neither_changed_nor_deleted_and_outlive_their_project(server: Server) -> None:
    other = Project.objects.create(slug="other", name="Other")
    write(1, other)
    entry = AuditEntry.objects.get()
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor="eva"),
        lambda: AuditEntry.objects.bulk_update([entry], ["actor"]),
    ):
        with pytest.raises(WrittenOnceError, match="written once"):
            change()
    other.delete()
    kept = AuditEntry.objects.get()
    assert (kept.project, kept.project_slug, kept.actor) == (None, "other", "old@example.org")


def test_a_change_that_cannot_be_written_down_is_none(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_fields: object) -> None:
        raise DatabaseError("no room")

    monkeypatch.setattr(AuditEntry.objects, "create", fail)
    client.raise_request_exception = False
    body = '{"items": [{"model": "m", "input": 1, "output": 1}]}'
    headers = {"X-CSRFToken": "c" * 32}
    client.cookies["tacit_csrf"] = "c" * 32
    for answer in (
        client.post("/p/default/settings/prices/add", PRICE),
        client.put("/api/v1/prices", body, content_type="application/json", headers=headers),
        client.get("/p/default/datasets/download?format=trl-sft"),
    ):
        assert answer.status_code == 500
    assert not ProjectPrice.objects.exists()


def test_long_and_odd_texts_fit(server: Server) -> None:
    audit.record(Actor(ActorKind.USER, "x" * 999), "log_in", target="\0" * 999, details={"a": "\0"}, address="y" * 99)
    entry = AuditEntry.objects.get()
    assert (len(entry.actor), len(entry.target), len(entry.address)) == (254, 300, 45)
    assert "\0" not in f"{entry.target}{entry.details}"


def list_changing(client: Client) -> Iterator[str]:
    """Names of the pages and operations that change or export something, as entries have them."""
    for route in list_routes():
        for method, requirement in route.requirements.items():
            if requirement is None or requirement.is_public:
                continue
            address = route.path.format(**dict.fromkeys(route.parts, "1"))
            changes = method not in (*SAFE_METHODS, "*") or (method == "*" and client.post(address).status_code != 405)
            if requirement.exports or changes:
                yield from route.name_entries(method)


def test_everything_that_can_be_done_has_words(client: Client) -> None:
    names = set(list_changing(client))
    assert {"add_price", "set_prices", "add_key", "end_project", "download_export"} <= names
    wordless = sorted(names - set(WORDS))
    assert not wordless, f"Say in WORDS of tracing/audit_log.py what whoever does this did: {wordless}"
    assert say_action("bake_cake") == "bake cake"


def test_no_secret_comes_into_the_log(client: Client) -> None:
    fields = ("password", "old_password", "new_password1", "new_password2", "token", "key", "secret", "note", "api_key")
    for route in list_routes():
        address = route.path.format(**dict.fromkeys(route.parts, "1") | {"project": "default"})
        sent = dict.fromkeys(fields, SECRET) | PRICE | {"name": "ingest key", "scopes": ["ingest"], "role": "viewer"}
        if ("{project}" in route.path and not route.path.endswith("/remove")) or "account" in route.path:
            client.post(address, sent | {"email": "guest@example.org", "confirm": "x"})
    made = re.findall(r"tacit_[\w-]{40,}", " ".join(str(key) for key in AuditEntry.objects.values_list()))
    assert made == []
    told = str(list(AuditEntry.objects.values_list()))
    assert "add_price" in told
    assert SECRET not in told
