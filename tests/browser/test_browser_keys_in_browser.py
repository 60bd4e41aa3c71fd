"""A key for browsers in a real one: a page of its origin tells feedback and reads the answer, no other page does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from feedback.records import load_feedback_page
from tests.conftest import Server
from tests.tracing.test_access import close
from tracing.access.keys import create_key, revoke_key
from tracing.access.rights import Scope
from tracing.key_views import write_fetch
from tracing.models import ApiKey
from tracing.paging import decode_cursor


class Shop(BaseHTTPRequestHandler):
    """A page of another site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title>")

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def open_shop() -> Iterator[str]:
    """The origin of a site on this machine."""
    shop = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=shop.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{shop.server_port}"
    shop.shutdown()
    thread.join()
    shop.server_close()


def tell(browser: Browser, origin: str, lines: str) -> str:
    """What the page gets to read after it did the lines of the page of keys."""
    page = browser.new_page()
    page.goto(origin)
    read = f"() => {lines.rstrip(';')}.then((answer) => answer.text(), (error) => 'refused: ' + error)"
    told: str = page.evaluate(read)
    page.close()
    return told


def count(server: Server) -> int:
    place = decode_cursor("", "feedback")
    names = ("identifier", "name", "label", "annotator_kind", "conversation_id", "trace_id", "span_id", "message_id")
    return len(load_feedback_page(server.store, server.project.pk, place, 10, dict.fromkeys(names, "")))


@pytest.mark.parametrize("closed", [False, True])
def test_the_lines_that_the_page_of_keys_gives_work_in_pages_of_the_origin(
    server: Server, chromium: Browser, closed: bool
) -> None:
    if closed:
        close()
    with open_shop() as shop, open_shop() as other:
        key = create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[shop])
        lines = write_fetch(server.url, key)
        assert tell(chromium, shop, lines) == '{"accepted": 1, "rejected": []}'
        assert count(server) == 1
        more = lines.replace("down", "up")
        assert tell(chromium, other, more).startswith("refused: ")
        revoke_key(ApiKey.objects.get())
        assert tell(chromium, shop, more).startswith("refused: ")
        assert count(server) == 1
