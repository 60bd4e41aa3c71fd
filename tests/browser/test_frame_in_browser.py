"""The frame around every page in a real browser: search, help, keys, times, what updates itself, and what fails."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_pages_in_browser import open_page
from tests.conftest import Server
from tests.pages.conftest import Teller


def find(page: Page, words: str) -> None:
    """Type into the search that is open, and wait for what comes of it."""
    with page.expect_response("**/find/results?q=*"):
        page.keyboard.type(words)


def test_everything_is_found_and_opened_by_keys(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/setup")
        page.keyboard.press("/")
        box = page.get_by_role("combobox", name="Find")
        expect(box).to_be_focused()
        expect(page.get_by_role("option", name="Overview")).to_have_attribute("aria-selected", "true")
        find(page, "which")
        option = page.get_by_role("option", name="Which city?")
        expect(option).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
        page.keyboard.press("ArrowUp")
        expect(option).to_have_attribute(
            "aria-selected", "true" if page.get_by_role("option").count() == 1 else "false"
        )
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/conversations/rich/**")
        page.keyboard.press("Control+k")
        expect(box).to_be_focused()
        page.keyboard.press("Escape")
        expect(box).to_be_hidden()
        page.keyboard.press("/")
        page.keyboard.type("sett")
        page.keyboard.press("Enter")  # before anything came back: it waits for it
        page.wait_for_url("**/p/default/settings")


def test_keys_walk_go_and_can_be_switched_off(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/setup")
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/p/default/conversations")
        rows = page.locator("[data-rows] [data-row]")
        for key, at in (("j", 0), ("j", 1), ("k", 0)):
            page.keyboard.press(key)
            expect(rows.nth(at)).to_have_attribute("data-current", "")
            expect(page.locator("[data-row][data-current]")).to_have_count(1)
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        expect(dialog.get_by_text("In this list")).to_be_visible()
        page.keyboard.press("j")
        expect(rows.nth(0)).to_have_attribute("data-current", "")
        dialog.get_by_role("switch").uncheck()
        page.keyboard.press("Escape")
        for key in ("j", "?", "/", "g", "s"):
            page.keyboard.press(key)
        expect(rows.nth(0)).to_have_attribute("data-current", "")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.reload()
        page.keyboard.press("/")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Find")).to_be_visible()


def test_times_are_local_where_somebody_chose_so_and_tell_both(told: Teller, server: Server, chromium: Browser) -> None:
    context = chromium.new_context(timezone_id="Asia/Kolkata")
    page = context.new_page()
    page.goto(f"{server.url}/p/default/conversations/c-1")
    clock = page.locator("ol.turns time").first
    utc = str(clock.text_content())
    page.get_by_role("button", name="Local").click()
    expect(clock).not_to_have_text(utc)
    hours, minutes, seconds = map(int, utc.split(":"))
    local = (hours * 60 + minutes + 330) % 1440
    expect(clock).to_have_text(f"{local // 60:02}:{local % 60:02}:{seconds:02}")
    assert "(Asia/" in str(clock.get_attribute("title"))
    assert utc in str(clock.get_attribute("title"))
    page.reload()
    expect(clock).not_to_have_text(utc)
    page.evaluate("document.querySelector('main').append(document.createRange().createContextualFragment("
                  "'<p><time id=new datetime=2026-01-01T20:00:00+00:00>20:00</time></p>'))")  # fmt: skip
    expect(page.locator("#new")).to_have_text("01:30")
    page.get_by_role("button", name="UTC").click()
    expect(clock).to_have_text(utc)
    expect(page.locator("#new")).to_have_text("20:00")
    page.get_by_role("button", name="Local").click()
    page.goto(f"{server.url}/p/default/?range=24h")
    tick, column = page.locator("text[data-at]").first, page.locator("title[data-at]").first
    for said in (tick, column):
        at = datetime.fromisoformat(str(said.get_attribute("data-at"))) + timedelta(minutes=330)
        assert str(said.text_content()).startswith(f"{at:%a %H:%M}")
    assert ":" in str(column.text_content())[9:]
    assert "Asia/" in str(page.locator("[data-zone]").first.text_content())


FRESH = """<div id="live" data-live="2"><details><summary>more</summary><p>new</p></details>
<button id="held">new</button><input type="checkbox" id="ticked"><div data-kept></div><time>x</time></div></main>"""


def test_what_is_live_is_put_in_place_and_says_when_it_is_old(told: Teller, server: Server, chromium: Browser) -> None:
    """The page is given its live part on the way: which pages have one is not the frame's to say."""
    answers = {"fails": False, "part": "old"}

    def answer(route: Route) -> None:
        if answers["fails"]:
            route.abort()
            return
        response = route.fetch()
        part = FRESH.replace("new", str(answers["part"]))
        if answers["part"] == "old":
            part = part.replace("<div data-kept></div>", "<div data-kept><b>drawn</b></div>")
        route.fulfill(response=response, body=response.text().replace("</main>", part))

    context = chromium.new_context()
    page = context.new_page()
    page.route("**/p/default/setup", answer)
    page.goto(f"{server.url}/p/default/setup")
    page.locator("#live summary").click()
    page.locator("#ticked").check()
    page.locator("#held").focus()
    answers["part"] = "new"
    expect(page.locator("#held")).to_have_text("new")
    expect(page.locator("#held")).to_be_focused()
    expect(page.locator("#live details p")).to_be_visible()
    expect(page.locator("#ticked")).to_be_checked()
    expect(page.get_by_text("drawn")).to_be_visible()
    answers["fails"] = True
    expect(page.get_by_text("Not updated since")).to_be_visible()
    answers.update(fails=False, part="newest")
    expect(page.locator("#held")).to_have_text("newest")
    expect(page.get_by_text("Not updated since")).to_be_hidden()
    page.get_by_role("button", name="Live").click()
    answers["part"] = "unseen"
    page.wait_for_timeout(2_500)
    expect(page.get_by_role("button", name="Paused")).to_be_visible()
    expect(page.locator("#held")).to_have_text("newest")


