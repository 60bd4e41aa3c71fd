"""An installation behind a proxy that ends TLS, as programs and as a browser meet it."""

import http.client
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.config.platform_process import Platform, run_platform, run_tacit
from tests.parts import need
from tests.tls_proxy import NAME, Forwarding, end_tls, point
from tests.tracing.otlp import make_request, make_span

EMAIL, PASSWORD = "anna@example.org", "a long and good phrase"
SPANS = make_request(make_span()).SerializeToString()


@dataclass(frozen=True)
class Installation:
    """A server that is reached at `url` by https, and by `platform.url` on this machine; it has a user."""

    platform: Platform
    handler: type[Forwarding]
    port: int
    trust: ssl.SSLContext
    key: str

    @property
    def host(self) -> str:
        return f"{NAME}:{self.port}"

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """The answer that comes by https; its body is read."""
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.trust, timeout=20)
        return exchange(connection, method, path, body, Host=self.host, **headers)

    def ask_plainly(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """The answer that comes without the proxy."""
        connection = http.client.HTTPConnection(self.platform.url.removeprefix("http://"), timeout=20)
        return exchange(connection, method, path, body, **headers)


def exchange(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes, **headers: str
) -> http.client.HTTPResponse:
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("behind-tls")
    (directory / "password").write_text(PASSWORD)
    data = directory / "data"
    created = run_tacit(data, "createuser", "--email", EMAIL, "--password-file", str(directory / "password"))
    key = next(word for word in created.stdout.split() if word.startswith("tacit_"))
    with end_tls(directory) as (handler, port, trust):
        settings = {"TACIT_PUBLIC_URL": f"https://{NAME}:{port}", "TACIT_TRUSTED_PROXY": "127.0.0.1"}
        with run_platform(data, **settings) as platform:
            point(handler, platform.url)
            yield Installation(platform, handler, port, trust, key)


def log_in(installation: Installation, origin: str) -> http.client.HTTPResponse:
    [cookie] = installation.ask("GET", "/login").headers.get_all("Set-Cookie", [])
    assert re.match(r"__Host-tacit_csrf=\w+;", cookie)
    assert {"Secure", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    token = cookie.partition(";")[0]
    fields = {"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token.partition("=")[2]}
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": token, "Origin": origin}
    return installation.ask("POST", "/login", urlencode(fields).encode(), **headers)


@pytest.mark.parametrize("keeps_host", [True, False])
def test_the_login_works_and_its_cookie_goes_over_https_alone(
    installation: Installation, keeps_host: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation.handler, "keeps_host", keeps_host)
    answer = log_in(installation, f"https://{installation.host}")
    assert answer.status == 302
    [cookie] = [each for each in answer.headers.get_all("Set-Cookie", []) if "session" in each]
    assert cookie.startswith("__Host-tacit_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    page = installation.ask("GET", "/p/default/", Cookie=cookie.partition(";")[0])
    assert (page.status, page.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")


@pytest.mark.parametrize("origin", ["https://evil.example", f"http://{NAME}", f"https://{NAME}:1", "null"])
def test_the_login_takes_no_form_of_another_origin(installation: Installation, origin: str) -> None:
    assert log_in(installation, origin).status == 403


def test_pages_asked_for_by_http_are_redirected_and_programs_are_answered(installation: Installation) -> None:
    page = installation.ask_plainly("GET", "/p/default/conversations?q=a")
    assert page.status == 301
    assert page.headers["Location"] == f"https://{installation.host}/p/default/conversations?q=a"
    assert installation.ask_plainly("POST", "/login").status == 301
    key = {"x_api_key": installation.key}
    for path in ("/healthz", "/readyz", "/metrics", "/api/v1/stats"):
        assert installation.ask_plainly("GET", path, **key).status == 200, path
    protobuf = {"Content_Type": "application/x-protobuf"}
    assert installation.ask_plainly("POST", "/v1/traces", SPANS, **protobuf, **key).status == 200
    assert installation.ask_plainly("POST", "/v1/traces", SPANS, **protobuf).status == 401


def test_programs_come_through_the_proxy_with_a_key(installation: Installation) -> None:
    key = {"x_api_key": installation.key}
    assert installation.ask("GET", "/api/v1/stats", **key).status == 200
    assert installation.ask("POST", "/v1/traces", SPANS, Content_Type="application/x-protobuf", **key).status == 200
    assert installation.ask("POST", "/v1/traces", SPANS, Content_Type="application/x-protobuf").status == 401


def test_the_start_says_where_others_reach_it(installation: Installation) -> None:
    assert f"Others reach Tacit at https://{installation.host}" in installation.platform.lines


def test_no_other_host_is_answered(installation: Installation) -> None:
    connection = http.client.HTTPSConnection("localhost", installation.port, context=installation.trust, timeout=20)
    assert exchange(connection, "GET", "/login", b"", Host="evil.example").status == 400


def test_a_browser_logs_in_and_stays_so(installation: Installation, tmp_path: Path) -> None:
    chromium = find_chromium()
    need("Chromium", chromium)
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, rules])
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"https://{installation.host}/p/default/setup")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/p/default/setup")
        assert f"https://{installation.host}" in page.content()
        page.goto(f"https://{installation.host}/")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        cookies = {cookie.get("name"): cookie for cookie in context.cookies()}
        assert set(cookies) == {"__Host-tacit_csrf", "__Host-tacit_session"}
        assert all(cookie.get("secure") for cookie in cookies.values())
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/login")
        browser.close()
