"""Whatever anybody writes into any field of any table is shown as text on every page, and is nothing else."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from tests.hostile.world import CALCULATED, ELEMENT, HostileSide, make_hostile_project
from tests.isolation.asking import Answer, Asker, log_in, use_key
from tests.isolation.routes import Route, list_routes
from tests.test_isolation import complete
from tracing.access.rights import Role
from tracing.store import Store

MOST_BYTES_OF_PAGE = 1_000_000
"""A page with lines of a megabyte on it is not one itself."""
OVERRIDE = "\u202e"
ISOLATING = frozenset({"bdi", "title", "option", "textarea", "pre", "code", "script"})
"""Elements out of which no override of the direction leaks."""
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
SCHEMES = ("javascript", "data", "vbscript")
DANGEROUS = {"born-of-text", "iframe", "object", "embed", "base", "style", "img"}


@dataclass(frozen=True)
class Asked:
    route: Route
    address: str
    answer: Answer

    @property
    def body(self) -> str:
        return self.answer.text.partition("\n\n")[2] or self.answer.text

    @property
    def is_page(self) -> bool:
        return "<!doctype html>" in self.answer.text[:3_000]


class Reader(HTMLParser):
    """Notes what a page has that no template of ours writes, and texts whose direction leaks."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.isolated = [False]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in DANGEROUS or (tag == "script" and not given.get("src")):
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            scheme = re.sub(r"[\x00-\x20]", "", value or "").partition(":")[0].lower()
            is_address = name in ("href", "src", "action", "formaction", "xlink:href", "hx-get", "hx-post")
            if name.startswith("on") or name == "style" or (is_address and scheme in SCHEMES):
                self.faults.append(f"<{tag} {name}={(value or '')[:60]!r}>")
            if is_address and "hostile.example" in (value or "").partition("?")[0][:30] and tag != "a":
                self.faults.append(f"<{tag} {name}={(value or '')[:60]!r}>")
        if tag not in VOID:
            is_own = tag in ISOLATING or "dir" in given or "words" in (given.get("class") or "").split()
            self.isolated.append(self.isolated[-1] or is_own)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self.isolated) > 1:
            self.isolated.pop()

    def handle_data(self, data: str) -> None:
        if OVERRIDE in data and not self.isolated[-1]:
            self.faults.append(f"leaks its direction: {data.strip()[:80]!r}")


@pytest.fixture
def side(transactional_db: None, store: Store) -> HostileSide:
    return make_hostile_project(store)


def ask_everything(side: HostileSide) -> Iterator[Asked]:
    """Each address that gives something to read, asked by an owner, or by a key that may do all."""
    owner, key = log_in(side.people[Role.OWNER]), use_key(side.keys["every scope"])
    for route in list_routes():
        requirement = route.find_requirement("GET")
        if requirement and requirement.right:
            for address in [*complete(route, side, side), *list_long(route, side)]:
                yield Asked(route, address, ask(key if route.is_rest else owner, address))


def list_long(route: Route, side: HostileSide) -> list[str]:
    """The conversation of lines of a megabyte, wherever one is shown by its id."""
    return [
        address.replace(side.conversation, side.long_conversation)
        for address in complete(route, side, side)
        if (side.conversation in address and "conversation_id" in route.parts)
    ]


def ask(asker: Asker, address: str) -> Answer:
    path, _, query = address.partition("?")
    return asker.ask("GET", f"{quote(path, safe='/')}?{query}")


def find_faults(asked: Asked) -> Iterator[str]:
    body = asked.body
    if asked.answer.status not in (200, 302, 404, 405, 409):
        yield f"{asked.answer.status}"
    if CALCULATED in body:
        yield "a template was filled in"
    if asked.is_page:
        reader = Reader()
        reader.feed(body[body.find("<!doctype html>") :])
        yield from dict.fromkeys(reader.faults)
        if len(body) > MOST_BYTES_OF_PAGE:
            yield f"{len(body):,} characters"
    if "text/csv" in asked.answer.text[:3_000]:
        yield from find_formulas(body)


def find_formulas(body: str) -> Iterator[str]:
    for line in csv.reader(io.StringIO(body)):
        for cell in line:
            if cell[:1] in ("=", "+", "@", "\t", "\r") or (cell[:1] == "-" and not re.fullmatch(r"-?[\d.]+", cell)):
                yield f"a formula: {cell[:40]!r}"


def test_no_text_becomes_anything_but_text_on_any_page(side: HostileSide) -> None:
    faults = []
    marked = pages = 0
    for asked in ask_everything(side):
        faults += [f"{asked.address.replace(side.mark, 'MARK')}: {fault}" for fault in find_faults(asked)]
        pages += asked.is_page
        marked += asked.is_page and f"&lt;{ELEMENT}" in asked.answer.text
    assert not faults, "\n".join([f"{len(faults)} faults", *faults[:80]])
    assert pages > 50
    assert marked > 30
