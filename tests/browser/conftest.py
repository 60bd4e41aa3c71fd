"""A real browser on a real server with a few conversations told."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import Server
from tests.pages.conftest import HOUR_NS, SECOND_NS, Teller, make_answer
from tests.parts import need
from tracing.conversations import Conversation, Turn

expect.set_options(timeout=30_000)
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def told(server: Server) -> Teller:
    """Some good, some bad, one with a replaced and a stopped answer, one of markdown."""
    teller = Teller(server.project, server.store)
    tell_some(teller)
    return teller


def tell_some(teller: Teller) -> None:
    with teller.together():
        for index in range(60):
            thumbs = [teller.thumb(f"c-{index}", 0, "down" if index % 8 else "up")] if index % 4 == 0 else []
            turns = [("How do I reset it?", "Hold the button."), ("That does not help at all!", "I am sorry.")]
            teller.tell(f"c-{index}", turns[: 1 + index % 2], age_hours=1 + index * 4, feedback=thumbs, user_id="anna")
    start = teller.now_ns - HOUR_NS // 2
    old = make_answer("Paris, I guess.", start, "old")
    new = make_answer(
        "# Lyon\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n" + "x" * 300 + "\n```", start + 20 * SECOND_NS, "new"
    )
    cut = make_answer("It has been", start + 60 * SECOND_NS, "cut", outcome="stopped", ended_by="client")
    turns = (Turn(0, "Which city? " + "w" * 200, new, (old,)), Turn(1, "Why? I hate this.", cut))
    teller.write(Conversation(teller.project.pk, "rich/ünï", turns, user_id="bo", service_name="travel"))


@pytest.fixture(scope="module")
def started_chromium() -> Iterator[Browser]:
    """One for the tests of a file: to start it takes longer than most of them."""
    path = find_chromium()
    need("Chromium", path)
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(server: Server, started_chromium: Browser) -> Iterator[Browser]:
    """A browser without pages, cookies or storage of another test; `server` outlives its last request."""
    yield started_chromium
    for context in started_chromium.contexts:
        context.close()
