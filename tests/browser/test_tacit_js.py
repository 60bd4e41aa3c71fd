"""`/tacit.js` in pages of another site, in a real browser, on a real server: what it tells, takes back, keeps."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.squeeze import SERVED, SOURCE, squeeze
from tests.conftest import Server
from tests.test_feedback_api import hear, list_feedback, say
from tests.tracing.sending import failing_store
from tests.tracing.test_access import ask
from tracing.access.keys import create_key
from tracing.access.rights import Scope

MOST_BYTES = 2_048
SECRET = "Nobody but the visitor reads this answer"
BODY = f"""<!doctype html><title>Shop</title>
<div data-tacit-message="m-1"><p>{SECRET}.</p>
<button data-tacit-thumb="up">Good</button><button data-tacit-thumb="down">Bad</button></div>
<p id="other">Something else</p>
<script src="URL/tacit.js" data-key="KEY" HOLD></script>"""
HOLD = f'crossorigin integrity="sha384-{base64.b64encode(hashlib.sha384(SERVED.read_bytes()).digest()).decode()}"'
"""A page may hold the script to one version, as any other site may ask for it."""
STRICT = {
    "Content-Security-Policy": "default-src 'none'; script-src URL; connect-src URL; "
    "require-trusted-types-for 'script'",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "no-referrer",
}
PATIENCE_MS = 20_000


@contextmanager
def open_site(page: Callable[[], str], headers: Mapping[str, str]) -> Iterator[str]:
    """The origin of a site on this machine, whose pages are all this one."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in ({"Content-Type": "text/html"} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page().encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}"
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


class Shop:
    """Pages of one site with the script and a key, and what the server has of them."""

    def __init__(self, server: Server, context: BrowserContext, url: str) -> None:
        self.server, self.context, self.url = server, context, url
        self.errors: list[str] = []

    def open(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.url)
        return page

    def look(self) -> dict[tuple[str, str], str]:
        """The label of all feedback by its name and message."""
        return {(each["name"], each["message_id"]): each["label"] for each in list_feedback(self.server)}

    def wait(self, expected: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
        """All feedback, as soon as it is this."""
        until = time.monotonic() + PATIENCE_MS / 1000
        while self.look() != expected and time.monotonic() < until:
            time.sleep(0.05)
        assert self.look() == expected
        return list_feedback(self.server)


@contextmanager
def open_shop(server: Server, chromium: Browser, headers: Mapping[str, str], origin: str = "") -> Iterator[Shop]:
    """A shop whose key is for `origin`, or else its own."""
    given = {name: value.replace("URL", server.url) for name, value in headers.items()}
    body = BODY.replace("URL", server.url).replace("HOLD", "" if headers else HOLD)
    with open_site(lambda: body, given) as url:
        body = body.replace(
            "KEY", create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[origin or url])
        )
        shop = Shop(server, chromium.new_context(), url)
        yield shop
        assert shop.errors == []


@pytest.fixture(params=[{}, STRICT], ids=["plain", "strict"])
def shop(request: pytest.FixtureRequest, server: Server, chromium: Browser) -> Iterator[Shop]:
    """Its pages allow everything, or as little as the script can do with."""
    with open_shop(server, chromium, request.param) as shop:
        yield shop


@pytest.fixture
def plain(server: Server, chromium: Browser) -> Iterator[Shop]:
    with open_shop(server, chromium, {}) as shop:
        yield shop


def test_the_script_is_its_source_made_shorter_and_under_two_kilobytes() -> None:
    served = SERVED.read_text(encoding="utf-8")
    assert served == squeeze(SOURCE.read_text(encoding="utf-8")), "run python -m tests.browser.squeeze"
    assert len(served.encode()) < MOST_BYTES


def test_pages_of_other_sites_may_load_the_script_and_keep_it(server: Server) -> None:
    answer = ask(server, "/tacit.js", Origin="https://shop.example", Sec_Fetch_Site="cross-site")
    assert (answer.status, answer.body) == (200, SERVED.read_bytes())
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=3600" in answer.headers["Cache-Control"]
    assert ask(server, "/tacit.js", If_Modified_Since=answer.headers["Last-Modified"]).status == 304


