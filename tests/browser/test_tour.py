"""Every page in a real browser, light and dark, from 360 to 2,560 px: nothing of it is in anybody's way.

Each is opened once in a project that has something of everything, and asked for all that a browser can tell; pictures
and figures are kept (`pictures.py`). `docs/tour.md` shows the pages to people.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import pictures
from tests.browser.conftest import tell_some
from tests.browser.page_audit import Visit, start_visit
from tests.browser.pages import OK, PageAddress, enter, list_cookies, list_pages
from tests.conftest import Server
from tests.isolation.world import Side, make_side
from tests.pages.conftest import Teller

LEAST_PAGES = 15
SHARES = 3
"""Tests that the pages are told to in turn, for as many processes."""
LEAST_READABLE = 0.8
"""Of its words, without JavaScript."""
RENEW = "make screenshots"
UNREADABLE = """
() => {
  const main = document.querySelector("main");
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  const forms = [...main.querySelectorAll("form")].filter((form) =>
    [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].some(isShown));
  const dead = forms.filter((form) => ![...form.elements].some((each) =>
    isShown(each) && each.matches("button:not([type=button]), input[type=submit]")));
  return { words: main.innerText.split(/\\s+/).length, dead: dead.map((each) => each.outerHTML.slice(0, 120)) };
}
"""


@pytest.fixture
def side(server: Server) -> Side:
    """A project with something of everything, and conversations enough for its figures."""
    side = make_side(server.store, 10_001)
    tell_some(Teller(side.project, server.store))
    return side


@pytest.fixture
def blank(chromium: Browser) -> Iterator[Page]:
    """A page of its own that reads pictures."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_is_accessible_light_calm_and_fits(
    side: Side, server: Server, chromium: Browser, blank: Page, share: int
) -> None:
    client = enter(side)
    every = list(list_pages(side, client))[share::SHARES]
    faults = [f"{page.path}: answers {page.status}" for page in every if page.status != OK]
    pages = [page for page in every if page.status == OK]
    assert len(pages) > LEAST_PAGES
    with start_visit(chromium, server.url) as visit:
        visit.page.context.add_cookies(list_cookies(client, server.url))
        seen = {page.name: look_at(visit, page, blank, faults) for page in pages}
    with start_visit(chromium, server.url, java_script_enabled=False) as visit:
        visit.page.context.add_cookies(list_cookies(client, server.url))
        for page in pages:
            faults += [f"{page.path}: without JavaScript {each}" for each in read_without_script(visit, page, seen)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def look_at(visit: Visit, page: PageAddress, blank: Page, faults: list[str]) -> int:
    """How many words the page has; its faults are added to those of the others."""
    visit.go(page.path)
    words: int = visit.page.evaluate(UNREADABLE)["words"]
    note_figures(visit, page)
    found = [*visit.list_moves(), *visit.list_weights()]
    found += [*visit.measure(360), *visit.measure(2560), *visit.measure(1280), *visit.ask_axe()]
    light = pictures.take(visit.page, f"{page.name}-light")
    visit.page.emulate_media(color_scheme="dark")
    found += [f"dark {each}" for each in visit.ask_axe("color-contrast")]
    dark = pictures.take(visit.page, f"{page.name}-dark")
    visit.page.emulate_media(color_scheme="light")
    found += [*visit.list_faults(), *compare_pictures(blank, page.name, light, dark)]
    faults += [f"{page.path}: {each}" for each in found]
    return words


def note_figures(visit: Visit, page: PageAddress) -> None:
    """Keep what the page weighs and when its first content was there."""
    whole, scripts = visit.weigh()
    pictures.DIRECTORY.mkdir(parents=True, exist_ok=True)
    with (pictures.DIRECTORY / "pages.tsv").open("a", encoding="utf-8") as file:
        file.write(f"{page.name}\t{whole}\t{scripts}\t{visit.read_paint_ms():.0f}\n")


def compare_pictures(blank: Page, name: str, light: bytes, dark: bytes) -> list[str]:
    """Whether the page looks like itself when it was last looked at; or that is what it looks like from now on."""
    seen = {f"{name}-light": pictures.shrink(blank, light), f"{name}-dark": pictures.shrink(blank, dark)}
    if pictures.RENEWED:
        pictures.keep_known(seen)
    known = pictures.read_known()
    told = {picture: pictures.compare(known[picture], shades) for picture, shades in seen.items() if picture in known}
    missing = [f"{picture} is in no line of {pictures.KNOWN.name}: {RENEW}" for picture in seen if picture not in told]
    other = [f"{picture} looks otherwise ({like}): see {pictures.DIRECTORY}; if that is meant, {RENEW}"
        for picture, like in told.items() if like < pictures.LEAST_LIKENESS]  # fmt: skip
    return missing + other


def read_without_script(visit: Visit, page: PageAddress, words: dict[str, int]) -> list[str]:
    visit.go(page.path)
    told = visit.page.evaluate(UNREADABLE)
    found = [f"a form cannot be sent: {each}" for each in told["dead"]]
    if told["words"] < LEAST_READABLE * words[page.name]:
        found.append(f"{told['words']} of {words[page.name]} words can be read")
    return found
