"""Keys: what each scope opens at each door, how they end, and that nothing of them is told."""

import base64
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from config.grpc_server import GrpcServer
from tests.config.platform_process import Platform, run_platform
from tests.conftest import Server
from tests.tracing.sending import ONE_SPAN
from tests.tracing.test_access import Answer, ask, close
from tracing.access import keys
from tracing.access.credentials import make_key, read_prefix
from tracing.access.keys import (
    KeyReplacedError,
    KeyState,
    create_key,
    find_key,
    find_state,
    forget_keys,
    revoke_key,
    rotate_key,
)
from tracing.access.rights import RIGHTS_OF_SCOPES, Right, Scope
from tracing.models import ApiKey, AuditEntry, Project

LANGFUSE = "/api/public/otel/v1/traces"
GRPC_TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
ORIGIN = "https://shop.example"
THUMB = json.dumps({"name": "thumbs", "label": "up", "conversation_id": "c", "identifier": "t"}).encode()
PRICES = b'{"items": []}'
REST = {
    ("GET", "stats", b""): Right.READ,
    ("GET", "feedback", b""): Right.READ,
    ("POST", "feedback", THUMB): Right.TELL,
    ("DELETE", "feedback/t", b""): Right.TELL,
    ("PUT", "prices", PRICES): Right.EDIT,
    ("POST", "dead-letters/retry", b""): Right.EDIT,
    ("GET", "keys", b""): Right.ADMINISTER,
    ("GET", "members", b""): Right.ADMINISTER,
}
"""Operations, and the right that each asks for."""


def make_scoped(project: Project, *scopes: Scope, **options: Any) -> str:
    if Scope.FEEDBACK_BROWSER in scopes:
        options |= {"origins": [ORIGIN]}
    return create_key(project, "test", scopes, **options)


def pair(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def list_forms(key: str) -> list[dict[str, str]]:
    """Every form in which a key may come."""
    return [
        {"Authorization": f"Bearer {key}"},
        {"X_Api_Key": key},
        {"Authorization": pair("public", key)},
        {"Authorization": pair(key, "secret")},
    ]


@pytest.fixture
def endpoint(server: Server) -> Iterator[str]:
    grpc_server = GrpcServer("127.0.0.1", 0)
    grpc_server.start()
    yield f"127.0.0.1:{grpc_server.port}"
    grpc_server.stop()


def call_grpc(endpoint: str, name: str, value: str) -> tuple[grpc.StatusCode, str]:
    with grpc.insecure_channel(endpoint, options=(("grpc.use_local_subchannel_pool", 1),)) as channel:
        export: Any = channel.unary_unary(GRPC_TRACES)
        try:
            export(ONE_SPAN, timeout=30, metadata=((name, value),))
        except grpc.RpcError as error:
            told: Any = error
            return told.code(), told.details()
    return grpc.StatusCode.OK, ""


def send_otlp(server: Server, path: str, **headers: str) -> Answer:
    return ask(server, path, "POST", ONE_SPAN, Content_Type="application/x-protobuf", **headers)


@pytest.mark.parametrize("scope", Scope)
def test_over_http_spans_come_in_by_keys_that_ingest_alone(server: Server, scope: Scope) -> None:
    close()
    key = make_scoped(server.project, scope)
    expected = 200 if Right.INGEST in RIGHTS_OF_SCOPES[scope] else 403
    for headers in list_forms(key):
        for path in ("/v1/traces", LANGFUSE):
            answer = send_otlp(server, path, **headers)
            assert answer.status == expected, (path, headers)
            assert expected == 200 or b"make one with the scope `ingest`" in answer.body
    for path in ("/v1/traces", LANGFUSE):
        assert send_otlp(server, path, Authorization=pair("public", "secret")).status == 401


@pytest.mark.parametrize("scope", Scope)
def test_over_grpc_spans_come_in_by_keys_that_ingest_alone(server: Server, endpoint: str, scope: Scope) -> None:
    close()
    key = make_scoped(server.project, scope)
    may = Right.INGEST in RIGHTS_OF_SCOPES[scope]
    for headers in list_forms(key):
        [(name, value)] = headers.items()
        code, words = call_grpc(endpoint, name.lower().replace("_", "-"), value)
        assert code == (grpc.StatusCode.OK if may else grpc.StatusCode.PERMISSION_DENIED)
        assert may or "make one with the scope `ingest`" in words
    assert call_grpc(endpoint, "x-api-key", key + "x")[0] == grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.FEEDBACK_BROWSER])
