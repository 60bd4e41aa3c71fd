"""The pages of alerts in a real browser: long texts fit, forms show what their kind needs, previews answer."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from drift.delivering.queue import run_deliveries
from drift.models import AlertRule
from tests.browser.test_pages_in_browser import list_misfits, open_page
from tests.conftest import Server
from tests.pages.alerting import make_alert, make_rule, make_target
from tests.pages.conftest import Teller
from tests.pages.test_alerts import make_drift

LONG = "w" * 95
PATHS = (
    *("", "alerts", "alerts?state=all", "alerts/1", "alerts/2", "alerts/rules", "alerts/rules/new"),
    *("alerts/rules/new?kind=change", "alerts/rules/1", "settings/alert-targets"),
)


def test_pages_of_alerts_are_clean_fit_their_width_and_can_be_hit(
    told: Teller, server: Server, chromium: Browser
) -> None:
    project = server.project
    rule = make_rule(project, LONG, pk=1, filter=f'tag:"{LONG}"', metric="conversations", value=1.0)
    target = make_target(project, LONG, f"https://{'h' * 60}.example/{LONG}")
    rule.targets.add(target)
    texts = dict.fromkeys(("title", "sentence", "resolved_by", "acknowledged_by"), LONG * 2)
    make_alert(project, rule, **texts, segment={"service_name": LONG}, evidence=[LONG * 2])
    make_drift(project, severity="critical")
    with open_page(chromium) as page:
        for path in (*PATHS, f"settings/alert-targets/{target.pk}"):
            response = page.goto(f"{server.url}/p/default/{path}")
            assert response is not None
            assert response.status == 200, path
            page.wait_for_load_state("networkidle")
            assert list_misfits(page) == [], path


def test_the_form_shows_what_its_kind_needs(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/alerts/rules/new")
        expect(page.get_by_role("combobox", name="Figure")).to_be_visible()
        expect(page.get_by_role("combobox", name="What moves")).to_be_hidden()
        page.get_by_role("radio", name="Drift").check()
        expect(page.get_by_role("combobox", name="What moves")).to_be_visible()
        expect(page.get_by_role("combobox", name="Figure")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_rule_is_previewed_and_then_saved(told: Teller, server: Server, chromium: Browser, javascript: bool) -> None:
    with open_page(chromium, javascript=javascript) as page:
        page.goto(f"{server.url}/p/default/alerts/rules/new")
        page.get_by_role("combobox", name="Figure").select_option("conversations")
        page.get_by_role("textbox", name="the value").fill("1")
        page.get_by_role("combobox", name="counted over").select_option("1 day")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_text("would have alerted")).to_be_visible()
        expect(page.get_by_role("textbox", name="the value")).to_have_value("1")
        page.get_by_role("textbox", name="Name").fill("Traffic")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Traffic")
    rule = AlertRule.objects.get()
    assert (rule.metric, rule.value, rule.window_minutes) == ("conversations", 1.0, 1440)


def test_what_became_of_a_test_appears_by_itself(server: Server, chromium: Browser, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = ""
    target = make_target(server.project, url="https://127.0.0.1/hook")
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/settings/alert-targets/{target.pk}")
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("on its way").last).to_be_visible()
        run_deliveries(datetime.now(UTC))
        expect(page.get_by_text("given up after 1 attempt")).to_be_visible()
