"""The report in a real browser: it draws, and a script in it reaches nothing."""

import gzip
from datetime import UTC, date, datetime

from playwright.sync_api import Browser, expect

from drift.explaining.columns import Column
from drift.explaining.reports import ask_process
from drift.models import DriftAlarm, DriftReport
from drift.watching.segments import SegmentName
from tests.conftest import Server

NOW = datetime(2026, 11, 14, tzinfo=UTC)
SEGMENT = SegmentName("shop", "live")
ATTACK = """<!doctype html><title>attack</title><ul></ul><script>
const said = (name, what) => { const line = document.createElement("li"); line.textContent = name + ": " + what;
  document.querySelector("ul").append(line); };
const attempt = (name, act) => { try { said(name, "got " + act()); } catch (error) { said(name, "refused"); } };
attempt("cookies", () => document.cookie = "a=b");
attempt("storage", () => localStorage.setItem("a", "b"));
if (parent !== window) {
  attempt("parent", () => parent.document.title);
  attempt("top", () => { top.location = "/healthz"; return "away"; });
}
attempt("window", () => window.open("/healthz").closed);
for (const address of ["/healthz", "/api/v1/stats", "https://example.org/"])
  fetch(address).then(() => said(address, "got"), () => said(address, "refused"));
const picture = new Image();
picture.onload = () => said("picture", "got");
picture.onerror = () => said("picture", "refused");
picture.src = "/favicon.ico";
document.body.append(picture);
</script>"""
TRIED = {"cookies", "storage", "window", "/healthz", "/api/v1/stats", "https://example.org/", "picture"}
IN_A_FRAME = {"parent", "top"}


def keep_report(server: Server, page: str) -> str:
    """The address of an alarm's report whose page is this."""
    alarm = DriftAlarm.objects.create(
        project=server.project, segment=SEGMENT.write(), segment_key=SEGMENT.key, day=date(2026, 11, 12),
        started=date(2026, 11, 10), score=5000.0, bound=1000.0, cause="model", found_at=NOW,
    )  # fmt: skip
    DriftReport.objects.create(
        alarm=alarm, state="ready", html=gzip.compress(page.encode()), size=len(page), asked_at=NOW, made_at=NOW
    )
    return f"{server.url}/p/default/drift/alarms/{alarm.pk}/report"


def test_a_script_in_the_report_reaches_nothing(server: Server, chromium: Browser) -> None:
    address = keep_report(server, ATTACK)
    page = chromium.new_page()
    for opened, tried in ((address, TRIED | IN_A_FRAME), (f"{address}.html", TRIED)):
        page.goto(opened)
        place = page.frame_locator("iframe.report") if opened == address else page
        expect(place.locator("li")).to_have_count(len(tried))
        assert set(place.locator("li").all_inner_texts()) == {f"{name}: refused" for name in tried}
        assert page.url == opened
        assert len(page.context.pages) == 1


def test_the_report_is_drawn_with_nothing_refused(server: Server, chromium: Browser) -> None:
    columns = [
        Column("length of answers", "output_length", True, [4.9, 5.0, 5.1, None] * 50, [5.3, 5.4, 5.5, 6.0] * 50, 0.8),
        Column("refused answers", "refusals", False, ["no", "no", "yes"] * 60, ["no", "yes", None] * 60, 0.0),
    ]
    page = chromium.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(keep_report(server, ask_process(columns)["html"]))
    frame = page.frame_locator("iframe.report")
    expect(frame.get_by_text("length of answers").first).to_be_visible()
    expect(frame.get_by_text("refused answers").first).to_be_visible()
    frame.locator("tbody button").first.click()
    expect(frame.locator(".js-plotly-plot").first).to_be_visible()
    assert complaints == []
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []
