"""REST of alerts and their rules: lists, one with its history, what people change, and previews."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.alerting.keeping import keep
from drift.alerting.rule_records import ensure_builtin_rules
from drift.alerting.rules import find_kind
from drift.models import AlertRule
from tests.conftest import Server
from tests.drift.alerting.test_keeping import THRESHOLD, find
from tests.feedback.failures.filling import DAY, HOUR, fill, tell_many
from tests.feedback.failures.test_api_failure_modes import ask, refuse
from tracing.models import AuditEntry

NOW = datetime.now(UTC)
RULE: dict[str, Any] = {"name": "Unhappy", "kind": "threshold", "metric": "dissatisfied", "value": 0.3}


@pytest.fixture
def told(server: Server) -> Server:
    """Three alerts of a rule, the first of which is over."""
    rule = AlertRule.objects.create(
        project=server.project, name="Errors", kind="threshold", metric="call_errors", value=0.05, created_at=NOW - DAY
    )
    hostile = "<script>alert(1)</script>"
    found = [
        find(f"threshold:{each}", title=f"Errors {each} {hostile}", started_at=NOW - 2 * HOUR) for each in range(3)
    ]
    keep(rule, THRESHOLD, found, NOW - 2 * HOUR)
    over = find("threshold:0", title="Errors", is_over=True)
    keep(rule, THRESHOLD, [over], NOW - HOUR)
    return server


def test_alerts_are_listed_by_state_and_page(told: Server) -> None:
    first = ask(told, "alerts?limit=2")
    assert [item["number"] for item in first["items"]] == [3, 2]
    second = ask(told, f"alerts?limit=2&cursor={first['next_cursor']}")
    assert [(item["number"], item["state"]) for item in second["items"]] == [(1, "resolved")]
    assert second["next_cursor"] is None
    assert [item["number"] for item in ask(told, "alerts?state=open")["items"]] == [3, 2]


def test_what_people_do_is_given_back_and_written_down(told: Server) -> None:
    assert ask(told, "alerts/2/acknowledge", "POST")["acknowledged_at"]
    assert [item["number"] for item in ask(told, "alerts?state=new")["items"]] == [3]
    assert ask(told, "alerts/2/mute", "POST", minutes=60)["muted_until"] > NOW.isoformat()
    assert ask(told, "alerts/2/unmute", "POST")["muted_until"] is None
    ask(told, "alerts/2/notes", "POST", text="It was the cache.")
    item = ask(told, "alerts/2/resolve", "POST")
    assert (item["state"], item["rule"]["name"], item["deliveries"]) == ("resolved", "Errors", [])
    assert [each["what"] for each in item["changes"]] == [
        "resolved",
        "note",
        "unmuted",
        "muted",
        "acknowledged",
        "opened",
    ]
    actions = ["acknowledge_alert", "mute_alert", "unmute_alert", "note_alert", "resolve_alert"]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == actions


@pytest.mark.parametrize(
    ("path", "method", "body", "status", "says"),
    [
        ("alerts/9", "GET", {}, 404, "no alert 9"),
        (f"alerts/{10**30}", "GET", {}, 404, "no alert"),
        ("alerts?state=loud", "GET", {}, 422, "state"),
        ("alerts/1/acknowledge", "POST", {}, 422, "resolved already"),
        ("alerts/2/mute", "POST", {"minutes": 0}, 422, "minutes"),
        ("alerts/2/accept", "POST", {}, 422, "Only drift"),
        ("alerts/2/notes", "POST", {"text": " "}, 422, "empty"),
        ("alert-rules/9", "GET", {}, 404, "no alert rule 9"),
        ("alert-rules", "POST", RULE | {"name": "Errors"}, 422, "Another rule"),
        ("alert-rules", "POST", RULE | {"metric": "luck"}, 422, "no figure"),
        ("alert-rules", "POST", RULE | {"filter": "modle:x"}, 422, "did you mean"),
        ("alert-rules", "POST", RULE | {"loud": True}, 422, "loud"),
        ("alert-rules/preview", "POST", RULE | {"value": None}, 422, "number"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    told: Server, path: str, method: str, body: dict[str, Any], status: int, says: str
) -> None:
    code, detail = refuse(told, path, method, **body)
    assert (code, says in detail) == (status, True), detail


def test_rules_are_made_changed_muted_and_removed(server: Server) -> None:
    rule = ask(server, "alert-rules", "POST", **RULE, quiet_from="22:00", quiet_until="06:00", group_by="service")
    assert (rule["value"], rule["quiet_from"], rule["is_builtin"], rule["open_alerts"]) == (0.3, "22:00", False, 0)
    path = f"alert-rules/{rule['id']}"
    keep(AlertRule.objects.get(), THRESHOLD, [find()], NOW)
    assert ask(server, path)["open_alerts"] == 1
    changed = ask(server, path, "PUT", **RULE | {"value": 0.4, "is_on": False})
    assert (changed["value"], changed["is_on"], changed["group_by"], changed["open_alerts"]) == (0.4, False, "", 0)
    assert ask(server, f"{path}/mute", "POST", minutes=60)["muted_until"]
    assert ask(server, f"{path}/mute", "POST", minutes=0)["muted_until"] is None
    assert ask(server, path, "DELETE")["name"] == "Unhappy"
    assert ask(server, "alert-rules")["items"] == []
    assert AuditEntry.objects.count() == 5


def test_rules_of_every_project_are_turned_off_not_removed(server: Server) -> None:
    ensure_builtin_rules(server.project)
    rule = ask(server, "alert-rules")["items"][0]
    assert refuse(server, f"alert-rules/{rule['id']}", "DELETE")[0] == 422
    assert {kind["name"]: len(kind["choices"]) for kind in ask(server, "alert-rules/kinds")["items"]} == {
        each.name: len(each.choices)
        for each in map(find_kind, ("threshold", "drift", "change", "failure_mode", "conversation", "stage"))
    }


def test_a_preview_tells_how_often_a_rule_would_have_alerted(server: Server) -> None:
    fill(server.store, server.project, tell_many("well", 200, NOW - 10 * DAY, NOW))
    fill(server.store, server.project, tell_many("bad", 60, NOW - 5 * DAY, NOW - 5 * DAY + 3 * HOUR, mode=0))
    found = ask(server, "alert-rules/preview", "POST", **RULE, days=9, least_count=10)
    assert found["words"] == "In the last 9 days this would have alerted once."
    [alert] = found["alerts"]
    assert timedelta(0) <= datetime.fromisoformat(alert["start"]) - (NOW - 5 * DAY) <= timedelta(minutes=45)
    assert max(point["value"] or 0 for point in found["points"] if point["is_firing"]) > 0.7
    assert AlertRule.objects.count() == 0
