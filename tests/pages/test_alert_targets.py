"""The pages of alert targets: made, changed and tested, with no secret shown, and what became of what was sent."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from drift.delivering.queue import run_deliveries, send_test
from drift.delivering.targets import open_settings, save_target
from drift.models import AlertTarget, Delivery, DeliveryAttempt
from tests.pages.alerting import NOW, SECRET, make_rule, make_target
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import DEMO_PROJECT, AuditEntry, Project

Open = Callable[[str], Page]
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"
SHOWN_HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"
BASE = "/p/default/settings/alert-targets"
HOOK = "https://hooks.example.com/very/secret/path"


def post(path: str, **fields: Any) -> HttpResponse:
    return Client(headers={"host": "localhost"}).post(f"{BASE}/{path}", fields)


def add_hook(name: str = "on-call", secret: str = SECRET) -> HttpResponse:
    return post("add", channel="webhook", name=name, **{"settings.url": HOOK, "settings.secret": secret})


def test_without_targets_it_says_that_nobody_is_told(teller: Teller, open_page: Open) -> None:
    page = open_page("settings/alert-targets")
    assert "nobody is told" in page.text
    assert [name for name in ("E-mail", "Slack", "Webhook") if name in page.text] == ["E-mail", "Slack", "Webhook"]


def test_a_target_is_added_and_its_secrets_are_shown_nowhere(teller: Teller, open_page: Open) -> None:
    response = add_hook()
    target = AlertTarget.objects.get()
    assert response.headers["Location"] == f"{BASE}/{target.pk}"
    assert open_settings(target) == {"url": HOOK, "secret": SECRET}
    for path in ("settings/alert-targets", f"settings/alert-targets/{target.pk}"):
        page = open_page(path)
        assert "hooks.example.com" in page.text
        assert "very/secret" not in page.html
        assert SECRET not in page.html
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("add_alert_target", "on-call")
    assert entry.details == {"channel": "webhook", "where": "hooks.example.com"}


def test_what_is_wrong_stands_in_the_form_and_no_secret_comes_back(teller: Teller) -> None:
    response = add_hook(HOSTILE, secret="short")
    page = read(response)
    assert response.status_code == 422
    assert 'id="webhook-secret-problem" role="alert"' in page
    assert "at least 16 characters" in page
    assert SHOWN_HOSTILE in page
    assert "very/secret" not in page
    assert 'value="short"' not in page
    assert re.search(r'<details class="figures adding" open>\s*<summary>Webhook', page)
    assert not AlertTarget.objects.exists()


def test_a_channel_that_there_is_not_is_not_found(teller: Teller) -> None:
    assert post("add", channel="pigeon", name="x").status_code == 404


def test_left_empty_a_secret_stays(teller: Teller, open_page: Open) -> None:
    target = make_target(teller.project, url=HOOK)
    response = post(f"{target.pk}/change", name="night shift", **{"settings.url": "", "settings.secret": ""})
    assert response.status_code == 302
    target.refresh_from_db()
    assert target.name == "night shift"
    assert open_settings(target)["url"] == HOOK
    assert "as it is" in open_page(f"settings/alert-targets/{target.pk}").html


def test_what_is_no_secret_stands_in_the_form(teller: Teller, open_page: Open) -> None:
    target = save_target(teller.project, "team", "email", {"to": "a@example.com, b@example.com"}, "anna")
    assert 'value="a@example.com, b@example.com"' in open_page(f"settings/alert-targets/{target.pk}").html


def test_a_target_is_turned_off_and_removed(teller: Teller, open_page: Open) -> None:
    target = make_target(teller.project)
    make_rule(teller.project).targets.add(target)
    post(f"{target.pk}/switch", is_on="no")
    assert "off: nothing is sent to it" in open_page(f"settings/alert-targets/{target.pk}").text
    assert "Errors" in open_page(f"settings/alert-targets/{target.pk}").text
    post(f"{target.pk}/remove")
    assert not AlertTarget.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "switch_alert_target",
        "remove_alert_target",
    ]


def test_a_test_says_what_became_of_it(teller: Teller, open_page: Open, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = ""
    target = make_target(teller.project, url="https://127.0.0.1/hook")
    post(f"{target.pk}/test")
    page = open_page(f"settings/alert-targets/{target.pk}")
    assert "a test on its way" in page.text
    assert 'hx-trigger="every 1s"' in page.html
    run_deliveries(Delivery.objects.get().created_at)
    page = open_page(f"settings/alert-targets/{target.pk}")
    assert 'hx-trigger="every 1s"' not in page.html
    assert "a test given up after 1 attempt" in page.text
    line = DeliveryAttempt.objects.get()
    assert line.detail in page.text
    listed = open_page("settings/alert-targets").text
    assert f"the last did not arrive {line.detail}" in listed
    assert AuditEntry.objects.get().action == "test_alert_target"


def test_each_attempt_can_be_seen(teller: Teller, open_page: Open) -> None:
    target = make_target(teller.project)
    delivery = send_test(target, NOW)
    for number in (1, 2):
        told = {"at": NOW, "took_ms": 1200, "fate": "later", "status": 503, "detail": f"answered 50{number}"}
        DeliveryAttempt.objects.create(delivery=delivery, number=number, **told)
    Delivery.objects.update(attempts=2)
    page = open_page("settings/alert-targets")
    assert "tried 2 times, will be tried again" in page.text
    assert "1,200 ms answered 501" in page.text


def test_settings_that_no_longer_open_are_asked_for_again(teller: Teller, open_page: Open, settings: Settings) -> None:
    target = make_target(teller.project)
    settings.SECRET_KEY = "another one, that is long enough to be one"
    assert "has to be filled in again" in open_page("settings/alert-targets").text
    page = open_page(f"settings/alert-targets/{target.pk}")
    assert "Fill it in again." in page.text
    assert "Send a test" not in page.text


def test_names_are_only_text(teller: Teller, open_page: Open) -> None:
    target = make_target(teller.project, HOSTILE)
    send_test(target, NOW)
    for path in ("settings/alert-targets", f"settings/alert-targets/{target.pk}"):
        page = open_page(path)
        assert SHOWN_HOSTILE in page.html
        assert "<script>alert" not in page.html


def test_who_may_not_edit_sees_targets_and_changes_none(teller: Teller, quick_passwords: None) -> None:
    target = make_target(teller.project)
    make_user("rita@example.org", teller.project, Role.REVIEWER)
    client = log_in("rita@example.org")
    for path in (BASE, f"{BASE}/{target.pk}"):
        page = read(client.get(path))
        assert "on-call" in page
        assert re.findall(r'method="post" action="([^"]*)"', page) == ["/logout"]
    for path in ("add", *(f"{target.pk}/{each}" for each in ("change", "switch", "remove", "test"))):
        assert client.post(f"{BASE}/{path}").status_code == 403


def test_the_demo_has_no_targets(teller: Teller, open_page: Open) -> None:
    Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    page = open_page("/p/demo/settings/alert-targets")
    assert "The demo never alerts and tells nobody." in page.text
    assert "Add a target" not in page.text


def test_targets_of_another_project_are_not_there(teller: Teller) -> None:
    other = Project.objects.create(slug="other", name="Other")
    target = make_target(other)
    assert Client(headers={"host": "localhost"}).get(f"{BASE}/{target.pk}").status_code == 404
    for path in ("change", "switch", "remove", "test"):
        assert post(f"{target.pk}/{path}", name="mine").status_code == 404
    assert AlertTarget.objects.get().name == "on-call"
