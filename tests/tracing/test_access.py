"""Who gets in: an open server and a closed one, asked over real HTTP by pages, REST and OTLP."""

import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import URLPattern, URLResolver, get_resolver
from google.rpc.status_pb2 import Status

from tests.conftest import Server
from tests.tracing.otlp import insert_spans, make_request, make_span, make_trace_id
from tracing.access.credentials import read_key
from tracing.access.decisions import RunToken
from tracing.access.keys import create_key, find_key
from tracing.access.openness import forget_users
from tracing.access.origins import is_loopback
from tracing.models import ApiKey, Project

OTLP = "/v1/traces"
REST = "/api/v1/stats"
PAGE = "/p/default/"
PUBLIC = ("/healthz", "/readyz", "/login", "/api/v1/openapi.json")
PASSWORD = "a long and good phrase"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(server: Server, path: str, method: str = "", body: bytes = b"", **headers: str) -> Answer:
    """One request; `_` in the name of a header stands for a hyphen. Spans are posted."""
    if path == OTLP:
        headers = {"Content_Type": "application/x-protobuf"} | headers
        body = make_request(make_span()).SerializeToString()
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    try:
        connection.request(
            method or ("POST" if path == OTLP else "GET"),
            path,
            body,
            {name.replace("_", "-"): value for name, value in headers.items()},
        )
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def close(email: str = "anna@example.org") -> None:
    """The first user is created."""
    get_user_model().objects.create_superuser(username=email, email=email, password=PASSWORD)
    forget_users()


@pytest.fixture
def other() -> Project:
    return Project.objects.create(slug="other", name="Other")


@pytest.fixture
def key(server: Server) -> str:
    return create_key(server.project, "test")


everywhere = pytest.mark.parametrize("path", [PAGE, REST, OTLP])


@everywhere
def test_an_open_server_answers_programs_of_its_own_machine(server: Server, path: str) -> None:
    assert ask(server, path).status == 200
    port = urlsplit(server.url).port
    assert ask(server, path, Host=f"localhost:{port}").status == 200
    assert ask(server, path, Host="[::1]").status == 200


@everywhere
@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "", "[::1", "127.0.0.1@evil"],
)
def test_an_open_server_refuses_foreign_hosts(server: Server, path: str, host: str) -> None:
    answer = ask(server, path, Host=host)
    assert answer.status in (400, 403)
    assert answer.status == 403 or path != OTLP


@everywhere
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://[", "file://", "http://127.0.0.1.evil"]
)
def test_an_open_server_refuses_foreign_origins(server: Server, path: str, origin: str) -> None:
    assert ask(server, path, Origin=origin).status == 403


@everywhere
def test_an_open_server_takes_its_own_origin(server: Server, path: str) -> None:
    assert ask(server, path, Origin=server.url, Sec_Fetch_Site="same-origin").status == 200


@everywhere
@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site", "rubbish"])
def test_an_open_server_refuses_what_other_sites_fetch(server: Server, path: str, site: str) -> None:
    assert ask(server, path, Sec_Fetch_Site=site).status == 403


@everywhere
def test_an_open_server_takes_an_address_that_was_typed(server: Server, path: str) -> None:
    assert ask(server, path, Sec_Fetch_Site="none").status == 200


def test_refusals_of_otlp_are_told_as_a_status(server: Server) -> None:
    told = Status.FromString(ask(server, OTLP, Origin="https://evil.example").body)
    assert "evil.example" in told.message


