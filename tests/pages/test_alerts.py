"""The pages of alerts: the inbox, one alert, and what people do about it; the menu and the overview tell of them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from drift.channels.message import Message, Severity, State
from drift.delivering.queue import enqueue
from drift.models import Alert, AlertChange, DeliveryAttempt, DriftAlarm, LedgerEvent
from drift.watching.outlooks import Outlook, SegmentOutlook, keep_outlook
from drift.watching.segments import SegmentName
from feedback.models import FailureMode
from tests.pages.alerting import NOW, make_alert, make_rule, make_target
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import DEMO_PROJECT, AuditEntry, Project

Open = Callable[[str], Page]
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"
SHOWN_HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"
BASE = "/p/default/alerts"


def post(path: str, **fields: Any) -> HttpResponse:
    return Client(headers={"host": "localhost"}).post(f"{BASE}/{path}", fields)


def list_numbers(page: Page) -> list[int]:
    """The alerts that a list shows, in order."""
    return [int(each) for each in re.findall(r'<td class="name"><a[^>]*/alerts/(\d+)"', page.html)]


def test_an_empty_inbox_says_what_is_watched_already(teller: Teller, open_page: Open) -> None:
    make_rule(teller.project, "Many errors", least_count=10)
    make_rule(teller.project, "Off", is_on=False)
    page = open_page("alerts")
    assert "Nothing has alerted yet" in page.text
    assert "Many errors Calls that failed above 5 %, counted over 1 hour" in page.text
    assert "Off" not in page.text.partition("These rules watch")[2].partition("Write a rule")[0]
    assert "nobody is told" in page.text


def test_while_drift_is_learnt_the_empty_inbox_says_how_long_that_takes(teller: Teller, open_page: Open) -> None:
    names = [SegmentName("support", "live"), SegmentName("shop", "live")]
    days = tuple(NOW.date() - timedelta(days=number) for number in (2, 1))
    segments = [
        SegmentOutlook(name, "learning", missing, 365.0, (1.0, 1.0), (None, None), {}, ())
        for name, missing in zip(names, (9, 12), strict=True)
    ]
    keep_outlook(teller.project.pk, Outlook(days, segments, NOW), 1)
    assert "how days usually are: in 9 days." in open_page("alerts").text


def test_an_alert_leads_to_the_conversations_of_its_rule_since_it_began(teller: Teller, open_page: Open) -> None:
    for name, service, hours in (("behind", "a, b", 1), ("before", "a, b", 9), ("elsewhere", "c", 1)):
        teller.tell(name, age_hours=hours, service_name=service)
    rule = make_rule(teller.project, "Errors of the shop", filter='-user:"x y"')
    make_alert(teller.project, rule, segment={"service_name": "a, b"})
    [link] = open_page("alerts/1").find_links("/conversations?")
    assert open_page(link).list_conversations() == ["/p/default/conversations/behind"]


def test_the_inbox_shows_first_what_nobody_looked_at_and_what_is_worst(teller: Teller, open_page: Open) -> None:
    make_alert(teller.project)
    make_alert(teller.project, severity="info")
    make_alert(teller.project, severity="critical")
    make_alert(teller.project, severity="critical", acknowledged_at=NOW, acknowledged_by="anna@example.org")
    make_alert(teller.project, state="resolved", resolved_at=NOW)
    page = open_page("alerts")
    assert list_numbers(page) == [3, 1, 2, 4]
    assert "Alerts 4 are open, 3 of them not looked at yet." in page.text
    assert "open 4 acknowledged 1 resolved 1 all 5" in page.text
    assert "acknowledged by anna@example.org" in page.text


def test_tabs_narrow_the_inbox(teller: Teller, open_page: Open) -> None:
    make_alert(teller.project)
    make_alert(teller.project, acknowledged_at=NOW)
    make_alert(teller.project, state="resolved", resolved_at=NOW, resolved_by="bo@example.org")
    assert list_numbers(open_page("alerts?state=acknowledged")) == [2]
    assert list_numbers(open_page("alerts?state=resolved")) == [3]
    assert list_numbers(open_page("alerts?state=all")) == [3, 2, 1]
    assert list_numbers(open_page("alerts?state=nonsense")) == [1, 2]


def test_a_long_inbox_has_pages(teller: Teller, open_page: Open) -> None:
    for _ in range(52):
        make_alert(teller.project)
    first = open_page("alerts?state=all")
    assert list_numbers(first) == list(range(52, 2, -1))
    [older] = [link for link in first.find_links("before=") if "state=all" in link]
    assert list_numbers(open_page(f"alerts{older}")) == [2, 1]


def test_an_alert_says_where_it_is_since_when_and_that_it_is_muted(teller: Teller, open_page: Open) -> None:
    segment = {"service_name": "support", "environment": "live", "prompt_version": None, "model": "gpt-x"}
    make_alert(teller.project, segment=segment, muted_until=NOW + timedelta(hours=3))
    page = open_page("alerts")
    assert "support in live, model gpt-x" in page.text
    assert "open muted" in page.text
    assert (NOW - timedelta(hours=2)).isoformat() in page.html


def test_the_page_of_an_alert_tells_what_happened_and_who_was_told(teller: Teller, open_page: Open) -> None:
    alert = make_alert(teller.project, evidence=["As 1,240 calls tell it: 7 to 9 % (90 %)."])
    target = make_target(teller.project)
    alert.rule.targets.add(target)
    message = Message("k", State.FIRING, Severity.WARNING, "p", alert.title, "s", NOW)
    [delivery] = enqueue([target], message, alert=alert, now=NOW)
    DeliveryAttempt.objects.create(
        delivery=delivery, number=1, at=NOW, took_ms=9, fate="later", status=503, detail="answered 503"
    )
    type(delivery).objects.filter(pk=delivery.pk).update(attempts=1)
    page = open_page("alerts/1")
    assert "In the last hour it was 8 % of 1,240 calls" in page.text
    assert "7 to 9 % (90 %)" in page.text
    assert "told that it began on-call : tried once, will be tried again answered 503" in page.text
    assert "Opened" in page.text.partition("History")[2]


def test_an_alert_that_is_not_there_is_not_found(teller: Teller, open_page: Open) -> None:
    assert open_page("alerts/9").status == 404
    assert post("9/acknowledge").status_code == 404


def test_the_values_around_an_alert_are_drawn_when_somebody_waits(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    make_alert(teller.project, make_rule(teller.project, metric="conversations", value=0.0))
    page = open_page("alerts/1")
    assert 'hx-get="?wait=yes"' in page.html
    drawn = open_page("alerts/1?wait=yes")
    assert "threshold 0" in drawn.text
    assert "beyond the threshold in" in drawn.html


def test_an_alert_leads_to_the_failure_mode_or_conversation_that_it_is_about(teller: Teller, open_page: Open) -> None:
    times = dict.fromkeys(("found_at", "first_time", "last_time", "state_since"), NOW)
    FailureMode.objects.create(project=teller.project, number=7, **times)
    make_alert(teller.project, make_rule(teller.project, "Modes", kind="failure_mode"), failure_mode_number=7)
    make_alert(teller.project, make_rule(teller.project, "People", kind="conversation"), conversation_id="c/1 ü")
    assert "/p/default/failure-modes/7" in open_page("alerts/1").find_links("/failure-modes/")
    assert open_page("alerts/2").find_links("/conversations/c")


def test_an_alert_of_a_change_shows_what_differs(teller: Teller, open_page: Open) -> None:
    event = LedgerEvent.objects.create(
        project=teller.project,
        service_name="support",
        field="request_model",
        kind="changed",
        old="gpt-x",
        new="gpt-y",
        time_ns=teller.now_ns,
        told_at=NOW,
    )
    rule = make_rule(teller.project, "Changes", kind="change")
    make_alert(teller.project, rule, event=event, title="Model of `support` changed", sentence="")
    page = open_page("alerts/1")
    assert '<code class="words">support</code>' in page.html
    assert "gpt-x → gpt-y" in page.text


def make_drift(project: Project, **given: Any) -> Alert:
    today = NOW.date()
    moves = [
        {"name": "refusals", "part": "", "family": "output", "share": 0.9, "shift": 0.3, "before": 0.02, "after": 0.04}
    ]
    alarm = DriftAlarm.objects.create(
        project=project,
        segment={"service_name": "support", "environment": "live"},
        segment_key="k",
        day=today,
        started=today - timedelta(days=2),
        score=900.0,
        bound=365.0,
        cause="model",
        causes=[{"cause": "model", "share": 0.8, "sentence": "Only what they get moved.", "events": []}],
        families={"output": 0.9},
        moves=[{**each, "started": str(today)} for each in moves],
        found_at=NOW,
    )
    rule = make_rule(project, "Drift", kind="drift", metric="")
    return make_alert(project, rule, alarm=alarm, title="Drift in support", segment=alarm.segment, **given)


def test_an_alert_of_drift_shows_causes_and_what_moved(teller: Teller, open_page: Open) -> None:
    make_drift(teller.project)
    page = open_page("alerts/1")
    assert "Only what they get moved." in page.text
    assert "80 %" in page.text
    assert "Conversations with a refused answer 2" in page.text
    assert page.text.count("Accept as the new normal") == 1


def test_accepting_drift_as_the_new_normal_ends_the_alert(teller: Teller) -> None:
    make_drift(teller.project)
    assert post("1/accept").status_code == 302
    alert = Alert.objects.select_related("alarm").get(number=1)
    assert alert.state == "resolved"
    assert alert.alarm is not None
    assert alert.alarm.state == "accepted"


def test_people_acknowledge_mute_and_resolve(teller: Teller, open_page: Open) -> None:
    make_alert(teller.project)
    post("1/acknowledge")
    post("1/mute", hours="8")
    alert = Alert.objects.get()
    assert alert.acknowledged_at is not None
    assert alert.muted_until is not None
    assert timedelta(hours=7) < alert.muted_until - datetime.now(UTC) < timedelta(hours=9)
    assert "Muted until" in open_page("alerts/1").text
    post("1/unmute")
    post("1/resolve")
    page = open_page("alerts/1")
    assert "Over since" in page.text
    assert "Acknowledge" not in page.text.replace("acknowledged", "").replace("Acknowledged", "")
    what = list(AlertChange.objects.order_by("pk").values_list("what", flat=True))
    assert what == ["opened", "acknowledged", "muted", "unmuted", "resolved"]
    actions = AuditEntry.objects.order_by("pk").values_list("action", "target")
    assert list(actions) == [(f"{each}_alert", "1") for each in ("acknowledge", "mute", "unmute", "resolve")]


def test_what_cannot_be_done_is_said(teller: Teller) -> None:
    make_alert(teller.project, state="resolved", resolved_at=NOW)
    for path, fields, said in (
        ("1/acknowledge", {}, "resolved already"),
        ("1/mute", {"hours": "5000"}, "is muted for"),
        ("1/accept", {}, "Only drift"),
        ("1/notes", {"text": " "}, "A note has"),
    ):
        response = post(path, **fields)
        assert response.status_code == 422
        assert said in read(response)
    assert not AuditEntry.objects.exists()


def test_notes_stand_in_the_history(teller: Teller, open_page: Open) -> None:
    make_alert(teller.project)
    post("1/notes", text=f"I look at it.\n{HOSTILE}")
    page = open_page("alerts/1")
    assert "I look at it.<br>" in page.html
    assert SHOWN_HOSTILE in page.html


def test_several_are_acknowledged_at_once(teller: Teller, open_page: Open) -> None:
    for _ in range(3):
        make_alert(teller.project)
    assert post("acknowledge", number=["1", "3", "77", "x"]).status_code == 302
    assert set(Alert.objects.exclude(acknowledged_at=None).values_list("number", flat=True)) == {1, 3}
    assert AuditEntry.objects.get().target == "1, 3"
    assert post("acknowledge", number=["1"]).status_code == 422


def test_texts_of_traces_are_only_text(teller: Teller, open_page: Open) -> None:
    texts = {"title": HOSTILE, "sentence": HOSTILE, "evidence": [HOSTILE], "segment": {"service_name": HOSTILE}}
    make_alert(teller.project, make_rule(teller.project, HOSTILE), **texts)
    teller.tell("one")
    for path in ("alerts", "alerts/1", ""):
        page = open_page(path)
        assert SHOWN_HOSTILE in page.html
        assert "<script>alert" not in page.html


def test_a_viewer_sees_alerts_and_is_offered_nothing_to_change(teller: Teller, quick_passwords: None) -> None:
    make_user("vera@example.org", teller.project, Role.VIEWER)
    make_drift(teller.project)
    client = log_in("vera@example.org")
    for path in (BASE, f"{BASE}/1"):
        page = read(client.get(path))
        assert re.findall(r'method="post" action="([^"]*)"', page) == ["/logout"]
    for path in ("acknowledge", "mute", "unmute", "resolve", "accept", "notes"):
        assert client.post(f"{BASE}/1/{path}").status_code == 403


def test_the_menu_counts_what_nobody_looked_at(teller: Teller, open_page: Open) -> None:
    make_alert(teller.project)
    make_alert(teller.project, acknowledged_at=NOW)
    assert "Alerts 1 open" in open_page("setup").text
    Alert.objects.all().delete()
    assert "1 open" not in open_page("setup").text


def test_the_overview_shows_the_worst_open_alerts(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    assert "Open alerts" not in open_page("").text
    for severity in ("info", "warning", "critical", "info"):
        make_alert(teller.project, severity=severity)
    page = open_page("")
    assert [link.rpartition("/")[2] for link in page.find_links("/alerts/")] == ["3", "2", "4"]
    assert "In the last hour it was 8 % of 1,240 calls" in page.text, "the worst one is told in full"
    assert "All 4 that are open 1 critical, 1 warning, 2 info" in page.text
    alarm = DriftAlarm.objects.create(
        project=teller.project, segment={}, segment_key="k", day=NOW.date(), started=NOW.date(), score=9.0, bound=1.0,
        cause="system_prompt", families={"output": 0.8, "feedback": 0.2}, found_at=NOW,
        causes=[{"cause": "users", "share": 0.2}, {"cause": "system_prompt", "share": 0.71}],
    )  # fmt: skip
    make_alert(teller.project, severity="critical", alarm=alarm)
    page = open_page("")
    assert "80 % of the evidence" in page.text, "drift shows what moved, and why"
    assert "Why, most likely: The instructions changed (71 %) · Users changed (20 %)" in page.text


@pytest.mark.usefixtures("store")
def test_the_demo_never_alerts(project: Project) -> None:
    demo = Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    make_alert(demo, make_rule(demo, "Drift", kind="drift", metric=""))
    page = read(Client(headers={"host": "localhost"}).get("/p/demo/alerts"))
    assert "The demo never alerts" in page
    assert 'class="tally' not in page
