"""Keys that stand in web pages: which pages may use them, how often and with how much, and CORS for one operation."""

import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import Server
from tests.tracing.test_access import Answer, ask, close
from tracing.access.browsers import find_client, forget_senders, read_browser_origin
from tracing.access.keys import create_key, revoke_key
from tracing.access.limits import TokenBuckets
from tracing.access.rights import Scope
from tracing.models import ApiKey

FEEDBACK = "/api/v1/feedback"
ORIGIN = "https://shop.example"
OTHER = "https://evil.example"
THUMB: dict[str, Any] = {"name": "thumbs", "label": "up", "conversation_id": "c"}
PREFLIGHT = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization,content-type"}


@pytest.fixture
def key(server: Server) -> str:
    return create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[ORIGIN, "http://localhost:3000"])


def send(server: Server, key: str, body: object, origin: str = ORIGIN, **headers: str) -> Answer:
    more = {"Origin": origin} if origin else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(server, FEEDBACK, "POST", data, Authorization=f"Bearer {key}", **more, **headers)


def list_feedback(server: Server) -> list[dict[str, Any]]:
    reader = create_key(server.project, "reader", [Scope.READ])
    items: list[dict[str, Any]] = json.loads(ask(server, FEEDBACK, X_Api_Key=reader).body)["items"]
    return items


@pytest.mark.parametrize("closed", [False, True])
def test_a_page_of_its_origins_tells_feedback_and_reads_the_answer(server: Server, key: str, closed: bool) -> None:
    """On an open server, too: a key is a login."""
    if closed:
        close()
    answer = send(server, key, THUMB, Sec_Fetch_Site="cross-site")
    assert (answer.status, json.loads(answer.body)) == (200, {"accepted": 1, "rejected": []})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]
    assert len(list_feedback(server)) == 1


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(
    "origin", [OTHER, "", "null", "http://shop.example", "https://shop.example:444", "https://a.shop.example"]
)
def test_pages_of_no_or_another_origin_are_refused(server: Server, key: str, closed: bool, origin: str) -> None:
    if closed:
        close()
    answer = send(server, key, THUMB, origin)
    assert answer.status == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert list_feedback(server) == []


def test_an_open_server_still_refuses_foreign_hosts_and_pages_without_such_a_key(server: Server, key: str) -> None:
    reader = create_key(server.project, "program", [Scope.WRITE])
    assert send(server, key, THUMB, Host="evil.example").status in (400, 403)
    assert send(server, reader, THUMB).status == 403
    assert send(server, "tacit_browser_" + "x" * 43, THUMB).status == 403
    assert ask(server, FEEDBACK, "POST", json.dumps(THUMB).encode(), Origin=ORIGIN).status == 403
    assert ask(server, "/api/v1/stats", Origin=ORIGIN, X_Api_Key=key).status == 403


@pytest.mark.parametrize("closed", [False, True])
def test_a_preflight_is_answered_to_origins_of_live_keys_alone(server: Server, key: str, closed: bool) -> None:
    if closed:
        close()
    answer = ask(server, FEEDBACK, "OPTIONS", Origin=ORIGIN, **PREFLIGHT)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    for origin in (OTHER, "*", "null", "https://SHOP.example"):
        refused = ask(server, FEEDBACK, "OPTIONS", Origin=origin, **PREFLIGHT)
        assert refused.status in (401, 403, 405), origin
        assert "Access-Control-Allow-Origin" not in refused.headers
    revoke_key(ApiKey.objects.get())
    refused = ask(server, FEEDBACK, "OPTIONS", Origin=ORIGIN, **PREFLIGHT)
    assert (refused.status == 204, "Access-Control-Allow-Origin" in refused.headers) == (False, False)


@pytest.mark.parametrize("path", ["/api/v1/stats", "/api/v1/keys", f"{FEEDBACK}/x", "/p/default/", "/login", "/"])
def test_no_other_address_answers_other_sites(server: Server, key: str, path: str) -> None:
    close()
    for method in ("OPTIONS", "GET", "POST"):
        answer = ask(server, path, method, Origin=ORIGIN, X_Api_Key=key, **PREFLIGHT)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")], (method, path)


