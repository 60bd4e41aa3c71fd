"""REST of alert targets: made, changed, tested and removed; what is secret of them never comes back."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from drift.channels.verification import verify
from drift.delivering.queue import run_deliveries
from drift.models import AlertTarget
from tests.drift.channels.conftest import SECRET, Hook, hook
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.models import AuditEntry, Project

__all__ = ["hook"]

PATH = "/api/v1/alert-targets"


class Rest:
    """Asks as whoever uses an open server does."""

    def __init__(self) -> None:
        self.client = Client(headers={"host": "localhost"})
        self.said = ""
        """All that ever came back."""

    def ask(self, method: str, path: str = "", status: int = 200, **body: Any) -> Any:
        data = json.dumps(body) if method in ("POST", "PATCH") else ""
        answer = self.client.generic(method, PATH + path, data, content_type="application/json")
        assert answer.status_code == status, answer.content
        self.said += answer.content.decode()
        return json.loads(answer.content)


@pytest.fixture
def rest(project: Project, settings: Settings) -> Rest:
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    return Rest()


def make_webhook(rest: Rest, hook: Hook, name: str = "Ops") -> dict[str, Any]:
    made: dict[str, Any] = rest.ask(
        "POST", status=201, name=name, channel="webhook", settings={"url": hook.url, "secret": SECRET}
    )
    return made


def test_a_target_is_made_tested_changed_and_removed_and_keeps_its_secrets(rest: Rest, hook: Hook) -> None:
    made = make_webhook(rest, hook)
    path = f"/{made['id']}"
    assert (made["where"], made["is_on"], made["needs_settings"], made["trouble"]) == (
        f"127.0.0.1:{hook.port}",
        True,
        False,
        "",
    )
    asked = rest.ask("POST", f"{path}/test", status=202)
    run_deliveries(datetime.now(UTC))
    [delivery] = rest.ask("GET", "/deliveries")["items"]
    assert (delivery["id"], delivery["state"], delivery["target"]) == (asked["id"], "delivered", made["id"])
    assert [(line["number"], line["fate"], line["status"]) for line in delivery["log"]] == [(1, "delivered", 200)]

    changed = rest.ask("PATCH", path, name="Other", is_on=False)
    assert (changed["name"], changed["is_on"], changed["where"]) == ("Other", False, made["where"])
    new = SECRET[::-1]
    rest.ask("PATCH", path, settings={"secret": new})
    rest.ask("POST", f"{path}/test", status=202)
    run_deliveries(datetime.now(UTC))
    signature = hook.headers[-1]["X-Tacit-Signature"]
    assert verify(hook.bodies[-1], signature, new)
    assert verify(hook.bodies[-1], signature, SECRET)

    assert rest.ask("GET", path) == rest.ask("GET")["items"][0]
    assert rest.ask("DELETE", path)["name"] == "Other"
    assert rest.ask("GET")["items"] == []
    rest.ask("GET", path, status=404)
    assert SECRET not in rest.said
    assert new not in rest.said
    assert "top-secret" not in rest.said
    entries = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert entries == [
        "add_alert_target",
        "test_alert_target",
        "change_alert_target",
        "change_alert_target",
        "test_alert_target",
        "remove_alert_target",
    ]
    assert "secret" not in json.dumps([str(entry.details) for entry in AuditEntry.objects.all()])


def test_what_is_no_secret_stays_too_where_it_is_not_named(rest: Rest) -> None:
    made = rest.ask("POST", status=201, name="Mail", channel="email", settings={"to": "anna@example.com"})
    assert rest.ask("PATCH", f"/{made['id']}", name="Post")["where"] == "anna@example.com"


def test_a_target_that_fails_says_so(rest: Rest, hook: Hook) -> None:
    hook.status = 404
    made = make_webhook(rest, hook)
    rest.ask("POST", f"/{made['id']}/test", status=202)
    run_deliveries(datetime.now(UTC))
    assert "make a new one" in rest.ask("GET", f"/{made['id']}")["trouble"]


def test_settings_that_no_longer_open_are_asked_for_again(rest: Rest, hook: Hook, settings: Settings) -> None:
    made = make_webhook(rest, hook)
    settings.SECRET_KEY = "another key"
    assert rest.ask("GET", f"/{made['id']}")["needs_settings"]
    assert "fill this in" in rest.ask("PATCH", f"/{made['id']}", status=422, name="Other")["detail"]
    again = {"url": hook.url, "secret": SECRET}
    assert not rest.ask("PATCH", f"/{made['id']}", settings=again)["needs_settings"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "New", "channel": "pigeon", "settings": {}}, "#/channel"),
        ({"name": "New", "channel": "email", "settings": {"to": "nobody"}}, "is no e-mail address"),
        ({"name": "New", "channel": "webhook", "settings": {"url": "https://example.com/x"}}, "Secret: fill this in."),
        ({"name": "Ops", "channel": "email", "settings": {"to": "a@example.com"}}, "has this name"),
        ({"name": "New", "channel": "email", "settings": {"to": "a@example.com", "cc": "b"}}, "not 'cc'"),
        ({"name": "New", "channel": "email"}, "settings"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(rest: Rest, hook: Hook, body: dict[str, Any], said: str) -> None:
    make_webhook(rest, hook)
    answer = rest.ask("POST", status=422, **body)
    assert said in json.dumps(answer)
    assert AlertTarget.objects.count() == 1


def test_deliveries_come_in_pages(rest: Rest, hook: Hook) -> None:
    made = make_webhook(rest, hook)
    asked = [rest.ask("POST", f"/{made['id']}/test", status=202)["id"] for _ in range(5)]
    seen, cursor = [], ""
    for _ in range(3):
        page = rest.ask("GET", f"/deliveries?limit=2&cursor={cursor}")
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (asked[::-1], None)
    rest.ask("GET", "/deliveries?cursor=nothing", status=400)


def test_who_may_only_read_changes_nothing(project: Project, rest: Rest, hook: Hook) -> None:
    made = make_webhook(rest, hook)
    key = create_key(project, "reads", [Scope.READ])
    reader = Rest()
    reader.client = Client(headers={"host": "localhost", "authorization": f"Bearer {key}"})
    assert len(reader.ask("GET")["items"]) == 1
    for method, path in (("POST", ""), ("PATCH", f"/{made['id']}"), ("DELETE", f"/{made['id']}")):
        reader.ask(method, path, status=403)
    reader.ask("POST", f"/{made['id']}/test", status=403)
    assert AlertTarget.objects.count() == 1
