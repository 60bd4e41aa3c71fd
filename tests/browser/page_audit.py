"""What a real browser holds against a page, in words: a visit goes to an address and tells its faults and its weights.

In: a browser, an address. Out: sentences, none where all is well. Every test that looks at pages as a whole uses it.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WATCH = (HERE / "watch.js").read_text(encoding="utf-8")
MEASURE = (HERE / "measure.js").read_text(encoding="utf-8")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN_AXE = """
async (only) => {
  const options = { resultTypes: ["violations"], elementRef: false, ancestry: false, xpath: false, runOnly: only };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) =>
    `${id}: ${node.html.replace(/\\s+/g, " ").slice(0, 130)} (${node.target.join(" ")}) ${node.any[0]?.message}`));
}
"""
MOST_BYTES = 300_000
MOST_SCRIPT_BYTES = 100_000
"""Of its scripts, by gzip."""
OWN_SCHEMES = ("data", "blob", "about")

SETTLING = 0.05
"""How much may move (layout shift score): columns of a long table are as wide as the words that have come by then. Web
Vitals call 0.1 good."""


@dataclass
class Watch:
    """What a page and its requests said since they were last asked; sizes of addresses are known from their first."""

    origin: str
    faults: list[str] = field(default_factory=list)
    loaded: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    scripts: dict[str, int] = field(default_factory=dict)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def see_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in OWN_SCHEMES:
            return
        if f"{address.scheme}://{address.netloc}" != self.origin:
            self.faults.append(f"asks another host: {request.url}")
        self.loaded.add(request.url)

    def see_failure(self, request: Request) -> None:
        # What is still loading when one goes on to the next page is given up: that is no fault.
        if "ABORTED" not in (request.failure or ""):
            self.faults.append(f"not loaded: {request.url} {request.failure}")

    def see_end(self, request: Request) -> None:
        """Weigh an answer; one out of the browser's cache weighs what it weighed when it came."""
        if request.url in self.sizes or urlsplit(request.url).scheme in OWN_SCHEMES:
            return
        with suppress(Error):  # the page may have gone on meanwhile
            sizes = request.sizes()
            answer = request.response()
            if answer and request.resource_type == "script":
                self.scripts[request.url] = len(gzip.compress(answer.body()))
            self.sizes[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    def begin(self) -> None:
        self.faults.clear()
        self.loaded.clear()


@dataclass
class Visit:
    """A page of a browser that is watched from its first byte on."""

    page: Page
    watch: Watch
    base: str

    def go(self, path: str) -> Response:
        self.watch.begin()
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer

    def list_faults(self) -> list[str]:
        """What was refused, failed or ran since the page was gone to."""
        told = self.page.evaluate("window.watched")
        found = [*self.watch.faults]
        found += [f"refused by the Content-Security-Policy: {each}" for each in told["refused"]]
        return found + [f"a text ran: {each}" for each in told["ran"]]

    def list_moves(self) -> list[str]:
        """What moved while the page loaded; to be asked before its size is changed."""
        told = self.page.evaluate("window.watched")
        where = ", ".join(told["shifted"][:3])
        return [f"moves while it loads, by {told['shift']:.4f}: {where}"] if told["shift"] > SETTLING else []

    def weigh(self) -> tuple[int, int]:
        """Bytes of all that the page loads, and of its scripts by gzip."""
        whole = sum(self.watch.sizes.get(url, 0) for url in self.watch.loaded)
        return whole, sum(self.watch.scripts.get(url, 0) for url in self.watch.loaded)

    def list_weights(self) -> list[str]:
        whole, scripts = self.weigh()
        found = [f"weighs {whole:,} bytes, more than {MOST_BYTES:,}"] if whole > MOST_BYTES else []
        if scripts > MOST_SCRIPT_BYTES:
            found.append(f"has {scripts:,} bytes of scripts by gzip, more than {MOST_SCRIPT_BYTES:,}")
        return found

    def measure(self, width: int) -> list[str]:
        """What sticks out or is too small to be hit at a width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        told = self.page.evaluate(MEASURE)
        found = [f"at {width} px too small to be hit: {each}" for each in told["small"]]
        if told["over"]:
            found.append(f"at {width} px {told['over']} px too wide: {', '.join(told['wide'])}")
        return found

    def ask_axe(self, *rules: str) -> list[str]:
        """Violations by axe-core, by all of its rules or by these."""
        self.page.evaluate(f"if (!window.axe) {{ {AXE} }}")
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        found: list[str] = self.page.evaluate(RUN_AXE, only)
        return [f"axe {each}" for each in found]

    def read_paint_ms(self) -> float:
        """From the request to the first content on the screen."""
        asked = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
        paint: float = self.page.evaluate(asked)
        return paint


@contextmanager
def start_visit(browser: Browser, base: str, **options: Any) -> Iterator[Visit]:
    """A page of its own, without cookies or storage of others."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options)
    page = context.new_page()
    watch = Watch(base)
    page.add_init_script(WATCH)
    page.on("console", watch.hear)
    page.on("pageerror", lambda error: watch.faults.append(f"error: {error}"))
    page.on("request", watch.see_request)
    page.on("requestfailed", watch.see_failure)
    page.on("requestfinished", watch.see_end)
    page.on("dialog", lambda dialog: (watch.faults.append(f"a dialog opened: {dialog.message}"), dialog.dismiss()))
    yield Visit(page, watch, base)
    context.close()
