"""The list of conversations in a real browser: a row beside the list, ticked rows, views, and what came since."""

from playwright.sync_api import Browser, Page, expect

from feedback.labels import OUTCOME, load_own_verdicts
from tests.browser.page_audit import Visit, start_visit
from tests.conftest import Server
from tests.pages.conftest import Teller

LIST = "/p/default/conversations"
MINUTE_MS = 60_000
NAMED = ("c-0", "c-1", "c-2", "c-3", "c-4")


def test_the_list_is_worked_through(told: Teller, server: Server, chromium: Browser) -> None:
    """One server for all of it."""
    with start_visit(chromium, server.url) as visit:
        visit.page.remove_listener("requestfinished", visit.watch.see_end)  # nothing is weighed on the way
        visit.page.set_default_timeout(60_000)
        look_at_rows(visit)
        tick_rows(visit, told)
        narrow_list(visit)
        see_what_comes(visit, told)
        assert visit.list_faults() == []


def list_violations(visit: Visit) -> list[str]:
    """By axe-core, but of sizes: what floats over rows covers some in part. The tour asks for sizes."""
    return [each for each in visit.ask_axe() if "target-size" not in each]


def open_first(page: Page, name: str) -> None:
    page.locator(f'[data-row][data-id="{name}"] a[data-open]').click()


def look_at_rows(visit: Visit) -> None:
    page, panel = visit.page, visit.page.locator("#panel")
    visit.go(LIST)
    expect(panel).to_be_hidden()
    open_first(page, "c-0")
    expect(panel).to_contain_text("Hold the button.")
    page.wait_for_url("**/conversations?peek=c-0")
    page.keyboard.press("j")
    page.wait_for_url("**/conversations?peek=c-1")
    expect(panel).to_contain_text("That does not help at all!")
    assert list_violations(visit) == []
    panel.get_by_role("button", name="no", exact=True).click()
    expect(panel.get_by_role("button", name="no", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.wait_for_url("**/conversations")
    expect(page.locator('[data-id="c-1"] a[data-open]')).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations?peek=c-1")
    open_first(page, "c-1")
    page.wait_for_url("**/conversations/c-1")
    visit.go(f"{LIST}?peek=c-3")
    expect(panel).to_contain_text("How do I reset it?")
    page.get_by_role("link", name="Close").click()
    expect(panel).to_be_hidden()


def tick_rows(visit: Visit, told: Teller) -> None:
    page, bar = visit.page, visit.page.locator("#picks")
    visit.go(LIST)
    expect(bar).to_be_hidden()
    page.locator('[data-id="c-0"] input[data-pick]').check()
    page.locator('[data-id="c-3"] input[data-pick]').click(modifiers=["Shift"])
    expect(bar.get_by_role("combobox")).to_contain_text("4 ticked")
    page.locator('[data-id="c-4"] a[data-open]').focus()
    page.keyboard.press("x")
    expect(bar.get_by_role("combobox")).to_contain_text("5 ticked")
    assert list_violations(visit) == []
    bar.get_by_role("button", name="Dissatisfied").click()
    result = page.locator("#picked-result")
    expect(result).to_contain_text("4 conversations judged dissatisfied; the others of 5 were already.")
    assert set(read_verdicts(told)) == set(NAMED)
    result.get_by_role("button", name="Undo").click()
    expect(result).to_contain_text("Taken back in 4 conversations.")
    assert set(read_verdicts(told)) == {"c-1"}
    bar.get_by_text("Download").click()
    with page.expect_download() as download:
        bar.get_by_role("button", name="Table (CSV)").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert {line.partition(",")[0] for line in lines} == {"conversation_id", *NAMED}
    page.get_by_label("Tick all on this page").check()
    expect(bar.get_by_role("combobox")).to_contain_text("50 ticked")
    bar.get_by_role("button", name="Untick").click()
    expect(bar).to_be_hidden()


def read_verdicts(told: Teller) -> dict[str, str]:
    return load_own_verdicts(told.store, told.project.pk, NAMED, OUTCOME, "local")


def narrow_list(visit: Visit) -> None:
    page = visit.page
    visit.go(LIST)
    page.get_by_text("Add a filter").click()
    page.get_by_label("Thumbs").select_option("down")
    page.get_by_role("button", name="Show").first.click()
    page.wait_for_url("**/conversations?thumbs=down")
    page.get_by_label("Search", exact=True).fill("button turns<3")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=button+turns%3C3&thumbs=down")
    page.get_by_role("link", name="containing “button”").click()
    page.wait_for_url("**/conversations?thumbs=down&q=turns%3C3")


def see_what_comes(visit: Visit, told: Teller) -> None:
    """A line above the rows tells of a new conversation, and one that is open grows by its next turn."""
    page = visit.page
    page.clock.install()
    visit.go(LIST)
    turns = [("Is it open?", "Yes."), ("Until when?", "Eight.")]
    told.tell("c-new", turns[:1], age_hours=0)
    page.clock.fast_forward(MINUTE_MS)
    page.get_by_role("link", name="1 new · show").click()
    expect(page.locator("[data-row]").first).to_have_attribute("data-id", "c-new")
    visit.go(f"{LIST}/c-new")
    page.evaluate("window.wasLoaded = 'once'")
    told.tell("c-new", turns, age_hours=0)
    page.clock.fast_forward(MINUTE_MS)
    expect(page.locator("#turn-2")).to_contain_text("Until when?")
    assert page.evaluate("window.wasLoaded") == "once"
