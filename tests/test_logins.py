"""How often a login may fail, who is told what, and that nobody is kept out by a stranger."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import urlencode

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from pytest_django import Settings

from config.http_server import HttpServer, bind
from config.logins import ADDRESS_LIMIT, KNOWN_DAYS, USER_LIMIT, read_address
from config.wsgi import application
from tests.conftest import Server
from tests.tracing.test_access import PAGE, Answer, ask, close, read_cookie
from tests.tracing.test_access import PASSWORD as RIGHT

ANNA, BO = "anna@example.org", "bo@example.org"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
WRONG = "another long phrase"


@pytest.fixture
def behind_proxy(server: Server, settings: Settings) -> Iterator[Server]:
    """A server of two users that hears from a proxy on this machine where a request comes from."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; how it hashes is no matter
    settings.TRUSTED_PROXIES = (ip_network("127.0.0.1"),)
    close(ANNA)
    get_user_model().objects.create_user(username=BO, email=BO, password=RIGHT)
    http = HttpServer(application, bind("127.0.0.1", 0))
    http.start()
    yield Server(f"http://127.0.0.1:{http.port}", server.project, server.store)
    http.stop()


def log_in(server: Server, email: str, password: str, address: str = HERE, cookie: str = "") -> Answer:
    token = read_cookie(ask(server, "/login"), "tacit_csrf")
    fields = {"username": email, "password": password, "csrfmiddlewaretoken": token.partition("=")[2]}
    return ask(
        server,
        "/login",
        "POST",
        urlencode(fields).encode(),
        Content_Type="application/x-www-form-urlencoded",
        Cookie="; ".join(filter(None, [token, cookie])),
        X_Forwarded_For=address,
    )


def fail(server: Server, times: int, email: str = ANNA, address: str = HERE) -> None:
    for _ in range(times):
        log_in(server, email, WRONG, address)


def record_failures(number: int, email: str, address: str) -> None:
    """What another process counted."""
    AccessAttempt.objects.create(username=email, ip_address=address, failures_since_start=number)


def pass_time(minutes: int) -> None:
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(minutes=minutes)
        attempt.save()


def test_after_five_failures_even_the_right_password_waits_and_the_page_says_how_long(behind_proxy: Server) -> None:
    fail(behind_proxy, 4)
    assert log_in(behind_proxy, ANNA, RIGHT).status == 302
    fail(behind_proxy, 4)
    for password in (WRONG, RIGHT):
        answer = log_in(behind_proxy, ANNA, password)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "900")
        assert b"Try again in 15 minutes" in answer.body
        assert "tacit_session" not in str(answer.headers.get_all("Set-Cookie"))


def test_other_users_and_other_addresses_go_on(behind_proxy: Server) -> None:
    fail(behind_proxy, 6)
    assert log_in(behind_proxy, BO, RIGHT).status == 302
    assert log_in(behind_proxy, ANNA, RIGHT, ELSEWHERE).status == 302


def test_a_locked_out_login_opens_again_and_trying_meanwhile_does_not_put_it_off(behind_proxy: Server) -> None:
    fail(behind_proxy, 5)
    pass_time(minutes=10)
    assert log_in(behind_proxy, ANNA, RIGHT).status == 429
    pass_time(minutes=6)
    assert log_in(behind_proxy, ANNA, RIGHT).status == 302


def test_an_e_mail_is_one_however_it_is_written(behind_proxy: Server) -> None:
    for email in (ANNA, "Anna@example.org", "ANNA@EXAMPLE.ORG", " anna@example.org", "ａnna@example.org"):
        log_in(behind_proxy, email, WRONG)
    assert log_in(behind_proxy, ANNA, RIGHT).status == 429


def test_one_address_may_not_try_all_users(behind_proxy: Server) -> None:
    for index in range(ADDRESS_LIMIT - 1):
        record_failures(1, f"somebody-{index}@example.org", HERE)
    assert log_in(behind_proxy, ANNA, RIGHT).status == 302
    fail(behind_proxy, 1, "last@example.org")
    assert log_in(behind_proxy, BO, RIGHT).status == 429
    assert log_in(behind_proxy, BO, RIGHT, ELSEWHERE).status == 302


def test_an_account_of_ones_own_does_not_clear_an_address(behind_proxy: Server) -> None:
    record_failures(ADDRESS_LIMIT - 1, "somebody@example.org", HERE)
    assert log_in(behind_proxy, BO, RIGHT).status == 302
    fail(behind_proxy, 1)
    assert log_in(behind_proxy, BO, RIGHT).status == 429


def test_all_addresses_together_may_not_try_one_user_but_keep_nobody_from_where_they_were(
    behind_proxy: Server,
) -> None:
    assert log_in(behind_proxy, ANNA, RIGHT, HERE).status == 302
    for index in range(USER_LIMIT):
        record_failures(1, ANNA, f"192.0.2.{index}")
    assert log_in(behind_proxy, ANNA, RIGHT, ELSEWHERE).status == 429
    assert log_in(behind_proxy, ANNA, RIGHT, HERE).status == 302
    assert log_in(behind_proxy, BO, RIGHT, ELSEWHERE).status == 302


def test_where_somebody_was_is_forgotten_in_time(behind_proxy: Server) -> None:
    log_in(behind_proxy, ANNA, RIGHT)
    AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=KNOWN_DAYS, minutes=1))
    record_failures(USER_LIMIT, ANNA, ELSEWHERE)
    assert log_in(behind_proxy, ANNA, RIGHT).status == 429
    log_in(behind_proxy, BO, RIGHT)
    assert list(AccessLog.objects.values_list("username", flat=True)) == [BO]


def test_nothing_that_was_typed_as_a_password_is_kept(behind_proxy: Server) -> None:
    fail(behind_proxy, 2)
    kept = str(list(AccessAttempt.objects.values_list()))
    assert ANNA in kept
    assert WRONG not in kept
    assert "csrfmiddlewaretoken=***" in kept


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown", None),
        ("", None),
    ],
)
def test_addresses_that_one_may_choose_among_count_as_one(peer: str, counted: str | None) -> None:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = peer
    assert read_address(request) == counted


def test_logging_in_begins_another_session_which_ends_after_two_weeks(behind_proxy: Server) -> None:
    planted = SessionStore()
    planted.create()
    before = f"tacit_session={planted.session_key}"
    flags = ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={14 * 24 * 3600}")
    session = read_cookie(log_in(behind_proxy, ANNA, RIGHT, cookie=before), "tacit_session", *flags)
    assert session != before
    assert ask(behind_proxy, PAGE, Cookie=before).status == 302
    of_bo = read_cookie(log_in(behind_proxy, BO, RIGHT, cookie=session), "tacit_session")
    assert [ask(behind_proxy, PAGE, Cookie=each).status for each in (session, of_bo)] == [302, 404]
    session = read_cookie(log_in(behind_proxy, ANNA, RIGHT), "tacit_session")
    assert ask(behind_proxy, PAGE, Cookie=session).status == 200
    Session.objects.update(expire_date=timezone.now())
    assert ask(behind_proxy, PAGE, Cookie=session).status == 302