def test_rest_answers_a_key_what_its_scope_allows(server: Server, scope: Scope) -> None:
    close()
    key, wrong = make_scoped(server.project, scope), make_key([scope])
    for (method, path, body), right in REST.items():
        for headers in list_forms(key):
            server.store.execute("TRUNCATE TABLE feedback")
            if method == "DELETE":
                ask(server, "/api/v1/feedback", "POST", THUMB, X_Api_Key=make_scoped(server.project, Scope.INGEST))
            answer = ask(server, f"/api/v1/{path}", method, body, Content_Type="application/json", **headers)
            if right in RIGHTS_OF_SCOPES[scope]:
                assert answer.status in (200, 204), (scope, method, path, answer.body)
            else:
                assert answer.status == 403
                assert b"send one with the scope `" in answer.body
        assert ask(server, f"/api/v1/{path}", method, body, X_Api_Key=wrong).status == 401


def test_several_scopes_allow_what_each_allows(server: Server) -> None:
    close()
    key = make_scoped(server.project, Scope.INGEST, Scope.READ)
    assert send_otlp(server, "/v1/traces", X_Api_Key=key).status == 200
    assert ask(server, "/api/v1/stats", X_Api_Key=key).status == 200
    refused = ask(server, "/api/v1/prices", "PUT", PRICES, X_Api_Key=key)
    assert refused.status == 403
    assert b"send one with the scope `write` or `admin`" in refused.body


def test_a_key_of_browsers_tells_feedback_from_its_origins_and_does_nothing_else(server: Server) -> None:
    close()
    key = make_scoped(server.project, Scope.FEEDBACK_BROWSER)
    for method, path, body in REST:
        answer = ask(server, f"/api/v1/{path}", method, body, X_Api_Key=key, Origin=ORIGIN)
        assert answer.status == (200 if (method, path) == ("POST", "feedback") else 403), path


def test_a_revoked_key_is_refused_at_once(server: Server) -> None:
    close()
    key = make_scoped(server.project, Scope.ADMIN)
    other = make_scoped(server.project, Scope.ADMIN)
    row = ApiKey.objects.get(prefix=read_prefix(key))
    assert ask(server, "/api/v1/stats", X_Api_Key=key).status == 200
    assert ask(server, f"/api/v1/keys/{row.pk}", "DELETE", X_Api_Key=other).status == 200
    assert ask(server, "/api/v1/stats", X_Api_Key=key).status == 401
    assert send_otlp(server, "/v1/traces", X_Api_Key=key).status == 401


