"""The report behind an alarm: asked for by who may, waited for, framed where it can do nothing, saved as a file."""

import gzip
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from drift.explaining.reports import ask_report
from drift.models import DriftAlarm, DriftReport
from drift.watching.segments import SegmentName
from tests.conftest import Server
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project
from tracing.store import Store

NOW = datetime(2026, 11, 14, tzinfo=UTC)
PAGE = b"<!doctype html><title>a report</title>" + b"." * 2000
SEGMENT = SegmentName("<b>shop</b>", "live")


@pytest.fixture
def alarm(project: Project, store: Store) -> DriftAlarm:
    return DriftAlarm.objects.create(
        project=project,
        segment=SEGMENT.write(),
        segment_key=SEGMENT.key,
        day=date(2026, 11, 12),
        started=date(2026, 11, 10),
        score=5000.0,
        bound=1000.0,
        cause="model",
        found_at=NOW,
    )


@pytest.fixture
def client() -> Client:
    return log_in()


def make(alarm: DriftAlarm) -> None:
    ask_report(alarm, NOW)
    ready = {"state": "ready", "html": gzip.compress(PAGE), "size": len(PAGE), "made_at": NOW}
    DriftReport.objects.filter(alarm=alarm).update(**ready)


def test_a_report_is_asked_for_and_waited_for(alarm: DriftAlarm, client: Client) -> None:
    base = f"/p/default/drift/alarms/{alarm.pk}/report"
    assert "Make the report" in read(client.get(f"{base}/state"))
    assert client.post(f"{base}/ask").headers["Location"] == base
    waiting = read(client.get(base))
    assert "is being made" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "<iframe" not in waiting
    assert "&lt;b&gt;shop&lt;/b&gt;" in waiting
    assert "is being made" in read(client.post(f"{base}/ask", headers={"HX-Request": "true"}))
    entry = AuditEntry.objects.filter(action="ask_drift_report").latest("pk")
    assert (entry.target, entry.details) == (str(alarm.pk), {"started": "2026-11-10"})


def test_a_report_that_was_made_stands_in_a_frame(alarm: DriftAlarm, client: Client) -> None:
    make(alarm)
    base = f"/p/default/drift/alarms/{alarm.pk}/report"
    shown = client.get(base)
    assert f'src="{base}.html" sandbox="allow-scripts"' in read(shown)
    assert "2.0" in read(shown)
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    assert "hx-trigger" not in read(client.get(f"{base}/state"))


def test_the_page_of_the_report_may_draw_and_nothing_else(alarm: DriftAlarm, client: Client) -> None:
    make(alarm)
    answer = client.get(f"/p/default/drift/alarms/{alarm.pk}/report.html")
    assert answer.content == PAGE
    policy = set(answer.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    }
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_report_is_saved_as_a_file_which_the_audit_log_tells(alarm: DriftAlarm, client: Client) -> None:
    make(alarm)
    answer = client.get(f"/p/default/drift/alarms/{alarm.pk}/report/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="drift-default-2026-11-10.html"'
    assert "sandbox allow-scripts" in answer.headers["Content-Security-Policy"]
    assert AuditEntry.objects.filter(action="download_drift_report", target=str(alarm.pk)).count() == 1


def test_why_there_is_no_report_is_said(alarm: DriftAlarm, client: Client) -> None:
    base = f"/p/default/drift/alarms/{alarm.pk}/report"
    assert client.get(f"{base}.html").status_code == 404
    assert client.get(f"{base}/download").status_code == 404
    assert client.get(f"/p/default/drift/alarms/{alarm.pk + 1}/report").status_code == 404
    ask_report(alarm, NOW)
    DriftReport.objects.update(state="failed", problem="It <i>cannot</i> be made.")
    failed = read(client.get(base))
    assert "It &lt;i&gt;cannot&lt;/i&gt; be made." in failed
    assert "Try again" in failed


@pytest.mark.usefixtures("quick_passwords")
def test_who_may_only_read_is_not_offered_to_ask(alarm: DriftAlarm, project: Project) -> None:
    make(alarm)
    base = f"/p/default/drift/alarms/{alarm.pk}/report"
    make_user("v@example.org", project, Role.VIEWER)
    viewer = log_in("v@example.org")
    assert "Make it anew" not in read(viewer.get(base))
    assert viewer.get(f"{base}.html").content == PAGE
    assert viewer.post(f"{base}/ask").status_code == 403


def test_programs_ask_for_a_report_and_take_it(alarm: DriftAlarm, server: Server) -> None:
    path = f"drift/alarms/{alarm.pk}/report"
    client = Client(headers={"host": "localhost"})
    assert client.get(f"/api/v1/{path}").status_code == 404
    asked = client.post(f"/api/v1/{path}", content_type="application/json")
    assert asked.status_code == 200
    assert asked.json()["state"] == "waiting"
    assert client.get(f"/api/v1/{path}.html").status_code == 404
    make(alarm)
    assert server.get_json(path) == {
        "state": "ready",
        "asked_at": server.get_json(path)["asked_at"],
        "made_at": "2026-11-14T00:00:00.000000Z",
        "size": len(PAGE),
        "problem": "",
    }
    taken = client.get(f"/api/v1/{path}.html")
    assert taken.content == PAGE
    assert taken.headers["Content-Disposition"] == 'attachment; filename="drift-2026-11-10.html"'
    assert client.get(f"/api/v1/drift/alarms/{alarm.pk + 1}/report").status_code == 404