def test_reading_feedback_is_not_for_other_sites(server: Server) -> None:
    close()
    create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[ORIGIN])
    reader = create_key(server.project, "reader", [Scope.READ])
    answer = ask(server, FEEDBACK, Origin=ORIGIN, X_Api_Key=reader)
    assert (answer.status, "Access-Control-Allow-Origin" in answer.headers) == (200, False)


def test_a_refused_body_is_told_to_the_page(server: Server, key: str) -> None:
    answer = send(server, key, b"{")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (400, ORIGIN)


def test_a_key_of_browsers_replaces_only_what_such_keys_told(server: Server, key: str) -> None:
    program = create_key(server.project, "program", [Scope.WRITE])
    told = THUMB | {"identifier": "t"}
    close()
    assert ask(server, FEEDBACK, "POST", json.dumps(told).encode(), X_Api_Key=program).status == 200
    for label in ("down", "up", "down"):
        assert send(server, key, told | {"label": label}).status == 200
    assert {each["identifier"]: each["label"] for each in list_feedback(server)} == {"t": "up", "browser:t": "down"}
    for identifier in ("t", "browser:t"):
        assert ask(server, f"{FEEDBACK}/{identifier}", "DELETE", X_Api_Key=key, Origin=ORIGIN).status == 403
    assert ask(server, f"{FEEDBACK}/browser:t", "DELETE", X_Api_Key=program).status == 204


def test_a_page_takes_back_only_what_pages_told(server: Server, key: str) -> None:
    program = create_key(server.project, "program", [Scope.WRITE])
    told = THUMB | {"identifier": "t"}
    close()
    assert ask(server, FEEDBACK, "POST", json.dumps(told).encode(), X_Api_Key=program).status == 200
    send(server, key, told)
    for identifier in ("t", "browser:t"):
        assert send(server, key, {"identifier": identifier, "withdrawn": True}).status == 200
    assert [each["identifier"] for each in list_feedback(server)] == ["t"]


@pytest.mark.parametrize("closed", [False, True])
def test_a_page_may_have_its_key_in_the_address_of_feedback_alone(server: Server, key: str, closed: bool) -> None:
    if closed:
        close()
    body, headers = json.dumps(THUMB).encode(), {"Content_Type": "text/plain", "Sec_Fetch_Site": "cross-site"}
    answer = ask(server, f"{FEEDBACK}?key={key}", "POST", body, Origin=ORIGIN, **headers)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert len(list_feedback(server)) == 1
    for origin in (OTHER, "null"):
        refused = ask(server, f"{FEEDBACK}?key={key}", "POST", body, Origin=origin, **headers)
        assert (refused.status, "Access-Control-Allow-Origin" in refused.headers) == (403, False)
    for method, path in (("GET", FEEDBACK), ("DELETE", f"{FEEDBACK}/browser:t"), ("GET", "/api/v1/stats")):
        assert ask(server, f"{path}?key={key}", method, Origin=ORIGIN).status in (401, 403)


def test_a_key_of_programs_opens_nothing_from_the_address(server: Server) -> None:
    program = create_key(server.project, "program", [Scope.WRITE])
    body = json.dumps(THUMB).encode()
    assert ask(server, f"{FEEDBACK}?key={program}", "POST", body).status == 422
    close()
    assert ask(server, f"{FEEDBACK}?key={program}", "POST", body).status == 401
    assert list_feedback(server) == []


def test_a_retry_of_a_page_counts_once(server: Server, key: str) -> None:
    for _ in range(3):
        send(server, key, [THUMB, THUMB | {"label": "down"}])
    assert len(list_feedback(server)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"annotator_kind": "LLM"},
        {"annotator_kind": "CODE"},
        {"time": (datetime.now(UTC) - timedelta(days=3)).isoformat()},
        {"time": "1990-01-01T00:00:00Z"},
    ],
)
def test_a_page_tells_what_people_say_now(server: Server, key: str, wrong: dict[str, Any]) -> None:
    answer = json.loads(send(server, key, [THUMB | wrong, THUMB]).body)
    assert (answer["accepted"], answer["rejected"][0]["index"]) == (1, 0)
    [kept] = list_feedback(server)
    assert kept["annotator_kind"] == "HUMAN"
    assert datetime.now(UTC) - datetime.fromisoformat(kept["time"]) < timedelta(minutes=1)


