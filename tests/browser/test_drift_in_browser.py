"""The pages of drift in a real browser: they fit, can be hit and used by keyboard, and nothing of them is refused."""

from playwright.sync_api import Browser, expect

from drift.models import DriftAlarm
from drift.watching.segments import SegmentName
from tests.browser.test_pages_in_browser import list_misfits, open_page
from tests.conftest import Server
from tests.pages.conftest import Teller
from tests.pages.test_drift import (
    COST,
    LENGTH,
    TOPIC,
    make_alarm,
    make_event,
    make_line,
    make_move,
    make_segment,
    plant,
)

LONG = SegmentName("w" * 200, "e-" * 100, "v" * 200, "m" * 200)


def plant_much(told: Teller) -> DriftAlarm:
    """A segment that drifts and has long names, ten that do not, one that learns, and changes in the app."""
    topics = [make_line(TOPIC, 0.05, 0.01, f"{'t' * 120} {number}", since=9, moved=0.2) for number in range(9)]
    lines = [*topics, make_line(LENGTH, 0.0, 0.04, since=9, moved=-0.3), make_line(COST, 14.0, 0.05)]
    quiet = [make_segment(SegmentName(f"service {number}", "production")) for number in range(10)]
    learning = make_segment(SegmentName("new", "production"), "learning", 20)
    plant(told.project, make_segment(LONG, "alarm", lines=lines), *quiet, learning)
    for days_ago in (9, 9.1, 40):
        texts = {"prompt": "p" * 200, "old": "o" * 400, "new": "n" * 400, "trace_id": str(days_ago)}
        make_event(told.project, days_ago, service_name=LONG.service_name, environment=LONG.environment, **texts)
    examples = {side: [{"conversation_id": f"c-{number}"} for number in range(10)] for side in ("before", "after")}
    terms = {"terms": {"after": [{"text": "w" * 200, "before": 0.0, "since": 1.0}]}}
    moves = [make_move(), *(make_move(TOPIC, part="t" * 200, family="input", share=0.1) for _ in range(3))]
    return make_alarm(told.project, LONG, moves=moves, examples=examples | terms | {"auc": 0.8})


def test_pages_of_drift_are_clean_fit_their_width_and_can_be_hit(
    told: Teller, server: Server, chromium: Browser
) -> None:
    alarm = plant_much(told)
    with open_page(chromium) as page:
        for path in ("drift", "drift?days=180", f"drift/alarms/{alarm.pk}"):
            response = page.goto(f"{server.url}/p/default/{path}")
            assert response is not None
            assert response.status == 200
            for summary in page.locator("main summary").all():
                summary.click()
            assert list_misfits(page) == [], path


def test_by_keyboard_one_comes_from_a_mark_to_what_changed(told: Teller, server: Server, chromium: Browser) -> None:
    plant(told.project)
    event = make_event(told.project, 9)
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/drift")
        mark = page.get_by_role("group", name="Changes in the app").get_by_role("link")
        expect(mark).to_have_count(1)
        mark.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/drift/events/{event.pk}")


def test_without_javascript_a_segment_is_chosen_and_a_change_accepted(
    told: Teller, server: Server, chromium: Browser
) -> None:
    other = SegmentName("search", "production")
    plant(told.project, make_segment(state="alarm"), make_segment(other))
    alarm = make_alarm(told.project)
    with open_page(chromium, javascript=False) as page:
        page.goto(f"{server.url}/p/default/drift")
        page.get_by_role("link", name=other.words).click()
        expect(page.locator("#shown")).to_have_text(other.words)
        page.go_back()
        page.get_by_role("link", name="Why, with examples").click()
        page.get_by_role("button", name="Accept as the new normal").click()
        expect(page.get_by_role("status").filter(has_text="This is the new normal")).to_be_visible()
    alarm.refresh_from_db()
    assert alarm.state == DriftAlarm.State.ACCEPTED
