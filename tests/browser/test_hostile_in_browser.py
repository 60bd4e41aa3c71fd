"""Hostile text in every field of every page, in a real browser: nothing of it runs, loads, or becomes an element.

The project is that of `tests/hostile/world.py`; pages are found in the URLconf (`pages.py`). Each is opened, everything
that folds is unfolded, and what the texts would have pressed is pressed upon by the pointer.
"""

import pytest
from playwright.sync_api import Browser

from tests.browser.page_audit import Visit, start_visit
from tests.browser.pages import OK, PageAddress, enter, list_cookies, list_pages
from tests.conftest import Server
from tests.hostile.world import CALCULATED, ELEMENT, make_hostile_project

SHARES = 2
OWN_DOCUMENTS = {"drift_report", "drift_report_page"}
"""What a library draws for us, in a frame that may do nothing: test_drift_report_in_browser.py attacks from inside."""
PROVOKE = """
(element) => {
  for (const details of document.querySelectorAll("main details")) details.open = true;
  for (const each of document.querySelectorAll("main *")) {
    for (const name of ["click", "mouseover", "pointerenter", "focus"]) {
      if (each.hasAttribute(`on${name}`)) window.watched.ran.push(`on${name} of ${each.outerHTML.slice(0, 90)}`);
    }
  }
  const schemes = [...document.querySelectorAll("main :is(a[href], img[src], iframe[src], form[action])")]
    .map((each) => each.getAttribute("href") ?? each.getAttribute("src") ?? each.getAttribute("action"))
    .filter((address) => /^\\s*(javascript|data|vbscript):/i.test(address));
  return {
    born: document.querySelectorAll(element).length,
    schemes,
    calculated: document.body.innerText.includes("CALCULATED"),
    words: document.querySelector("main").innerText.trim().length,
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}
""".replace("CALCULATED", CALCULATED)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_text_of_a_trace_does_anything(server: Server, chromium: Browser, share: int) -> None:
    side = make_hostile_project(server.store)
    client = enter(side)
    every = [page for page in list_pages(side, client) if page.name not in OWN_DOCUMENTS][share::SHARES]
    faults = [f"{page.path[:160]}: answers {page.status}" for page in every if page.status != OK]
    with start_visit(chromium, server.url) as visit:
        visit.page.context.add_cookies(list_cookies(client, server.url))
        for page in every:
            if page.status == OK:
                faults += [f"{page.path[:160]}: {fault[:400]}" for fault in provoke(visit, page)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def provoke(visit: Visit, page: PageAddress) -> list[str]:
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.go(page.path)
    told = visit.page.evaluate(PROVOKE, ELEMENT)
    found = [*visit.list_faults(), *(f"an address of a text: {each}" for each in told["schemes"])]
    found += [f"{told['born']} elements were born of texts"] if told["born"] else []
    found += ["a template of a text was filled in"] if told["calculated"] else []
    found += ["shows nothing"] if not told["words"] else []
    found += [f"{told['over']} px too wide at 1280 px"] if told["over"] > 0 else []
    return found + [fault for fault in visit.measure(360) if "too wide" in fault]