@everywhere
def test_a_server_on_another_address_is_never_open(server: Server, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BIND_HOST", "0.0.0.0")  # noqa: S104
    assert ask(server, path).status in (302, 401)


def test_the_first_user_closes_pages_rest_and_otlp(server: Server) -> None:
    close()
    page = ask(server, "/p/default/conversations?q=a")
    assert (page.status, page.headers["Location"]) == (302, "/login?next=/p/default/conversations%3Fq%3Da")
    rest = ask(server, REST)
    assert (rest.status, rest.headers["Content-Type"]) == (401, "application/problem+json")
    otlp = ask(server, OTLP)
    assert (otlp.status, otlp.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "key" in Status.FromString(otlp.body).message


def test_closing_takes_effect_without_a_restart(server: Server) -> None:
    assert ask(server, REST).status == 200
    get_user_model().objects.create_superuser(username="anna@example.org", password=PASSWORD)
    deadline = time.monotonic() + 5
    while ask(server, REST).status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert ask(server, REST).status == 401


@pytest.mark.parametrize("closed", [False, True])
def test_a_key_opens_its_own_project_in_either_header(server: Server, key: str, closed: bool) -> None:
    if closed:
        close()
    for headers in ({"Authorization": f"Bearer {key}"}, {"Authorization": f"bearer  {key} "}, {"X_Api_Key": key}):
        assert ask(server, OTLP, **headers).status == 200
        assert ask(server, REST, **headers).status == 200


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("wrong", ["tacit_wrong", "Bearer", "ü", "x" * 5000])
def test_a_wrong_key_opens_nothing_even_where_none_is_needed(server: Server, closed: bool, wrong: str) -> None:
    if closed:
        close()
    assert ask(server, OTLP, X_Api_Key=wrong).status == 401
    assert ask(server, REST, X_Api_Key=wrong).status == 401


def test_a_key_sees_and_writes_its_own_project_only(server: Server, key: str, other: Project) -> None:
    insert_spans(server.store, make_span(1, trace=7), project_id=other.pk)
    other_key = create_key(other, "test")
    path = f"/api/v1/traces/{make_trace_id(7)}"
    assert ask(server, path, X_Api_Key=other_key).status == 200
    assert ask(server, path, X_Api_Key=key).status == 404
    assert ask(server, f"{path}?project=other", X_Api_Key=key).status == 404
    assert ask(server, OTLP, X_Api_Key=other_key).status == 200
    assert b'"spans": 2' in ask(server, REST, X_Api_Key=other_key).body
    assert b'"spans": 0' in ask(server, REST, X_Api_Key=key).body


def test_an_open_server_names_the_project_in_the_address(server: Server, other: Project) -> None:
    insert_spans(server.store, make_span(), project_id=other.pk)
    assert b'"spans": 1' in ask(server, f"{REST}?project=other").body
    assert ask(server, f"{REST}?project=nothing").status == 404


def test_the_token_of_the_run_opens_every_project_and_an_empty_one_none(
    server: Server, other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    close()
    monkeypatch.setattr(RunToken, "value", "secret")
    assert ask(server, f"{REST}?project=other", Authorization="Bearer secret").status == 200
    assert ask(server, REST, Authorization="Bearer secre").status == 401
    monkeypatch.setattr(RunToken, "value", "")
    assert ask(server, REST, Authorization="Bearer ").status == 401
    assert not RunToken.matches("")


@pytest.mark.usefixtures("project")
def test_keys_are_kept_as_digests_only(key: str) -> None:
    kept = [str(value) for row in ApiKey.objects.values_list() for value in row]
    assert key.startswith("tacit_")
    assert len(key) > 40
    assert all(key not in value and value not in key[12:] for value in kept if len(value) > 12)
    facts = find_key(key)
    assert facts is not None
    assert facts.project_id == 1


def test_a_deleted_key_is_forgotten_within_a_second(server: Server, key: str) -> None:
    close()
    assert ask(server, REST, X_Api_Key=key).status == 200
    ApiKey.objects.all().delete()
    time.sleep(1.1)
    assert ask(server, REST, X_Api_Key=key).status == 401


def read_cookie(answer: Answer, name: str, *flags: str) -> str:
    """`name=value` of a cookie that the answer sets, which has these flags."""
    [cookie] = [each for each in answer.headers.get_all("Set-Cookie", []) if each.startswith(name)]
    assert all(flag in cookie for flag in flags)
    return cookie.partition(";")[0]


def log_in(server: Server, password: str) -> Answer:
    cookie = read_cookie(ask(server, "/login"), "tacit_csrf")
    fields = {"username": "anna@example.org", "password": password, "csrfmiddlewaretoken": cookie.partition("=")[2]}
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    return ask(server, "/login", "POST", urlencode(fields).encode(), **headers)


def test_login_logs_in(server: Server) -> None:
    close()
    answer = log_in(server, PASSWORD)
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    cookie = read_cookie(answer, "tacit_session", "HttpOnly", "SameSite=Lax")
    assert ask(server, PAGE, Cookie=cookie).status == 200
    assert ask(server, REST, Cookie=cookie).status == 200


def test_a_wrong_password_does_not(server: Server) -> None:
    close()
    answer = log_in(server, "another phrase")
    assert (answer.status, "tacit_session" in str(answer.headers.get_all("Set-Cookie"))) == (200, False)


def list_addresses() -> Iterator[str]:
    """Every address of the web process, with something for each parameter."""
    examples: dict[str, Any] = {
        "project": "default",
        "conversation_id": "c",
        "user_id": "u",
        "trace_id": make_trace_id(1),
        "number": "1",
        "key": "0123456789abcdef",
        "pk": "1",
        "token": "t",
        "identifier": "t",
        "label_id": "t",
        "review_id": "t",
        "kind": "slow",
        "version": "1",
        "other": "2",
        "export": "0123456789abcdef",
        "file": "train.jsonl",
        "name": "train.jsonl",
    }

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
                continue
            for name, converter in [*pattern.pattern.converters.items()]:
                del converter
                route = replace_parameter(route, name, examples[name])
            yield "/" + replace_parameter(route, "project", "default")

    yield from walk(get_resolver().url_patterns, "")


def replace_parameter(route: str, name: str, value: str) -> str:
    start, _, rest = route.partition("<")
    found, _, after = rest.partition(">")
    return f"{start}{value}{after}" if found.rpartition(":")[2] == name else route


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_nobody_gets_anything_of_a_closed_server_but_what_is_public(server: Server, method: str) -> None:
    close()
    addresses = sorted(set(list_addresses()))
    assert {PAGE, REST, *PUBLIC} <= set(addresses)
    for address in addresses:
        answer = ask(server, address, method)
        if address not in PUBLIC:
            assert answer.status in (302, 401, 403, 404, 405), (method, address, answer.status)
            assert answer.status != 302 or answer.headers["Location"].startswith("/login"), address


def test_static_files_are_public(server: Server) -> None:
    close()
    assert ask(server, "/static/css/tacit.css").status == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:1", "[::1]:8642", "::1"])
def test_loopback_names(host: str) -> None:
    assert is_loopback(host if host != "::1" else "[::1]")


@pytest.mark.parametrize("host", ["", "10.0.0.1", "::", "[::", "localhost.", "example.org", "127.0.0.1.example.org"])
def test_names_that_others_may_have(host: str) -> None:
    assert not is_loopback(host)


def test_the_key_is_read_from_either_header() -> None:
    assert read_key("Bearer a") == "a"
    assert read_key("Basic a", " b ") == "b"
    assert read_key("", "") == ""
