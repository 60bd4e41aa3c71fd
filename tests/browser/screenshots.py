"""`make screenshots`: starts the platform with the demo in a directory of its own and pictures it for the documents.

With a data directory that has the demo (`python -m tests.browser.screenshots DIRECTORY`) it takes a copy of that;
names of pictures behind it are the only ones that are taken, of what the directory has.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "docs" / "screenshots"
PATIENCE_SECONDS = 240
FINDING_SECONDS = 75
"""In which failure modes are looked for twice more, among all that was derived meanwhile."""
WIDTH, HEIGHT = 1280, 800
QUALITY = 82
"""Of WebP: letters stay sharp, and all pictures together are under 3 MB."""
BAD_CONVERSATIONS = "conversations?signal=complaint&thumbs=down"
Way = Callable[[Page], object]


@contextmanager
def run_platform(data_directory: str, *, has_demo: bool) -> Iterator[str]:
    """Run `tacit up` and give its address as soon as it prints it."""
    command = [str(Path(sys.executable).with_name("tacit")), "up", "--data-dir", data_directory]
    command += ["--port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0"]
    with subprocess.Popen(command + ([] if has_demo else ["--demo"]), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "http://" in line)
            yield "http://" + line.rpartition("http://")[2].strip()
        finally:
            process.terminate()


def read_json(address: str) -> dict[str, dict[str, float]]:
    """What stands there; nothing while there is no such project."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: dict[str, dict[str, float]] = json.load(answer)
    except HTTPError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return {}
        raise
    return found


def wait_for_demo(url: str) -> None:
    """Wait until the demo is there and every stage has caught up, three times in a row."""
    calm, until = 0, time.monotonic() + PATIENCE_SECONDS
    while calm < 3:
        stats = read_json(f"{url}/api/v1/stats?project=demo")
        is_derived = stats.get("signals") and not any(stats["lag"].values())
        calm = calm + 1 if is_derived and has_titles(url) else 0
        if time.monotonic() > until:
            raise TimeoutError(f"the demo was not there after {PATIENCE_SECONDS} s: {stats}")
        time.sleep(1)


def has_titles(url: str) -> bool:
    """Whether failure modes were found and described."""
    modes: Any = read_json(f"{url}/api/v1/failure-modes?project=demo").get("items", [])
    return bool(modes) and all(mode["found_title"] for mode in modes)


def make_work(page: Page, base: str) -> None:
    """What the demo does not have by itself: items to review, and a dataset that is built."""
    page.goto(f"{base}/review")
    if not page.locator("main td.name a").count():
        page.get_by_role("button", name=re.compile("Draw .* and begin.*satisfied")).click()
    page.goto(f"{base}/datasets/new/form?format=trl-kto")
    page.get_by_label("Name", exact=True).fill("Good and bad answers")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Build version 1").click(timeout=120_000)
    page.get_by_role("link", name="Download all").wait_for(timeout=120_000)


def open_panel(page: Page) -> None:
    """The list with a conversation beside it."""
    page.locator("[data-row] a[data-open]").nth(2).click()
    page.locator("#panel h2").first.wait_for()


def find_words(page: Page) -> None:
    """The search over every page."""
    page.keyboard.press("/")
    page.keyboard.type("refund")
    page.locator("#find [role=option]").nth(1).wait_for()
    page.wait_for_timeout(500)


def open_first(selector: str) -> Way:
    """What a list's first link leads to, as a page of its own."""
    return lambda page: page.goto(urljoin(page.url, page.locator(f"main {selector}").first.get_attribute("href")))


def open_trace(page: Page) -> None:
    """That of an agent's turn, from its conversation."""
    open_first("a[data-open]")(page)
    page.goto(urljoin(page.url, page.get_by_role("link", name="whole trace").first.get_attribute("href")))


def begin_review(page: Page) -> None:
    page.locator("main td.name a").first.click()
    page.keyboard.press("Enter")
    page.locator("#pane").wait_for()
    page.keyboard.press("2")


def stay(page: Page) -> None:
    page.wait_for_timeout(300)


PICTURES: dict[str, tuple[str, Way]] = {
    "overview": ("", stay),
    "conversations": ("conversations", open_panel),
    "conversation": (BAD_CONVERSATIONS, open_first("a[data-open]")),
    "trace": (BAD_CONVERSATIONS, open_trace),
    "user": ("users", open_first("a[data-open]")),
    "failure-modes": ("failure-modes?wait=yes", stay),
    "failure-mode": ("failure-modes?wait=yes", open_first(".mode-rows .name a")),
    "drift": ("drift", stay),
    "alert-rule": ("alerts/rules/new", stay),
    "review": ("review", begin_review),
    "dataset": ("datasets/1/versions/1", stay),
    "tasks": ("tasks", stay),
    "find": ("", find_words),
    "setup": ("setup", stay),
}
"""By their names: where each is, and what is done there before it is taken."""


def take_pictures(browser: Browser, base: str, names: Sequence[str]) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    for name in names:
        path, go = PICTURES[name]
        page.emulate_media(color_scheme="light")
        page.goto(f"{base}/{path}")
        go(page)
        page.wait_for_load_state("networkidle")
        keep(page, DIRECTORY / f"{name}-light.webp")
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(300)
        keep(page, DIRECTORY / f"{name}-dark.webp")


def keep(page: Page, path: Path) -> None:
    """A picture of what is on the screen, as WebP, which Playwright itself does not write."""
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path.write_bytes(base64.b64decode(taken["data"]))
    session.detach()


def main(given: str = "", *names: str) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is needed: apt-get install chromium")
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        if given:
            shutil.copytree(given, directory, symlinks=True, dirs_exist_ok=True)
        with run_platform(directory, has_demo=bool(given)) as url, sync_playwright() as playwright:
            wait_for_demo(url)
            time.sleep(0 if given else FINDING_SECONDS)
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            if not names:
                make_work(browser.new_page(), f"{url}/p/demo")
            take_pictures(browser, f"{url}/p/demo", names or tuple(PICTURES))
            browser.close()
    for path in sorted(DIRECTORY.glob("*.webp")):
        print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(*sys.argv[1:])
