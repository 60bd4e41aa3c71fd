"""The pages of traces and users in a real browser: they fit, and the spans of a trace are walked by keyboard."""

from playwright.sync_api import Browser, expect

from tests.browser.test_pages_in_browser import list_misfits, open_page
from tests.conftest import Server
from tests.pages.conftest import Teller
from tests.tracing.otlp import insert_spans, make_span, make_trace_id

LONG = "w" * 200


def test_traces_and_users_fit_and_spans_are_walked_by_keyboard(told: Teller, server: Server, chromium: Browser) -> None:
    insert_spans(
        told.store,
        make_span(1, name="root"),
        make_span(2, parent=1, name=LONG, attributes={LONG: LONG * 20}),
        make_span(3, parent=1, name="failed", status={"code": 2, "message": LONG}),
    )
    told.tell("of-anna", user_id="anna")
    told.tell("of-long", user_id=LONG * 5)
    trace = f"traces/{make_trace_id(1)}"
    with open_page(chromium) as page:
        for path in ("traces", trace, "users", "users/anna", f"users/{LONG * 5}"):
            response = page.goto(f"{server.url}/p/default/{path}")
            assert response is not None
            assert response.status == 200
            assert list_misfits(page) == [], path
        page.goto(f"{server.url}/p/default/{trace}")
        rows = page.get_by_role("row")
        expect(rows).to_have_count(3)
        expect(page.locator("#span-name")).to_have_text("failed")
        page.locator('[role="row"][tabindex="0"]').focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowLeft")
        expect(page.locator('[role="row"]:visible')).to_have_count(1)
        page.keyboard.press("ArrowRight")
        expect(page.locator('[role="row"]:visible')).to_have_count(3)
        page.keyboard.press("Enter")
        expect(page.locator("#span-name")).to_have_text("root")
        expect(page.locator('[role="row"][aria-selected="true"]')).to_contain_text("root")
