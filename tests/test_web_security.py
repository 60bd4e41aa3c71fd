"""What every answer says to a browser, what a proxy in front changes, and what an open server makes of one."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import pytest
from pytest_django import Settings

from config.grpc_server import GrpcServer
from config.headers import HEADERS
from config.http_server import HttpServer, bind
from config.proxies import heed_proxies
from tests.conftest import Server
from tests.tracing.sending import ONE_SPAN
from tests.tracing.test_access import OTLP, PAGE, REST, Answer, ask, close, list_addresses
from tracing import health
from tracing.receive.http import otlp_application

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = {name: value for name, value in HEADERS.items() if name not in ("Content-Security-Policy", "Cache-Control")}
STRICTER = {"Referrer-Policy": [["no-referrer"]]}
"""What a page may say instead: the address of one may be a secret."""
STATIC = "/static/css/tacit.css"
FOREIGN = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
everywhere = pytest.mark.parametrize("path", [PAGE, REST, OTLP, "/healthz"])


def assert_guarded(answer: Answer, path: str) -> None:
    """The answer has the headers that every one has, lets no script in, and is not kept where it holds data."""
    for name, value in ALWAYS.items():
        assert answer.headers.get_all(name) in ([value], *STRICTER.get(name, [])), (path, answer.status, name)
    [policy] = answer.headers.get_all("Content-Security-Policy", [])
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert "unsafe" not in policy, path
    assert (rules["default-src"], rules["frame-ancestors"], rules["base-uri"]) == ("'none'",) * 3
    assert rules.get("script-src", "'self'") == "'self'"
    [caching] = answer.headers.get_all("Cache-Control", [])
    assert "no-store" in caching or path.startswith("/static/"), path
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path


def fail(_request: object) -> None:
    raise RuntimeError("made to fail")


@pytest.mark.parametrize("closed", [False, True])
def test_every_answer_has_the_headers_that_keep_a_browser_safe(
    server: Server, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if closed:
        close()
    statuses = set()
    paths = {*list_addresses(), STATIC, OTLP, "/v1/nothing", "/nothing", "/static/nothing", "/api/nothing"}
    for path in sorted(paths):
        for method in ("GET", "POST"):
            for headers in ({}, FOREIGN, {"Host": "evil.example"}, {"X_Api_Key": "wrong"}):
                answer = ask(server, path, method, **headers)
                assert_guarded(answer, path)
                statuses.add(answer.status)
    monkeypatch.setattr(health, "ask_database", fail)
    assert ask(server, "/readyz").status == 503
    assert statuses >= {200, 400, 401, 403, 404, 405}


def test_an_error_of_the_server_has_them_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.access.middleware.is_open", fail)
    monkeypatch.setattr("tracing.access.middleware.find_person", fail)
    answer = ask(server, PAGE)
    assert answer.status == 500
    assert_guarded(answer, PAGE)


@pytest.mark.parametrize("request_line", ["NO\x01SENSE\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n"])
def test_what_cannot_be_read_as_http_is_answered_with_them(server: Server, request_line: str) -> None:
    head = exchange(server, request_line).partition(b"\r\n\r\n")[0].decode()
    assert head.split()[1] == "400", head
    for name, value in HEADERS.items():
        assert f"\r\n{name}: {value}" in head, name


def exchange(server: Server, request: str) -> bytes:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        connection.sendall(f"{request}\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_static_files_may_be_kept_for_a_while(server: Server) -> None:
    assert "max-age" in ask(server, STATIC).headers["Cache-Control"]


def test_only_otlp_answers_pages_of_the_origins_that_are_named(server: Server, settings: Settings) -> None:
    settings.CORS_ORIGINS = frozenset({"https://shop.example"})
    for path in (PAGE, REST, STATIC, "/login", "/healthz", "/metrics"):
        for method in ("GET", "OPTIONS"):
            answer = ask(server, path, method, Origin="https://shop.example", Access_Control_Request_Method="PUT")
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path
    assert ask(server, OTLP, Origin="https://shop.example").headers["Access-Control-Allow-Origin"]


@pytest.fixture
def otlp_alone(server: Server) -> Iterator[Server]:
    """Port 4318: OTLP, and nothing else."""
    http = HttpServer(otlp_application, bind("127.0.0.1", 0))
    http.start()
    yield Server(f"http://127.0.0.1:{http.port}", server.project, server.store)
    http.stop()


def test_the_second_port_of_otlp_is_guarded_likewise(otlp_alone: Server) -> None:
    for path in (OTLP, "/v1/nothing", "/"):
        assert_guarded(ask(otlp_alone, path), path)
    assert ask(otlp_alone, OTLP, X_Forwarded_For="192.0.2.1").status == 403


@everywhere
@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "Via",
        "X_Forwarded_For",
        "X_Forwarded_Proto",
        "X_Forwarded_Host",
        "x_forwarded_server",
        "X_Real_IP",
        "CF_Ray",
        "CF_Connecting_IP",
        "X_Envoy_External_Address",
        "X_Original_URL",
    ],
)
def test_an_open_server_refuses_what_a_proxy_forwards(server: Server, path: str, header: str) -> None:
    answer = ask(server, path, **{header: "192.0.2.1"})
    assert answer.status == 403
    assert b"createuser" in answer.body
    assert ask(server, path).status == 200


@pytest.mark.parametrize("path", [PAGE, REST, "/healthz"])
def test_an_open_server_refuses_the_protocol_that_nginx_forwards_by(server: Server, path: str) -> None:
    answer = exchange(server, f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:8642\r\nConnection: close\r\n")
    assert answer.split(b" ")[1] == b"403"
    assert b"HTTP/1.0" in answer.partition(b"\r\n\r\n")[2]


def test_an_open_server_refuses_grpc_that_a_proxy_forwards(server: Server) -> None:
    grpc_server = GrpcServer("127.0.0.1", 0)
    grpc_server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{grpc_server.port}") as channel:
            export: Any = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            export(ONE_SPAN)
            with pytest.raises(grpc.RpcError) as caught:
                export(ONE_SPAN, metadata=(("x-forwarded-for", "192.0.2.1"),))
    finally:
        grpc_server.stop()
    refused: Any = caught.value
    assert refused.code() is grpc.StatusCode.PERMISSION_DENIED
    assert "createuser" in refused.details()


def test_a_closed_server_answers_through_a_proxy(server: Server) -> None:
    close()
    assert ask(server, "/login", X_Forwarded_For="192.0.2.1", Via="1.1 proxy").status == 200


@pytest.mark.parametrize(
    ("setting", "value"), [("PUBLIC_URL", "https://tacit.example.com"), ("TRUSTED_PROXIES", (ip_network("127.0.0.1"),))]
)
def test_a_server_that_others_are_to_reach_is_never_open(
    server: Server, settings: Settings, setting: str, value: object
) -> None:
    setattr(settings, setting, value)
    assert [ask(server, path).status for path in (PAGE, REST, OTLP)] == [302, 401, 401]


def test_a_public_address_of_this_machine_leaves_it_open(server: Server, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8642"
    assert ask(server, PAGE).status == 200


def see(peer: str, trusted: tuple[str, ...], **headers: str) -> tuple[str, str, str]:
    """Address, scheme and host that an application behind these proxies sees."""
    seen: dict[str, Any] = {}
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "tacit.example.com"}

    def application(environ: dict[str, Any], _start: object) -> list[bytes]:
        seen.update(environ)
        return []

    given = {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}
    heed_proxies(application, [ip_network(each) for each in trusted])(environ | given, lambda *_: lambda _: None)
    assert "HTTP_X_FORWARDED_HOST" not in seen
    return seen["REMOTE_ADDR"], seen["wsgi.url_scheme"], seen["HTTP_HOST"]


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("10.1.2.3", ("10.1.2.3",)),
        ("10.1.2.3", ("192.0.2.0/24", "10.0.0.0/8")),
        ("::ffff:10.1.2.3", ("10.0.0.0/8",)),
        ("fe80::1%eth0", ("fe80::/10",)),
    ],
)
def test_a_trusted_proxy_says_who_asks_and_by_which_scheme(peer: str, trusted: tuple[str, ...]) -> None:
    told = {"for": "198.51.100.7", "proto": "https", "host": "evil.example"}
    assert see(peer, trusted, **told) == ("198.51.100.7", "https", "tacit.example.com")


def test_of_what_a_client_wrote_the_last_that_the_proxy_added_counts() -> None:
    assert see("127.0.0.1", ("127.0.0.1",), **{"for": "127.0.0.1, 198.51.100.7"})[0] == "198.51.100.7"


@pytest.mark.parametrize("trusted", [(), ("127.0.0.1",), ("10.1.2.4", "192.0.2.0/24")])
def test_nobody_else_is_believed(trusted: tuple[str, ...]) -> None:
    told = {"for": "127.0.0.1", "proto": "https", "host": "evil.example"}
    assert see("10.1.2.3", trusted, **told) == ("10.1.2.3", "http", "tacit.example.com")


def check_deployment(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=os.environ | {"TACIT_DATA_DIR": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"TACIT_PUBLIC_URL": "https://tacit.example.com", "TACIT_TRUSTED_PROXY": "127.0.0.1"},
        {
            "TACIT_PUBLIC_URL": "https://tacit.example.com",
            "TACIT_TRUSTED_PROXY": "172.18.0.0/16",
            "TACIT_HOST": "0.0.0.0",  # noqa: S104
        },
    ],
)
def test_django_finds_nothing_to_warn_of(tmp_path: Path, variables: dict[str, str]) -> None:
    checked = check_deployment(tmp_path, **variables)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.parametrize("variables", [{"TACIT_HOST": "0.0.0.0"}, {"TACIT_PUBLIC_URL": "http://tacit.example.com"}])  # noqa: S104
def test_it_warns_where_others_come_without_tls(tmp_path: Path, variables: dict[str, str]) -> None:
    checked = check_deployment(tmp_path, **variables)
    assert checked.returncode == 1
    assert "tacit.W001" in checked.stderr
    assert "TACIT_PUBLIC_URL" in checked.stderr


def test_the_cookies_have_names_of_our_own(server: Server) -> None:
    close()
    cookies = ask(server, "/login").headers.get_all("Set-Cookie", [])
    assert [cookie.partition("=")[0] for cookie in cookies] == ["tacit_csrf"]
    assert all("SameSite=Lax" in cookie for cookie in cookies)
