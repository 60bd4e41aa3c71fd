"""The pages of alert rules: the list, the form of each kind with what is wrong beside its fields, and the preview."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from drift.alerting.rules import KINDS
from drift.models import Alert, AlertRule
from tests.pages.alerting import make_alert, make_rule, make_target
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import DEMO_PROJECT, AuditEntry, Project

Open = Callable[[str], Page]
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"
SHOWN_HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"
BASE = "/p/default/alerts/rules"
ERRORS = {
    "kind": "threshold",
    "name": "Many errors",
    "severity": "critical",
    "metric:threshold": "call_errors",
    "comparison": "above",
    "value": "5",
    "window_minutes": "60",
    "least_count": "50",
    "group_by": "service",
    "cooldown_minutes": "60",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "filter": "environment:live",
}


def post(path: str, **fields: Any) -> HttpResponse:
    return Client(headers={"host": "localhost"}).post(f"{BASE}/{path}", fields)


def read_values(html: str) -> dict[str, str]:
    """What the inputs and selects of a form hold."""
    inputs = dict(re.findall(r'<input name="([^"]+)"[^>]*? value="([^"]*)"', html))
    chosen = re.findall(r'<select name="([^"]+)"[^>]*>.*?<option(?: value="([^"]*)")? selected>([^<]*)', html)
    return inputs | {name: value or words for name, value, words in chosen}


def test_the_list_says_what_each_rule_tells_of_and_whom(teller: Teller, open_page: Open) -> None:
    rule = make_rule(teller.project, "Many errors", group_by="service", filter="environment:live")
    rule.targets.add(make_target(teller.project))
    make_alert(teller.project, rule)
    make_alert(teller.project, rule)
    make_rule(teller.project, "Prompts", kind="change", metric="", choices=["request_model"], is_on=False)
    page = open_page("alerts/rules")
    said = "Calls that failed above 5 %, counted over 1 hour, each service apart, of what matches environment:live"
    assert f"Many errors {said}" in page.text
    assert "/p/default/alerts/2" in page.find_links("/alerts/")
    assert "on-call" in page.text
    assert "off none yet nobody" in page.text


def test_without_rules_the_list_says_what_comes_by_itself(teller: Teller, open_page: Open) -> None:
    assert "a project gets its first ones by itself" in open_page("alerts/rules").text
    assert not AlertRule.objects.exists()


def test_a_rule_is_turned_off_and_on(teller: Teller, open_page: Open) -> None:
    rule = make_rule(teller.project)
    make_alert(teller.project, rule)
    post(f"{rule.pk}/switch", is_on="no")
    rule.refresh_from_db()
    assert not rule.is_on
    assert Alert.objects.get().state == "resolved"
    post(f"{rule.pk}/switch", is_on="yes")
    rule.refresh_from_db()
    assert rule.is_on
    entries = AuditEntry.objects.order_by("pk").values_list("action", "target", "details")
    assert list(entries) == [("switch_alert_rule", "Errors", {"is_on": each}) for each in (False, True)]


def test_a_rule_is_muted_for_some_hours(teller: Teller, open_page: Open) -> None:
    rule = make_rule(teller.project)
    post(f"{rule.pk}/mute", hours="24")
    rule.refresh_from_db()
    assert rule.muted_until is not None
    assert timedelta(hours=23) < rule.muted_until - datetime.now(UTC) < timedelta(hours=25)
    assert "nobody is told" in open_page(f"alerts/rules/{rule.pk}").text
    assert "muted" in open_page("alerts/rules").text
    post(f"{rule.pk}/mute")
    rule.refresh_from_db()
    assert rule.muted_until is None
    assert AuditEntry.objects.filter(action="mute_alert_rule", target="Errors").count() == 2


def test_a_rule_is_written_with_shares_in_percent(teller: Teller, open_page: Open) -> None:
    target = make_target(teller.project)
    response = post("add", **ERRORS, targets=[str(target.pk)])
    rule = AlertRule.objects.get()
    assert response.headers["Location"] == f"{BASE}/{rule.pk}"
    assert (rule.name, rule.severity, rule.value, rule.least_count) == ("Many errors", "critical", 0.05, 50)
    assert (rule.group_by, rule.filter, rule.quiet_from) == ("service", "environment:live", time(22))
    assert list(rule.targets.all()) == [target]
    assert rule.created_by
    held = read_values(open_page(f"alerts/rules/{rule.pk}").html)
    assert held["value"] == "5"
    assert held["quiet_from"] == "22:00"
    assert held["metric:threshold"] == "call_errors"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("add_alert_rule", "Many errors")


def test_every_kind_can_be_written(teller: Teller) -> None:
    for kind in KINDS:
        chosen = list(kind.choices)[:1]
        told = {"kind": kind.name, "name": kind.title, f"choices:{kind.name}": chosen, "choices:other": ["x"]}
        response = post("add", **(ERRORS | {"filter": ""} | told))
        assert response.status_code == 302, read(response)
        rule = AlertRule.objects.get(kind=kind.name)
        assert rule.choices == chosen
        assert rule.metric == ("call_errors" if kind.name == "threshold" else "")
    assert AlertRule.objects.count() == len(KINDS)


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(teller: Teller, open_page: Open) -> None:
    wrong = {"name": HOSTILE * 9, "value": "much", "filter": "cost>>1", "least_count": "0", "quiet_until": ""}
    response = post("add", **(ERRORS | wrong))
    page = read(response)
    assert response.status_code == 422
    assert not AlertRule.objects.exists()
    problems = set(re.findall(r'id="(\w+)-problem" role="alert"', page))
    assert problems == {"name", "value", "filter", "least_count", "quiet_until"}
    assert "such as 5; of shares it is percent" in page
    held = read_values(page)
    assert held["value"] == "much"
    assert held["window_minutes"] == "60"
    assert SHOWN_HOSTILE in page
    assert "<script>alert" not in page
    assert 'value="threshold" checked' in page


def test_of_another_kind_nothing_has_to_be_right(teller: Teller) -> None:
    changed = {"kind": "change", "value": "much", "least_count": "x", "filter": "", "name": "Changes"}
    assert post("add", **(ERRORS | changed)).status_code == 302
    assert AlertRule.objects.get().value is None


def test_a_rule_that_is_off_stays_off_when_it_is_changed(teller: Teller) -> None:
    rule = make_rule(teller.project, is_on=False)
    assert post(f"{rule.pk}/change", **(ERRORS | {"value": "7.5 %"})).status_code == 302
    rule.refresh_from_db()
    assert (rule.is_on, rule.value, rule.name) == (False, 0.075, "Many errors")


def test_a_name_is_not_given_twice(teller: Teller) -> None:
    make_rule(teller.project, "Many errors")
    response = post("add", **ERRORS)
    assert response.status_code == 422
    assert "has this name" in read(response)


def test_what_every_project_begins_with_is_turned_off_and_not_removed(teller: Teller, open_page: Open) -> None:
    own, builtin = make_rule(teller.project), make_rule(teller.project, "Drift", kind="drift", is_builtin=True)
    assert "Remove this rule" not in open_page(f"alerts/rules/{builtin.pk}").text
    assert post(f"{builtin.pk}/remove").status_code == 422
    assert "Remove this rule" in open_page(f"alerts/rules/{own.pk}").text
    assert post(f"{own.pk}/remove").status_code == 302
    assert [rule.name for rule in AlertRule.objects.all()] == ["Drift"]


def test_a_preview_says_how_often_it_would_have_alerted_and_keeps_what_was_typed(teller: Teller) -> None:
    with teller.together():
        for number in range(5):
            teller.tell(f"c-{number}", age_hours=30 + number / 10)
    few = {"metric:threshold": "conversations", "value": "2", "group_by": "", "filter": "", "name": ""}
    response = post("preview", **(ERRORS | few))
    page = read(response)
    assert response.status_code == 200
    assert "would have alerted" in page
    assert "threshold 2" in page
    assert page.count('class="alerting"') == 1
    assert read_values(page)["value"] == "2"
    assert not AlertRule.objects.exists()
    assert not Alert.objects.exists()


def test_a_preview_of_groups_names_the_one_that_is_drawn(teller: Teller) -> None:
    with teller.together():
        for number in range(6):
            teller.tell(f"c-{number}", age_hours=30, service_name="shop" if number < 4 else "support")
    few = {"metric:threshold": "conversations", "value": "3", "filter": "", "window_minutes": "180"}
    page = read(post("preview", **(ERRORS | few)))
    assert "would have alerted most" in page
    assert '<span class="words" dir="auto">shop</span>' in page


def test_a_preview_of_what_cannot_be_says_so(teller: Teller) -> None:
    response = post("preview", **(ERRORS | {"value": ""}))
    assert response.status_code == 422
    assert 'id="value-problem"' in read(response)


def test_each_kind_is_previewed(teller: Teller) -> None:
    teller.tell("one")
    for kind in KINDS:
        response = post("preview", **(ERRORS | {"kind": kind.name, "filter": "", "group_by": ""}))
        assert response.status_code == 200, read(response)
        assert 'id="preview-title"' in read(response)


def test_a_preview_of_a_rule_that_is_kept_changes_nothing(teller: Teller) -> None:
    rule = make_rule(teller.project, "Many errors")
    response = post("preview", **(ERRORS | {"rule": str(rule.pk), "value": "50"}))
    assert response.status_code == 200
    assert f"{BASE}/{rule.pk}/change" in read(response)
    rule.refresh_from_db()
    assert rule.value == 0.05


def test_names_are_only_text(teller: Teller, open_page: Open) -> None:
    rule = make_rule(teller.project, HOSTILE, filter='tag:"<script>alert(1)</script>"')
    rule.targets.add(make_target(teller.project, HOSTILE))
    for path in ("alerts/rules", f"alerts/rules/{rule.pk}", "alerts"):
        page = open_page(path)
        assert SHOWN_HOSTILE in page.html
        assert "<script>alert" not in page.html


def test_a_viewer_reads_rules_and_changes_none(teller: Teller, quick_passwords: None) -> None:
    rule = make_rule(teller.project)
    make_user("rita@example.org", teller.project, Role.REVIEWER)
    client = log_in("rita@example.org")
    for path in (BASE, f"{BASE}/{rule.pk}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "/logout" in read(page)
        assert "Save</button>" not in read(page)
        assert "csrf" not in read(page).partition("<main")[2].partition("rule-form")[0]
    assert '<fieldset class="stack" disabled>' in read(client.get(f"{BASE}/{rule.pk}"))
    assert client.get(f"{BASE}/new").status_code == 403
    for path in ("add", "preview", f"{rule.pk}/change", f"{rule.pk}/switch", f"{rule.pk}/mute", f"{rule.pk}/remove"):
        assert client.post(f"{BASE}/{path}").status_code == 403


def test_rules_of_another_project_are_not_there(teller: Teller) -> None:
    other = Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    rule = make_rule(other)
    assert Client(headers={"host": "localhost"}).get(f"{BASE}/{rule.pk}").status_code == 404
    for path in ("change", "switch", "remove"):
        assert post(f"{rule.pk}/{path}", **ERRORS).status_code == 404
    assert AlertRule.objects.get().value == 0.05
