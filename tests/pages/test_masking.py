"""The page and REST of masking: rules are shown, tried on the latest spans, saved, and refused with a reason."""

import json
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span
from tests.tracing.sending import send
from tracing.masking import KINDS, Masking, Pattern
from tracing.masking_rules import count_timeouts, find_masking
from tracing.models import AuditEntry

MAIL = "anna@mailbox.dk"
FORM = {
    "kinds": ["email", "key"],
    "name": ["order", "", "<b>"],
    "expression": [r"ORD-\d+", "", ""],
    "dropped": "http.request.header.*\n\n x \n",
}
RULES = Masking(
    frozenset({"email", "key"}), (Pattern("order", r"ORD-\d+"),), ("http.request.header.*", "x"), hides_users=True
)


@pytest.fixture
def client(server: Server) -> Client:
    return Client(headers={"host": "localhost"})


def post(client: Client, path: str, **fields: Any) -> tuple[int, str]:
    response = client.post(f"/p/default/settings/masking/{path}", fields)
    return response.status_code, " ".join(response.content.decode().split())


def read(client: Client) -> str:
    return " ".join(client.get("/p/default/settings/masking").content.decode().split())


def test_every_kind_is_offered_and_secrets_are_on(client: Client) -> None:
    page = read(client)
    assert page.count('name="kinds"') == len(KINDS)
    assert page.count('name="kinds" value="key" checked') == page.count('name="kinds" value="password" checked') == 1
    assert page.count(" checked> <span>") == 2


def test_rules_are_saved_and_shown_again(client: Client) -> None:
    form = FORM | {"name": ["order", ""], "expression": [r"ORD-\d+", ""]}
    assert post(client, "change", **form, hides_users="on")[0] == 302
    assert find_masking(1) == RULES
    page = read(client)
    assert r'value="ORD-\d+"' in page
    assert "http.request.header.* x</textarea>" in page
    [entry] = AuditEntry.objects.filter(action="change_masking")
    assert entry.details["before"]["kinds"] == ["key", "password"]
    assert entry.details["after"]["patterns"] == [{"name": "order", "expression": r"ORD-\d+"}]


def test_what_cannot_be_kept_is_told_and_what_was_typed_stays(client: Client) -> None:
    status, page = post(client, "change", **FORM)
    assert status == 422
    assert "&lt;b&gt;" in page
    assert r'value="ORD-\d+"' in page
    assert find_masking(1) == Masking()
    assert post(client, "change", kinds=["nose"])[0] == 422


def test_the_preview_shows_what_would_go_and_saves_nothing(server: Server, client: Client) -> None:
    attributes = {"user.id": MAIL, "note": f"<i>to {MAIL} about ORD-17", "http.request.header.x": "y", "n": 1}
    send(server, make_request(make_span(attributes=attributes), make_span(2)).SerializeToString())
    form = FORM | {"name": ["order"], "expression": [r"ORD-\d+"]}
    status, page = post(client, "preview", **form)
    assert status == 200
    assert f"&lt;i&gt;to <del>{MAIL}</del> <ins>[EMAIL]</ins> about <del>ORD-17</del> <ins>[ORDER]</ins>" in page
    assert f"<del>{MAIL}</del> <ins>a pseudonym</ins>" in page
    assert "http.request.header.x" in page
    assert "In the latest 2 spans" in page
    assert find_masking(1) == Masking()
    assert "these rules find nothing to hide" in post(client, "preview")[1]


def test_patterns_that_took_too_long_are_told(client: Client) -> None:
    post(client, "change", **(FORM | {"name": ["order"], "expression": [r"ORD-\d+"]}))
    count_timeouts(1, Counter(order=2))
    count_timeouts(1, Counter(order=1))
    assert "“order” took too long for 3 texts; they were left out whole" in read(client)


def test_rest_reads_sets_and_tries_rules(server: Server, client: Client) -> None:
    send(server, make_request(make_span(attributes={"note": f"to {MAIL}"})).SerializeToString())
    rules = {"kinds": ["email"], "patterns": [{"name": "n", "expression": "o+"}], "dropped": ["x"], "hides_users": True}
    tried = call(client, "post", "masking/preview", rules)
    assert (tried["spans"], tried["counts"]["email"]) == (1, 1)
    assert tried["samples"][-1]["pieces"][-1] == {"text": MAIL, "stand_in": "[EMAIL]"}
    assert call(client, "get", "masking")["kinds"] == ["key", "password"]
    assert call(client, "put", "masking", rules) == rules | {"timeouts": {}}
    assert call(client, "get", "masking") == rules | {"timeouts": {}}
    refused = client.put("/api/v1/masking", json.dumps(rules | {"dropped": ["*"]}), content_type="application/json")
    assert (refused.status_code, "no name of an attribute" in refused.content.decode()) == (422, True)


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    sent = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
    response = getattr(client, method)(f"/api/v1/{path}", **sent)
    assert response.status_code == 200, response.content
    return response.json()
