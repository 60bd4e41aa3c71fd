"""`make screenshots`: starts the platform with the demo in a directory of its own and pictures it for the README."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "docs" / "screenshots"
PATIENCE_SECONDS = 120
FINDING_SECONDS = 75
"""In which failure modes are looked for twice more, among all that was derived meanwhile."""
WIDTH, HEIGHT = 1280, 800
BAD_CONVERSATIONS = "/p/demo/conversations?signal=complaint&thumbs=down"


@contextmanager
def run_platform(data_directory: str) -> Iterator[str]:
    """Run `tacit up --demo` and give its address as soon as it prints it."""
    command = [str(Path(sys.executable).with_name("tacit")), "up", "--demo", "--data-dir", data_directory]
    with subprocess.Popen(
        [*command, "--port", "0", "--otlp-http-port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
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
    time.sleep(FINDING_SECONDS)


def has_titles(url: str) -> bool:
    """Whether failure modes were found and described."""
    modes: Any = read_json(f"{url}/api/v1/failure-modes?project=demo").get("items", [])
    return bool(modes) and all(mode["found_title"] for mode in modes)


def take_pictures(browser: Browser, url: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light" if scheme == "light" else "dark",
        )
        page = context.new_page()
        page.goto(f"{url}/p/demo/")
        page.screenshot(path=DIRECTORY / f"overview-{scheme}.png")
        page.goto(f"{url}/p/demo/failure-modes?wait=yes")
        page.screenshot(path=DIRECTORY / f"failure-modes-{scheme}.png")
        page.locator(".mode-rows .name a").first.click()
        page.screenshot(path=DIRECTORY / f"failure-mode-{scheme}.png")
        page.goto(f"{url}/p/demo/drift")
        page.screenshot(path=DIRECTORY / f"drift-{scheme}.png")
        page.goto(f"{url}/p/demo/tasks")
        page.screenshot(path=DIRECTORY / f"tasks-{scheme}.png")
        page.goto(url + BAD_CONVERSATIONS)
        page.locator(".conversation-rows .first a").first.click()
        page.screenshot(path=DIRECTORY / f"conversation-{scheme}.png")
        context.close()


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is needed: apt-get install chromium")
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_directory, run_platform(data_directory) as url:
        wait_for_demo(url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            take_pictures(browser, url)
            browser.close()
    for path in sorted(DIRECTORY.glob("*.png")):
        print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