def test_the_last_thumb_counts_and_the_same_again_takes_it_back(shop: Shop) -> None:
    page = shop.open()
    up, down = page.get_by_text("Good"), page.get_by_text("Bad")
    up.click()
    shop.wait({("thumbs", "m-1"): "up"})
    down.click()
    shop.wait({("thumbs", "m-1"): "down"})
    assert (up.get_attribute("aria-pressed"), down.get_attribute("aria-pressed")) == ("false", "true")
    down.click()
    shop.wait({})
    assert down.get_attribute("aria-pressed") == "false"
    page.evaluate("tacit.thumbs('m-1', 'up'); tacit.thumbs('m-1', 'down')")
    shop.wait({("thumbs", "m-1"): "down"})
    page.evaluate("tacit.thumbs('m-1', null)")
    shop.wait({})


def test_what_was_told_before_and_after_the_answer_came_becomes_signals_of_it(server: Server, plain: Shop) -> None:
    page = plain.open()
    page.evaluate("tacit.thumbs('m-1', 'down'); tacit.copy({message_id: 'm-1'}, {characters: 7})")
    plain.wait({("thumbs", "m-1"): "down", ("copy", "m-1"): ""})
    say(server, 1, 1, "c", "m-1")
    say(server, 2, 2, "d", "m-2")
    assert hear(server, "c") == ["down"]
    page.evaluate("tacit.edit('m-2', 'Because.', 'Because it is so.'); tacit.stop('m-2'); tacit.rating('m-1', 4, 5)")
    page.evaluate("tacit.comment('m-1', 'Nice.'); tacit.send('share', 'm-1'); tacit.comment('m-2', 'x')")
    page.evaluate("tacit.comment('m-2', null)")
    told = [*((name, "m-1") for name in ("copy", "rating", "comment", "share")), ("edit", "m-2"), ("stop", "m-2")]
    plain.wait({("thumbs", "m-1"): "down"} | dict.fromkeys(told, ""))
    server.derive()
    items = server.get_json("signals")["items"]
    heard = {(each["kind"], each["conversation_id"]) for each in items}
    assert {(kind, "c") for kind in ("thumbs", "copy", "rating", "comment", "share")} <= heard
    assert {("edit", "d"), ("early_termination", "d")} <= heard
    [edit] = [each for each in items if each["kind"] == "edit"]
    assert edit["evidence"]["numbers"]["share_changed"] > 0.3


def test_a_copy_of_a_selection_says_how_much_and_never_what(shop: Shop) -> None:
    page = shop.open()
    page.get_by_text("Something else").select_text()
    page.keyboard.press("Control+c")
    page.get_by_text(SECRET).select_text()
    page.keyboard.press("Control+c")
    [copied] = shop.wait({("copy", "m-1"): ""})
    assert copied["metadata"]["characters"] >= len(SECRET)
    assert copied["metadata"]["of"] > copied["metadata"]["characters"]
    assert SECRET not in json.dumps(copied)


def close_by_leaving(page: Page) -> None:
    page.goto("about:blank")


def close_by_closing(page: Page) -> None:
    page.close(run_before_unload=True)


@pytest.mark.parametrize("close", [close_by_leaving, close_by_closing])
def test_a_page_that_closes_while_an_answer_streams_tells_a_stop(shop: Shop, close: Callable[[Page], None]) -> None:
    page = shop.open()
    page.evaluate("tacit.streaming('done')(); tacit.streaming('pressed'); tacit.stop('pressed')")
    shop.wait({("stop", "pressed"): ""})
    page.evaluate("tacit.streaming('m-2'); tacit.send('share', 'm-1')")
    close(page)
    shop.wait({("stop", "pressed"): "", ("stop", "m-2"): "page_closed", ("share", "m-1"): ""})


