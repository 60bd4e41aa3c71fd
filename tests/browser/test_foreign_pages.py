"""A page of somebody else tries all that a page can try against a server on the visitor's machine, in a real browser.

Nothing may change and nothing may be read: neither on an open server, nor on a closed one in whose browser its
administrator is logged in. The same attack from a page of the server's own does change things, which shows that it
would work.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import BrowserContext, Page, sync_playwright

from config.http_server import HttpServer, bind
from config.wsgi import application
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.conftest import TABLES, Server
from tests.isolation.routes import list_routes
from tests.pages.conftest import Teller
from tests.parts import need
from tests.tracing.otlp import make_request, make_span
from tests.tracing.test_access import close
from tracing.models import DEFAULT_PROJECT, DEMO_PROJECT, Project
from tracing.project_prices import put_project_prices

Way = Callable[[Page, str, int, Path], None]
MARK = "planted-in-a-conversation"
SCRIPT = (Path(__file__).parent / "attack.js").read_text()
EXAMPLES = {"conversation_id": "c", "trace_id": "c-0-trace", "identifier": "c-0-thumb", "token": "guessed"}
OTLP = ("/v1/traces", "/v1/logs", "/v1/metrics", "/api/public/otel/v1/traces")
SOME_PATHS = (
    "/p/default/conversations/c",
    "/p/default/settings/prices/add",
    "/projects/add",
    f"/p/{DEMO_PROJECT}/remove",
    "/api/v1/conversations/c",
    "/api/v1/feedback",
    "/api/v1/feedback/c-0-thumb",
    "/api/v1/prices",
)
"""Enough to show that the attack works where nothing keeps it away."""
OPENED = ("/", "/p/default/conversations/c", "/api/v1/conversations")
NAME = "evil.example"
ARGUMENTS_OF_ATTACK = [
    *ARGUMENTS,
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
    "--disable-popup-blocking",
    # The browser's own guard of this machine is out of the way: the server is on trial.
    "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessForNavigations,BlockInsecurePrivateNetworkRequests",
]
FIELDS = {
    "model": "evil",
    "provider": "",
    "input": "1",
    "output": "1",
    "name": "Evil",
    "slug": "evil",
    "email": "evil@example.org",
    "username": "evil@example.org",
    "role": "owner",
    "confirm": DEFAULT_PROJECT,
    "retention_days": "1",
    "new_password1": "an evil phrase, long",
    "new_password2": "an evil phrase, long",
    "password": "an evil phrase, long",
    "next": "/",
}
JSON = {
    **FIELDS,
    "label": "up",
    "conversation_id": "c",
    "identifier": "evil",
    "prices": [{"model": "evil", "input": 1, "output": 1}],
    "items": [{"model": "evil", "input": 1, "output": 1}],
    "from_day": "2020-01-01",
}


@dataclass
class Witness:
    """The server under attack; what it was asked, and what it answered."""

    url: str
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def watch(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, *rest: Any) -> Any:
            self.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3])))
            return start_response(status, *rest)

        return application(environ, start)  # type: ignore[arg-type]

    def list_answers(self, *, unsafe: bool = False) -> set[int]:
        asked = [each for each in self.asked if not each[1].startswith("/static/")]
        return {status for method, _, status in asked if not unsafe or method not in ("GET", "HEAD", "OPTIONS")}


@pytest.fixture
def witness(server: Server) -> Iterator[Witness]:
    """A server with something of everything that a page could take or change."""
    teller = Teller(server.project, server.store)
    teller.tell("c", [(MARK, "Hold the button.")], feedback=[teller.thumb("c", 0, "down", MARK)])
    put_project_prices(server.project, [{"model": "gpt-5", "input": 1, "output": 2}])
    Project.objects.get_or_create(slug=DEMO_PROJECT, defaults={"name": "Demo"})
    told = Witness("")
    http = HttpServer(told.watch, bind("127.0.0.1", 0))
    http.start()
    told.url = f"http://127.0.0.1:{http.port}"
    yield told
    http.stop()


@pytest.fixture
def evil_port() -> Iterator[int]:
    """Where another program on this machine serves pages: the attack, and a page that has it in a sandbox."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGES.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    evil = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    evil.daemon_threads = True
    thread = threading.Thread(target=evil.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield evil.server_port
    evil.shutdown()
    thread.join()
    evil.server_close()


PAGES: dict[str, str] = {}


def list_paths() -> list[str]:
    """Every address of pages and REST, with what there is for each part of it."""
    examples = EXAMPLES | {"project": DEFAULT_PROJECT}
    filled = [route.path.format(**{part: examples.get(part, "1") for part in route.parts}) for route in list_routes()]
    return [*dict.fromkeys(filled), f"/p/{DEMO_PROJECT}/remove", f"/api/v1/stats?project={DEMO_PROJECT}"]


def write_attack(target: str, paths: Sequence[str], *, thorough: bool) -> str:
    plan = {
        "thorough": thorough,
        "target": target,
        "paths": paths,
        "otlp": OTLP,
        "opened": OPENED,
        "fields": FIELDS,
        "json": JSON,
        "spans": json.loads(make_json_spans()),
    }
    script = SCRIPT.replace("/*PLAN*/ {}", json.dumps(plan))
    return f"<!doctype html><meta charset=utf-8><title>Evil</title><body><script type=module>{script}</script>"


def make_json_spans() -> str:
    from google.protobuf.json_format import MessageToDict

    spans = MessageToDict(make_request(make_span()))
    for resource in spans["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                span["traceId"] = base64.b64decode(span["traceId"]).hex()
                span["spanId"] = base64.b64decode(span["spanId"]).hex()
    return json.dumps(spans)


def take_stock(server: Server) -> dict[str, object]:
    """All rows of Django's database, and a sum of those of the store."""
    rows: dict[str, object] = {
        model._meta.label: sorted(map(str, model._base_manager.values_list())) for model in apps.get_models()
    }
    for table in TABLES:
        summed = f"SELECT count(), sum(cityHash64(*)) FROM {table} SETTINGS final = 1"  # noqa: S608 -- our tables
        rows[table] = server.store._connect().query(summed).result_rows
    return rows


@contextmanager
def visit(cookies: list[Any]) -> Iterator[BrowserContext]:
    path = find_chromium()
    need("Chromium", path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS_OF_ATTACK)
        context = browser.new_context()
        context.add_cookies(cookies)
        yield context
        browser.close()


def from_another_port(page: Page, _target: str, port: int, _tmp: Path) -> None:
    page.goto(f"http://127.0.0.1:{port}/attack")


def from_another_loopback_name(page: Page, _target: str, port: int, _tmp: Path) -> None:
    page.goto(f"http://localhost:{port}/attack")


def from_a_foreign_site(page: Page, _target: str, port: int, _tmp: Path) -> None:
    page.goto(f"http://{NAME}:{port}/attack")


def from_a_sandbox(page: Page, _target: str, port: int, _tmp: Path) -> None:
    page.goto(f"http://127.0.0.1:{port}/sandbox")


def from_a_file(page: Page, _target: str, _port: int, tmp: Path) -> None:
    (tmp / "attack.html").write_text(PAGES["/attack"])
    page.goto((tmp / "attack.html").as_uri())


def from_a_data_address(page: Page, _target: str, _port: int, _tmp: Path) -> None:
    page.goto("data:text/html;base64," + base64.b64encode(PAGES["/attack"].encode()).decode())


def by_rebinding(page: Page, target: str, _port: int, _tmp: Path) -> None:
    """The name was the attacker's when the page came, and is this machine's from then on."""
    own = f"http://{NAME}:{urlsplit(target).port}"
    html = PAGES["/attack"].replace(target, own)
    page.route(f"{own}/attack", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{own}/attack")


def ways(*quick: Way) -> pytest.MarkDecorator:
    """All ways; those that are not named here with the slow tests."""
    every = (
        from_another_port,
        from_another_loopback_name,
        from_a_foreign_site,
        from_a_sandbox,
        from_a_file,
        from_a_data_address,
        by_rebinding,
    )
    marked = [pytest.param(way, id=way.__name__, marks=[] if way in quick else pytest.mark.slow) for way in every]
    return pytest.mark.parametrize("way", marked)


def run_attack(
    context: BrowserContext,
    target: str,
    go: Callable[[Page], None],
    paths: Sequence[str] = (),
    *,
    thorough: bool = True,
) -> dict[str, Any]:
    """What the page could read, once it has tried everything, at these addresses or at all."""
    PAGES["/attack"] = write_attack(target, paths or list_paths(), thorough=thorough)
    PAGES["/sandbox"] = (
        "<!doctype html><title>Evil</title><script>addEventListener('message', (e) => { window.result = e.data; })"
        "</script><iframe sandbox='allow-scripts allow-forms allow-popups' src='/attack'></iframe>"
    )
    page = context.new_page()
    go(page)
    page.wait_for_function("window.result", timeout=150_000)
    result: dict[str, Any] = page.evaluate("window.result")
    return result


def assert_only_refusals(way: Way, read: list[list[str]]) -> None:
    """Only to a page that came under the same name and port are refusals readable."""
    assert [each for each in read if way is not by_rebinding or "Bad Request" not in each[2]] == []


@pytest.fixture
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether each address is tried in every way: with the slow tests."""
    return request.node.get_closest_marker("slow") is not None


@ways(by_rebinding)
def test_an_open_server_cannot_be_driven_from_a_foreign_page(
    witness: Witness,
    server: Server,
    evil_port: int,
    tmp_path: Path,
    way: Way,
    monkeypatch: pytest.MonkeyPatch,
    thorough: bool,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    before = take_stock(server)
    with visit([]) as context:
        result = run_attack(
            context, witness.url, lambda page: way(page, witness.url, evil_port, tmp_path), thorough=thorough
        )
    assert_only_refusals(way, result["read"])
    assert take_stock(server) == before
    assert len(witness.asked) >= 3 * len(list_paths())
    assert min(witness.list_answers()) >= 400


@ways(from_another_port)
def test_nor_can_a_closed_one_in_the_name_of_who_is_logged_in(
    witness: Witness,
    server: Server,
    evil_port: int,
    tmp_path: Path,
    way: Way,
    monkeypatch: pytest.MonkeyPatch,
    thorough: bool,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    close()
    client = Client()
    client.force_login(get_user_model().objects.get())
    client.get("/account")
    before = take_stock(server)
    with visit([make_cookie(witness.url, name, each.value) for name, each in client.cookies.items()]) as context:
        page = context.new_page()
        page.goto(f"{witness.url}/p/default/conversations/c")
        assert MARK in page.content()
        witness.asked.clear()
        result = run_attack(
            context, witness.url, lambda page: way(page, witness.url, evil_port, tmp_path), thorough=thorough
        )
    assert_only_refusals(way, result["read"])
    assert take_stock(server) == before
    assert len(witness.asked) >= 3 * len(list_paths())
    assert min(witness.list_answers(unsafe=True)) >= 400


def make_cookie(url: str, name: str, value: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "url": url,
        "sameSite": "Lax",
        "httpOnly": name == settings.SESSION_COOKIE_NAME,
    }


def test_the_same_attack_works_from_a_page_of_the_server_itself(
    witness: Witness, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    before = take_stock(server)
    with visit([]) as context:
        result = run_attack(
            context,
            witness.url,
            lambda page: (
                page.route(
                    f"{witness.url}/attack",
                    lambda route: route.fulfill(body=PAGES["/attack"], content_type="text/html"),
                ),
                page.goto(f"{witness.url}/attack"),
            ),
            SOME_PATHS,
        )
    assert any(MARK in text for _, _, text in result["read"])
    after = take_stock(server)
    changed = {name for name, rows in after.items() if rows != before[name]}
    assert {"tracing.Project", "tracing.ProjectPrice", "otel_traces", "feedback"} <= changed