def test_a_page_sends_little_at_once(server: Server, key: str) -> None:
    most = {"explanation": "x" * (16 * 1024 - len(json.dumps(THUMB | {"explanation": ""})))}
    assert send(server, key, THUMB | most).status == 200
    too_large = send(server, key, THUMB | {"explanation": most["explanation"] + "x"})
    assert (too_large.status, b"16,384 bytes" in too_large.body) == (413, True)
    assert send(server, key, [THUMB] * 20).status == 200
    too_many = send(server, key, [THUMB] * 21)
    assert (too_many.status, b"at most 20" in too_many.body) == (422, True)


def test_a_body_in_pieces_is_measured_as_well(server: Server, key: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    pieces = iter([b'{"explanation": "', b"x" * 20_000, b'"}'])
    headers = {"Authorization": f"Bearer {key}", "Origin": ORIGIN}
    connection.request("POST", FEEDBACK, pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_one_address_is_held_to_its_pace_and_told_when_to_come_again(server: Server, key: str) -> None:
    forget_senders()
    statuses = [send(server, key, THUMB).status for _ in range(60)]
    assert statuses == [200] * 60
    until = time.monotonic() + 30  # a slow machine sends hardly more than one a second, which is allowed
    while statuses[-1] == 200 and time.monotonic() < until:
        statuses.append(send(server, key, THUMB).status)
    assert statuses[-1] == 429
    answer = send(server, key, THUMB)
    assert (answer.status, answer.headers["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
    other = create_key(server.project, "other page", [Scope.FEEDBACK_BROWSER], origins=[ORIGIN])
    assert send(server, other, THUMB).status == 200


def test_a_key_is_held_to_its_own_pace(server: Server) -> None:
    forget_senders()
    slow = create_key(server.project, "slow", [Scope.FEEDBACK_BROWSER], origins=[ORIGIN], requests_per_minute=2)
    assert [send(server, slow, THUMB).status for _ in range(3)] == [200, 200, 429]
    assert int(send(server, slow, THUMB).headers["Retry-After"]) in (29, 30)


def test_what_is_refused_for_its_origin_costs_others_nothing(server: Server) -> None:
    forget_senders()
    slow = create_key(server.project, "slow", [Scope.FEEDBACK_BROWSER], origins=[ORIGIN], requests_per_minute=1)
    assert [send(server, slow, THUMB, OTHER).status for _ in range(3)] == [403] * 3
    assert send(server, slow, THUMB).status == 200


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_minute_at_once_and_then_fills_evenly() -> None:
    clock = Clock()
    buckets = TokenBuckets(clock)
    assert [buckets.take("a", 30) for _ in range(30)] == [0.0] * 30
    assert buckets.take("a", 30) == pytest.approx(2)
    assert buckets.take("b", 30) == 0.0
    clock.now = 1.5
    assert buckets.take("a", 30) == pytest.approx(0.5)
    clock.now = 2.1
    assert buckets.take("a", 30) == 0.0
    clock.now = 1e6
    assert [buckets.take("a", 30) for _ in range(31)].count(0.0) == 30


def test_buckets_of_many_senders_are_bounded() -> None:
    buckets = TokenBuckets(Clock(), most=100)
    for number in range(1_000):
        buckets.take(number, 1)
    assert len(buckets._buckets) == 100
    assert buckets.take(999, 1) > 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_one_client_is_an_address_or_a_network_of_its_own(address: str, client: str) -> None:
    assert find_client(address) == client


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example:8443/ ", "https://shop.example:8443"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_origins_as_browsers_send_them(text: str, origin: str) -> None:
    assert read_browser_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        *("*", "https://*", "https://*.shop.example", "null", "", "shop.example", "https://", "https://shop.example/a"),
        *("https://shop.example?a", "https://a@shop.example", "ftp://shop.example", "https://shop.example:99999"),
        *("https://shop.example:", "https://bücher.example", "http://shop.example", "http://localhost.evil.example"),
        *(
            "https://shop.example https://b.example",
            "https://shop..example",
            "javascript:alert(1)",
            "https://-a.example",
        ),
    ],
)
def test_what_is_no_origin_for_a_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"write https://"):
        read_browser_origin(text)