def test_a_browser_whose_requests_end_with_the_page_sends_a_beacon(plain: Shop) -> None:
    plain.context.add_init_script("delete Request.prototype.keepalive; window.fetch = () => new Promise(() => {})")
    page = plain.open()
    page.evaluate("void tacit.streaming('m-2')")
    close_by_leaving(page)
    plain.wait({("stop", "m-2"): "page_closed"})


def test_a_stop_of_the_page_and_of_the_server_is_one_signal(server: Server, plain: Shop) -> None:
    page = plain.open()
    page.evaluate("void tacit.streaming('m-1')")
    close_by_leaving(page)
    plain.wait({("stop", "m-1"): "page_closed"})
    say(server, 1, 1, "c", "m-1", tacit__outcome="stopped", tacit__ended_by="client")
    server.derive()
    [stopped] = server.get_json("signals?conversation_id=c&kind=early_termination")["items"]
    assert stopped["evidence"]["reason"].startswith("the user closed the page")


def test_what_cannot_be_sent_is_kept_and_sent_when_the_network_is_back(plain: Shop) -> None:
    page = plain.open()
    plain.context.set_offline(True)
    page.evaluate("tacit.thumbs('m-1', 'up'); tacit.send('share', 'm-1')")
    page.wait_for_timeout(300)
    page.evaluate("tacit.thumbs('m-1', 'down'); tacit.comment('m-1', 'a'); tacit.comment('m-1', null)")
    page.wait_for_timeout(300)
    assert plain.look() == {}
    plain.context.set_offline(False)
    plain.wait({("thumbs", "m-1"): "down", ("share", "m-1"): ""})


def test_what_the_server_could_not_keep_is_sent_again(plain: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    page = plain.open()
    with failing_store(monkeypatch), page.expect_response(lambda answer: answer.status == 503):
        page.evaluate("tacit.thumbs('m-1', 'up')")
    plain.wait({("thumbs", "m-1"): "up"})


def test_more_than_one_request_takes_is_told_in_several(plain: Shop) -> None:
    page = plain.open()
    page.evaluate("for (let n = 0; n < 45; n++) tacit.send('share', 'm-' + n, {explanation: 'é'.repeat(n * 20)})")
    until = time.monotonic() + PATIENCE_MS / 1000
    while len(list_feedback(plain.server)) < 45 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(list_feedback(plain.server)) == 45


def test_of_two_tabs_with_one_answer_the_last_thumb_counts(plain: Shop) -> None:
    one, two = plain.open(), plain.open()
    one.get_by_text("Good").click()
    plain.wait({("thumbs", "m-1"): "up"})
    two.get_by_text("Bad").click()
    plain.wait({("thumbs", "m-1"): "down"})
    one.get_by_text("Good").click()
    plain.wait({})


def test_a_page_of_another_origin_is_refused_and_goes_on(server: Server, chromium: Browser) -> None:
    with open_shop(server, chromium, {}, origin="https://shop.example") as shop:
        page = shop.open()
        with page.expect_event("requestfailed"):
            page.get_by_text("Good").click()
        assert page.get_by_text("Good").get_attribute("aria-pressed") == "true"
        assert shop.look() == {}


def test_nothing_that_a_page_hands_over_throws_into_it_or_holds_up_the_rest(plain: Shop) -> None:
    page = plain.open()
    page.evaluate("""() => {
        const ring = {};
        ring.self = ring;
        for (const value of [undefined, null, 5n, ring, Symbol(), () => 1, 'x'.repeat(20000)])
            for (const name of Object.keys(tacit)) {
                if (name != 'streaming') tacit[name](value, value, value);
                if (name != 'streaming') tacit[name]('m-3', value, value);
            }
        tacit.send('share', 'm-1');
    }""")
    until = time.monotonic() + PATIENCE_MS / 1000
    while ("share", "m-1") not in plain.look() and time.monotonic() < until:
        time.sleep(0.1)
    assert ("share", "m-1") in plain.look()
