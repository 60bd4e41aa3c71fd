"""The pages of datasets in a real browser: they fit, can be hit and read, and texts of traces stay texts."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from feedback.datasets.definition import Definition
from feedback.flywheel.datasets import create_dataset
from feedback.flywheel.evaluation_sets import add_evaluation_set
from feedback.flywheel.running import build_all
from feedback.flywheel.versions import start_version
from feedback.models import DatasetVersion
from tests.browser.test_pages_in_browser import list_misfits, open_page
from tests.conftest import Server
from tests.feedback.flywheel.conftest import tell_liked
from tests.pages.conftest import Teller
from tests.pages.test_dataset_versions import inspect

PATHS = (
    *("", "/new", "/new?q=thumbs:up", "/new/form?format=trl-dpo", "/1", "/1/edit", "/1/versions/1", "/1/versions/2"),
    *("/1/versions/3", "/1/versions/4?row=2", "/1/compare?older=1&newer=2", "/evaluation-sets", "/forgetting"),
)
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
UNNAMED = """
() => [...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea, button, a, svg[role=img])")]
  .filter((each) => each.checkVisibility() && !each.labels?.length)
  .filter((each) => !each.getAttribute("aria-label") && !each.textContent.trim())
  .map((each) => each.outerHTML.slice(0, 90))
"""
HEADINGS = """
() => [...document.querySelectorAll("main :is(h1, h2, h3, h4)")]
  .filter((each) => each.checkVisibility()).map((each) => Number(each.tagName[1]))
"""


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    settings.DATASETS_DIR = tmp_path / "datasets"
    return tmp_path / "datasets"


@pytest.fixture
def made(told: Teller) -> Teller:
    """A dataset with two versions that are built, one that is read, and one whose texts are long and hostile."""
    tell_liked(told, 12)
    long = "w" * 150
    dataset = create_dataset(told.project, long, Definition("trl-kto", filter="thumbs:up", licence=long), long, long)
    create_dataset(told.project, "Nothing yet", Definition("hf"), "")
    add_evaluation_set(told.project, long, ["one two three four five"], long)
    for _ in range(2):
        start_version(dataset, long, goes_on=True)
        build_all(told.store)
    start_version(dataset, "", goes_on=False)
    keep(state="collecting", done=3, total=9, doing=long)
    start_version_beside(dataset, inspect())
    return told


def keep(**fields: Any) -> None:
    DatasetVersion.objects.filter(pk=DatasetVersion.objects.latest("pk").pk).update(**fields)


def start_version_beside(dataset: Any, inspection: dict[str, Any]) -> None:
    """Another one, though the last is under way."""
    DatasetVersion.objects.filter(state="collecting").update(state="stopped")
    row = inspection["parts"][0]["preview"][1]["row"]
    row["prompt"][0]["content"] += "<img src=x onerror=alert(1)>" + "w" * 300
    start_version(dataset, "", goes_on=False)
    keep(state="inspected", inspection=inspection)
    DatasetVersion.objects.filter(number=3).update(state="collecting")


def test_pages_of_datasets_fit_and_can_be_hit_and_read(made: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        for path in PATHS:
            response = page.goto(f"{server.url}/p/default/datasets{path}")
            assert response is not None
            assert response.status == 200, path
            for details in page.locator("main details").all():
                details.evaluate("(each) => { each.open = true; }")
            assert list_misfits(page, UNNAMED, CONTRAST, schemes=("light", "dark")) == [], path
            levels = page.evaluate(HEADINGS)
            assert levels[0] == 1, path
            assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)


def test_a_dataset_is_made_looked_at_and_built_without_leaving_the_browser(
    told: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/datasets")
        page.get_by_role("link", name=re.compile("Set it up.*Tell good answers from bad ones")).click()
        page.get_by_label("Name", exact=True).fill("Judged")
        page.get_by_label("Only conversations that match").press_sequentially("thumbs:up")
        expect(page.get_by_text("8 conversations of people match.")).to_be_visible()
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_role("heading", name="It is being looked through")).to_be_visible()
        build_all(server.store)
        page.get_by_role("button", name="Build version 1").click()
        expect(page.get_by_role("heading", name="It is being built")).to_be_visible()
        build_all(server.store)
        expect(page.get_by_role("link", name="Download all")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="train.jsonl").click()
        assert download.value.suggested_filename == "train.jsonl"


def test_rows_are_walked_through_by_keys_and_hostile_ones_do_nothing(
    made: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium) as page:
        page.on("dialog", lambda _: pytest.fail("a text of a trace ran"))
        page.goto(f"{server.url}/p/default/datasets/1/versions/4")
        expect(page.get_by_text(re.compile("row 1 of 2"))).to_be_visible()
        page.keyboard.press("j")
        expect(page.get_by_text(re.compile("row 2 of 2"))).to_be_visible()
        expect(page.get_by_text(re.compile("<img src=x onerror")).first).to_be_visible()
        assert page.locator("main img, main script").count() == 0
        page.keyboard.press("k")
        expect(page.get_by_text(re.compile("row 1 of 2"))).to_be_visible()


def test_a_dataset_is_made_without_javascript(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium, javascript=False) as page:
        page.goto(f"{server.url}/p/default/datasets/new/form?format=trl-kto")
        page.get_by_label("Name", exact=True).fill("Judged")
        page.get_by_role("button", name="Look at it").click()
        build_all(server.store)
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_role("button", name="Build version 1")).to_be_visible()