def test_a_key_that_is_read_while_it_is_revoked_is_not_believed_afterwards(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_scoped(project, Scope.READ)
    row = ApiKey.objects.get()
    read = keys.read_facts

    def read_and_revoke(*arguments: str) -> Any:
        facts = read(*arguments)
        revoke_key(row)
        return facts

    monkeypatch.setattr(keys, "read_facts", read_and_revoke)
    assert find_key(key) is not None
    monkeypatch.setattr(keys, "read_facts", read)
    assert find_key(key) is None


def test_a_key_ends_to_the_second(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    end = timezone.now() + timedelta(hours=1)
    key = make_scoped(project, Scope.READ, expires_at=end)
    for seconds, works in ((-1, True), (0, False), (1, False)):
        monkeypatch.setattr(timezone, "now", lambda moment=end + timedelta(seconds=seconds): moment)
        assert (find_key(key) is not None) == works
        forget_keys()
        assert (find_key(key) is not None) == works


def test_a_key_that_is_remembered_ends_in_time_too(project: Project) -> None:
    key = make_scoped(project, Scope.READ, expires_at=timezone.now() + timedelta(seconds=0.3))
    assert find_key(key) is not None
    time.sleep(0.31)
    assert find_key(key) is None


def test_a_replaced_key_works_through_its_grace_and_then_only_the_new_one(project: Project) -> None:
    old = make_scoped(project, Scope.INGEST, Scope.READ)
    row = ApiKey.objects.get()
    new = rotate_key(row, timedelta(seconds=0.5), "anna@example.org")
    facts, new_facts = find_key(old), find_key(new)
    assert facts is not None
    assert new_facts is not None
    assert facts.rights == new_facts.rights
    row.refresh_from_db()
    assert find_state(row) is KeyState.REPLACED
    time.sleep(0.51)
    assert find_key(old) is None
    assert find_key(new) is not None
    assert find_state(row) is KeyState.REVOKED


def test_a_key_without_grace_is_refused_at_once(project: Project) -> None:
    old = make_scoped(project, Scope.READ)
    assert find_key(old) is not None
    new = rotate_key(ApiKey.objects.get(), timedelta())
    assert find_key(old) is None
    assert find_key(new) is not None


def test_a_new_key_lives_as_long_as_the_old_one_was_made_for(project: Project) -> None:
    make_scoped(project, Scope.READ, expires_at=timezone.now() + timedelta(days=90))
    row = ApiKey.objects.get()
    ApiKey.objects.update(
        created_at=row.created_at - timedelta(days=80), expires_at=timezone.now() + timedelta(days=10)
    )
    row.refresh_from_db()
    assert find_state(row) is KeyState.EXPIRES_SOON
    rotate_key(row, timedelta(hours=1))
    made = ApiKey.objects.latest("pk")
    assert made.expires_at is not None
    assert timedelta(days=89) < made.expires_at - timezone.now() < timedelta(days=90, minutes=1)


def test_a_key_is_replaced_once(project: Project) -> None:
    make_scoped(project, Scope.READ)
    row = ApiKey.objects.get()
    rotate_key(row, timedelta(hours=1))
    with pytest.raises(KeyReplacedError, match="make a new one"):
        rotate_key(row, timedelta(hours=1))
    assert ApiKey.objects.count() == 2


def test_a_key_in_its_grace_can_be_revoked(project: Project) -> None:
    old = make_scoped(project, Scope.READ)
    row = ApiKey.objects.get()
    rotate_key(row, timedelta(hours=1))
    assert find_key(old) is not None
    revoke_key(row)
    assert find_key(old) is None


def test_revoking_again_keeps_the_first_time(project: Project) -> None:
    make_scoped(project, Scope.READ)
    row = ApiKey.objects.get()
    revoke_key(row)
    row.refresh_from_db()
    first = row.revoked_at
    revoke_key(row)
    row.refresh_from_db()
    assert row.revoked_at == first


def wait_for_use(since: datetime) -> datetime:
    """When the only key was last used, once that is not before `since`."""
    deadline = time.monotonic() + 5
    while (used := ApiKey.objects.get().last_used_at) is None or used < since:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return used


def test_the_last_use_is_known_to_the_minute(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    key, start = make_scoped(project, Scope.READ), timezone.now()
    assert ApiKey.objects.get().last_used_at is None
    find_key(key)
    first = wait_for_use(start)
    assert first - start < timedelta(seconds=5)
    forget_keys()
    find_key(key)
    time.sleep(0.2)
    assert ApiKey.objects.get().last_used_at == first
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    forget_keys()
    find_key(key)
    assert wait_for_use(later) == later


def test_a_last_use_that_cannot_be_written_fails_no_request_and_is_tried_once_a_minute(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key = make_scoped(project, Scope.READ)
    tried = threading.Semaphore(0)

    def fail(_keys: object, **_values: object) -> int:
        tried.release()
        raise DatabaseError("database is locked")

    monkeypatch.setattr(QuerySet, "update", fail)
    for _ in range(3):
        keys._facts.clear()
        assert find_key(key) is not None
    assert tried.acquire(timeout=5)
    assert not tried.acquire(timeout=0.3)
    assert "could not be written" in caplog.text
    assert key not in caplog.text


def test_a_database_that_others_write_to_holds_no_request_up(project: Project) -> None:
    key, start = make_scoped(project, Scope.READ), timezone.now()
    asked_at = time.monotonic()
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(name="Held")
        ApiKey.objects.filter(project=project).update(name="held")
        seconds: list[float] = []

        def look() -> None:
            assert find_key(key) is not None
            seconds.append(time.monotonic() - asked_at)
            connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        time.sleep(0.3)
    assert seconds[0] < 0.2
    assert wait_for_use(start)


def test_a_known_key_asks_the_database_nothing(project: Project) -> None:
    key = make_scoped(project, Scope.READ)
    find_key(key)
    asked = []
    with connection.execute_wrapper(lambda run, *arguments: asked.append(1) or run(*arguments)):
        for _ in range(100):
            assert find_key(key) is not None
    assert asked == []


def test_nothing_of_a_key_is_logged_told_or_audited(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of one that works, nor of one that does not, nor where the server fails."""
    close()
    caplog.set_level(logging.DEBUG)
    key = make_scoped(server.project, Scope.ADMIN)
    secrets = [key]
    told = b""
    for path, body in (("keys", {"name": "ci", "scopes": ["read"]}), ("keys", {"name": key[:40], "scopes": ["no"]})):
        answer = ask(server, f"/api/v1/{path}", "POST", json.dumps(body).encode(), X_Api_Key=key)
        made = json.loads(answer.body)
        if "key" in made:
            secrets.append(made.pop("key"))
            assert answer.headers["Cache-Control"] == "no-store"
        else:
            told += answer.body.replace(key[:40].encode(), b"")
    rotated = ask(server, f"/api/v1/keys/{made_id(server, 'ci')}/rotate", "POST", b"{}", X_Api_Key=key)
    secrets.append(json.loads(rotated.body)["key"])
    for wrong in (key[:-1], secrets[1], "tacit_" + "x" * 43):
        told += ask(server, "/api/v1/prices", "PUT", PRICES, X_Api_Key=wrong).body
        told += send_otlp(server, "/v1/traces", X_Api_Key=wrong).body
    told += ask(server, "/api/v1/keys", X_Api_Key=key).body
    entries = [str(value) for row in AuditEntry.objects.values_list() for value in row]
    assert len(secrets) == 3
    assert AuditEntry.objects.count() == 2
    for secret in secrets:
        hidden = secret[len(read_prefix(secret)) :]
        assert hidden.encode() not in told
        assert hidden not in caplog.text
        assert not any(hidden in entry for entry in entries)


def made_id(server: Server, name: str) -> int:
    return ApiKey.objects.get(project=server.project, name=name).pk


def test_many_threads_that_bring_a_key_at_once_are_all_let_in(project: Project) -> None:
    key = make_scoped(project, Scope.READ)
    found: list[bool] = []

    def look() -> None:
        for _ in range(50):
            found.append(find_key(key) is not None)
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 400


def ask_platform(
    platform: Platform, path: str, method: str = "GET", body: Any = None, key: str = ""
) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"} | ({"x-api-key": key} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{platform.url}/api/v1/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_two_processes_over_one_database_refuse_a_revoked_key_within_a_second(tmp_path: Path) -> None:
    settings = {"TACIT_DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}"}
    with run_platform(tmp_path / "a", **settings) as one, run_platform(tmp_path / "b", **settings) as two:
        status, made = ask_platform(one, "keys", "POST", {"name": "test", "scopes": ["read"]})
        assert status == 201
        for platform in (one, two):
            assert ask_platform(platform, "stats", key=made["key"])[0] == 200
        assert ask_platform(one, f"keys/{made['id']}", "DELETE")[0] == 200
        revoked = time.monotonic()
        assert ask_platform(one, "stats", key=made["key"])[0] == 401
        while ask_platform(two, "stats", key=made["key"])[0] == 200:
            assert time.monotonic() - revoked < 1
        took = time.monotonic() - revoked
    print(f"The other process refused the key {took:.2f} s after it was revoked")
    assert took < 1
