"""The ways that people go most, in a real browser, in no more clicks than the tour promises (`docs/tour.md`)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tacit
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django import Settings

from feedback.flywheel.running import build_all
from tests.browser.test_pages_in_browser import open_page
from tests.conftest import Server
from tests.pages.alerting import make_alert, make_rule
from tests.pages.conftest import Teller
from tests.pages.reviewing import make_queue
from tests.pages.test_failure_modes import make_mode, tell_failing

TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
NAMES = [f"r-{number:02}" for number in range(1, 21)]


def read_promise(journey: str) -> int:
    """What the tour's table says of a journey."""
    found = re.search(rf"^\| {re.escape(journey)} \| (\d+) ", TOUR.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"docs/tour.md says nothing of {journey!r}"
    return int(found[1])


class Hand:
    """What somebody presses, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.keys = 0

    def click(self, name: str | re.Pattern[str], *, role: str = "link", within: Locator | None = None) -> None:
        (within or self.page).get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1


@contextmanager
def set_out(browser: Browser, address: str) -> Iterator[Hand]:
    with open_page(browser) as page:
        page.goto(address)
        yield Hand(page)


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> None:
    settings.DATASETS_DIR = tmp_path / "datasets"


@tacit.observe
def answer(message: str) -> str:
    return f"You asked: {message}"


def test_from_nothing_to_the_first_conversation(sdk: None, server: Server, chromium: Browser) -> None:
    with set_out(chromium, server.url) as hand:
        hand.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        hand.click("Copy", role="button")
        answer("How do I reset it?")
        server.derive()
        hand.click("How do I reset it?")
        expect(hand.page.get_by_role("heading", level=1)).to_have_text("“How do I reset it?”")
        assert hand.clicks <= read_promise("From nothing to the first conversation")


def test_from_an_alert_to_its_conversations(told: Teller, server: Server, chromium: Browser) -> None:
    make_alert(server.project, make_rule(server.project, metric="conversations", value=1.0, filter="user:anna"))
    with set_out(chromium, f"{server.url}/p/default/") as hand:
        hand.click(re.compile("^Alerts"))
        hand.click(re.compile("Calls that failed"), within=hand.page.get_by_role("main"))
        hand.click("Its conversations")
        expect(hand.page.get_by_role("heading", level=1)).to_have_text("Conversations")
        expect(hand.page.locator("[data-row]").first).to_be_visible()
        assert hand.clicks <= read_promise("From an alert to its conversations")


def test_from_a_failure_mode_to_a_dataset(told: Teller, server: Server, chromium: Browser) -> None:
    tell_failing(told, 1, 12, mode=1)
    make_mode(told)
    with set_out(chromium, f"{server.url}/p/default/") as hand:
        hand.click(re.compile("^Failure modes"))
        hand.click(re.compile("Complaint"), within=hand.page.get_by_role("main"))
        hand.click("A dataset of them")
        hand.click(re.compile("Set it up.*Check the next release"))
        hand.page.get_by_label("Name", exact=True).fill("Refunds")
        hand.click("Look at it", role="button")
        build_all(server.store)
        hand.click(re.compile("^Build version 1"), role="button")
        build_all(server.store)
        expect(hand.page.get_by_role("link", name="Download all")).to_be_visible()
        assert hand.clicks <= read_promise("From a failure mode to a dataset")


def test_from_an_aim_to_a_file(told: Teller, server: Server, chromium: Browser) -> None:
    with set_out(chromium, f"{server.url}/p/default/") as hand:
        hand.click("Datasets")
        hand.click(re.compile("Set it up.*Tell good answers from bad ones"))
        hand.page.get_by_label("Name", exact=True).fill("Judged")
        hand.click("Look at it", role="button")
        build_all(server.store)
        hand.click("Build version 1", role="button")
        build_all(server.store)
        with hand.page.expect_download() as download:
            hand.click("Download all")
        assert download.value.suggested_filename.endswith(".zip")
        assert hand.clicks <= read_promise("From an aim to a file to train on")


def test_twenty_items_take_two_keys_each(server: Server, chromium: Browser) -> None:
    teller = Teller(server.project, server.store)
    with teller.together():
        for name in NAMES:
            teller.tell(name)
    make_queue(server.project, NAMES)
    with set_out(chromium, f"{server.url}/p/default/review/1") as hand:
        hand.press("Enter")
        for place in range(1, 21):
            expect(hand.page.locator("#review h1")).to_have_text(re.compile(rf"^Item {place}\b"))
            hand.press("1")
            hand.press("Enter")
        expect(hand.page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
        assert hand.keys <= read_promise("Twenty items reviewed, in keys")