def test_a_request_that_fails_says_so_and_is_tried_again(told: Teller, server: Server, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/p/default/settings")
    page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("beforeend",
        '<button id="asks" hx-get="/p/default/find/results" hx-target="#into">ask</button><div id="into"></div>');
      htmx.process(document.querySelector("main"));
    }""")
    page.route("**/find/results", lambda route: route.fulfill(status=503, body="away"))
    page.locator("#asks").click()
    expect(page.get_by_text("The store does not answer; nothing is lost.")).to_be_visible()
    page.unroute("**/find/results")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#into")).to_contain_text("Overview")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    page.route("**/find/results", lambda route: route.fulfill(status=302, headers={"Location": "/login"}))
    page.locator("#asks").click()
    page.wait_for_url("**/login?next=%2Fp%2Fdefault%2Fsettings")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_narrow_screen_opens_the_menu_with_and_without_a_script(
    told: Teller, server: Server, chromium: Browser, javascript: bool
) -> None:
    with open_page(chromium, width=360, javascript=javascript) as page:
        page.goto(f"{server.url}/p/default/settings")
        entry = page.get_by_role("link", name="Traces", exact=True)
        expect(entry).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(entry).to_be_visible()
        expect(page.get_by_role("button", name="Dark")).to_be_visible(visible=javascript)
        entry.click()
        page.wait_for_url("**/p/default/traces")
        page.get_by_role("link", name="Find").click()
        if not javascript:
            page.get_by_role("searchbox", name="What to find").fill("which")
            page.get_by_role("button", name="Find").click()
            expect(page.get_by_role("link", name="Which city?")).to_be_visible()
        else:
            expect(page.get_by_role("combobox", name="Find")).to_be_focused()
