"""Whether to ask a user, over REST: the same answer again, caps, the log, keys of browsers, and how long it takes."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from feedback.asking import Moment, Rules
from feedback.asks import MEMORY, Decision, Memory, decide, find_secret, save_rules
from feedback.explicit import read_ask_id
from feedback.models import AskedUser
from feedback.outlooks import keep_outlooks
from feedback.records import load_feedback_page
from feedback.satisfaction import Interval
from feedback.satisfaction_records import Estimate, write_estimates
from tests.conftest import Server
from tests.tracing.test_access import Answer, ask
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.ingest import BacklogFullError, get_ingest, stop_ingest
from tracing.models import AuditEntry
from tracing.paging import Place
from tracing.receive.decoding import ColumnBatch
from tracing.store import Store

ASKS = "/api/v1/asks"
ORIGIN = "https://shop.example"
EVERYBODY = Rules(most_asks=1, random_share=1.0)
NOBODY = Rules(random_share=0.0, doubt_share=0.0)


def send(server: Server, body: object, **headers: str) -> Answer:
    return ask(server, ASKS, "POST", json.dumps(body).encode(), Content_Type="application/json", **headers)


def decide_on(server: Server, **body: Any) -> dict[str, Any]:
    answer = send(server, {"within_ms": 10_000} | body)
    assert answer.status == 200, answer.body
    decision: dict[str, Any] = json.loads(answer.body)
    return decision


def read_log(server: Server, count: int) -> list[dict[str, Any]]:
    """Decisions of the log, once there are so many."""
    deadline = time.monotonic() + 10
    while len(items := server.get_json("asks?limit=1000")["items"]) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(items) == count
    return list(items)


def test_every_decision_is_logged_with_its_propensity(server: Server) -> None:
    save_rules(server.project.pk, Rules(random_share=0.5))
    told = [decide_on(server, user_id=f"u{number}", conversation_id="c") for number in range(30)]
    assert {each["asked"] for each in told} == {True, False}
    assert {each["propensity"] for each in told} == {0.5}
    logged = {each["id"]: each for each in read_log(server, 30)}
    for each in told:
        assert {name: logged[each["id"]][name] for name in each} == each
    assert {each["user_id"] for each in logged.values()} == {f"u{number}" for number in range(30)}
    assert len(server.get_json("asks?asked=true")["items"]) == sum(each["asked"] for each in told)


@pytest.mark.parametrize("is_killed", [False, True])
def test_asked_again_about_the_same_the_answer_is_the_same_and_logged_once(server: Server, is_killed: bool) -> None:
    """Also by a process that knows no more than the store."""
    save_rules(server.project.pk, EVERYBODY)
    first = decide_on(server, user_id="u", conversation_id="c", message_id="m")
    assert first["asked"]
    read_log(server, 1)
    if is_killed:
        MEMORY.forget()
    save_rules(server.project.pk, NOBODY)
    assert decide_on(server, user_id="u", conversation_id="c", message_id="m") == first
    stop_ingest()
    read_log(server, 1)


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_user_is_asked_no_more_often_than_the_cap_says(server: Server, is_killed: bool) -> None:
    save_rules(server.project.pk, Rules(most_asks=2, random_share=1.0))
    told = []
    for number in range(4):
        told.append(decide_on(server, user_id="u", conversation_id=f"c{number}"))
        if is_killed:
            read_log(server, number + 1)
            MEMORY.forget()
    assert [each["asked"] for each in told] == [True, True, False, False]
    assert [(each["propensity"], each["reason"]) for each in told[2:]] == [(0.0, "capped")] * 2
    assert decide_on(server, user_id="v", conversation_id="c0")["asked"]


def test_without_a_user_the_cap_counts_by_conversation(server: Server) -> None:
    save_rules(server.project.pk, EVERYBODY)
    asked = [
        decide_on(server, conversation_id=name, message_id=message)["asked"]
        for name, message in (("c", "1"), ("c", "2"), ("d", "3"))
    ]
    assert asked == [True, False, True]


def test_a_cap_ends_with_its_days(server: Server) -> None:
    save_rules(server.project.pk, EVERYBODY)
    assert decide_on(server, user_id="u", conversation_id="c", message_id="1")["asked"]
    read_log(server, 1)
    MEMORY.forget()
    AskedUser.objects.update(at=timezone.now() - timedelta(days=8))
    assert decide_on(server, user_id="u", conversation_id="c", message_id="2")["asked"]


def test_where_asking_is_off_nothing_is_decided_or_logged(server: Server) -> None:
    save_rules(server.project.pk, Rules(is_on=False))
    assert decide_on(server, user_id="u") == {"id": "", "asked": False, "propensity": 0.0, "reason": "off"}
    assert read_log(server, 0) == []


def estimate(server: Server, name: str, high: float, turns: int = 1, *, is_kept: bool = True) -> None:
    """As the stage does; where it is not kept, only the store knows it."""
    project_id, version = server.project.pk, time.time_ns() // 1000
    estimates = {name: Estimate(Interval(0.4, 0.1, 0.9), (), True, "test", turns, high)}
    write_estimates(server.store, project_id, estimates, {}, [], version)
    if is_kept:
        keep_outlooks(server.store, project_id, estimates, [])


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_project_s_estimate_of_the_conversation_says_how_likely_it_is(server: Server, is_kept: bool) -> None:
    for name, high in (("bad", 0.8), ("good", 0.2)):
        estimate(server, name, high, is_kept=is_kept)
    bad, good, unknown = (decide_on(server, user_id=name, conversation_id=name) for name in ("bad", "good", "unknown"))
    assert (bad["reason"], bad["propensity"]) == ("uncertain", pytest.approx(0.216))
    assert good["propensity"] == unknown["propensity"] == Rules().random_share
    logged = {each["conversation_id"]: each for each in read_log(server, 3)}
    assert [logged["bad"][each] for each in ("probability", "low", "high")] == [0.4, 0.1, 0.9]
    assert logged["unknown"]["high"] < 0.25


def test_another_turn_is_another_decision_though_nothing_was_heard_in_it(server: Server) -> None:
    estimate(server, "c", 0.2)
    first = decide_on(server, user_id="u", conversation_id="c")
    assert decide_on(server, user_id="u", conversation_id="c") == first
    estimate(server, "c", 0.2, turns=2)
    assert decide_on(server, user_id="u", conversation_id="c")["id"] != first["id"]


def test_what_takes_too_long_is_not_decided(server: Server) -> None:
    save_rules(server.project.pk, EVERYBODY)
    decision = decide(server.store, server.project.pk, Moment(user_id="u"), until=time.monotonic() - 1)
    assert decision == Decision("", False, 0.0, "late")
    stop_ingest()
    assert read_log(server, 0) == []
    assert decide_on(server, user_id="u")["asked"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "user_id"),
        ({"trace_id": "0" * 32}, "user_id"),
        ({"user_id": "\x00"}, "user_id"),
        ({"user_id": "u" * 501}, "user_id"),
        ({"user_id": "\ud800"}, "user_id"),
        ({"user_id": "u", "within_ms": 0}, "within_ms"),
        ({"user_id": "u", "who": "me"}, "who"),
        ({"user_id": 1}, "user_id"),
    ],
)
def test_what_is_wrong_is_refused_with_what_was_expected(server: Server, body: object, word: str) -> None:
    answer = send(server, body)
    assert answer.status == 422
    assert word in answer.body.decode()


def test_what_apps_ask_and_tell_is_no_entry_of_the_audit_log(server: Server) -> None:
    """Also without a key: else every decision would write to Django's database, and the log would hold little else."""
    decide_on(server, user_id="u")
    thumb = {"name": "thumbs", "label": "up", "conversation_id": "c"}
    ask(server, "/api/v1/feedback", "POST", json.dumps(thumb).encode(), Content_Type="application/json")
    assert not AuditEntry.objects.exists()


def test_ids_are_hostile_texts_and_kept_as_they_are(server: Server) -> None:
    hostile = "<script>' OR 1=1 {x:String} -- \\ ünïcode"
    decision = decide_on(server, user_id=hostile, conversation_id=hostile)
    [logged] = read_log(server, 1)
    assert (logged["id"], logged["user_id"], logged["conversation_id"]) == (decision["id"], hostile, hostile)


def test_what_users_answer_tells_which_question_it_answers(server: Server) -> None:
    save_rules(server.project.pk, EVERYBODY)
    asked = [decide_on(server, user_id=f"u{number}", conversation_id=f"c{number}") for number in range(3)]
    items = [
        {"name": "thumbs", "label": "down", "conversation_id": "c0", "ask_id": asked[0]["id"], "metadata": {"a": 1}},
        {"name": "declined", "conversation_id": "c1", "metadata": {"ask_id": asked[1]["id"]}},
        {"name": "thumbs", "label": "up", "conversation_id": "c9"},
    ]
    told = ask(server, "/api/v1/feedback", "POST", json.dumps(items).encode(), Content_Type="application/json")
    assert json.loads(told.body)["accepted"] == 3
    read_log(server, 3)
    held = load_feedback_page(
        server.store,
        server.project.pk,
        Place(),
        10,
        dict.fromkeys(["identifier", "name", "label", "annotator_kind"], "")
        | dict.fromkeys(["conversation_id", "trace_id", "span_id", "message_id"], ""),
    )
    assert {each.conversation_id: read_ask_id(each) for each in held} == {
        "c0": asked[0]["id"],
        "c1": asked[1]["id"],
        "c9": "",
    }
    assert next(each.metadata for each in held if each.conversation_id == "c0") == {"a": 1, "ask_id": asked[0]["id"]}
    [reason] = server.get_json("asking")["reasons"]
    assert (reason["decided"], reason["asks"], reason["answered"], reason["declined"]) == (3, 3, 1, 1)


def test_a_page_may_ask_and_hears_no_more_than_whether_to(server: Server) -> None:
    save_rules(server.project.pk, EVERYBODY)
    key = create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[ORIGIN])
    answer = send(server, {"user_id": "u"}, Authorization=f"Bearer {key}", Origin=ORIGIN, Sec_Fetch_Site="cross-site")
    told = json.loads(answer.body)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert told == {"id": told["id"], "asked": True, "propensity": None, "reason": None}
    assert send(server, {"user_id": "u"}, Authorization=f"Bearer {key}", Origin="https://evil.example").status == 403
    preflight = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
    assert ask(server, ASKS, "OPTIONS", Origin=ORIGIN, **preflight).status == 204
    assert ask(server, ASKS, Authorization=f"Bearer {key}", Origin=ORIGIN).status == 403


def test_a_key_that_reads_may_not_decide_and_one_that_sends_may_not_read(server: Server) -> None:
    reader, sender = (create_key(server.project, name, [Scope(name)]) for name in ("read", "ingest"))
    assert send(server, {"user_id": "u"}, X_Api_Key=reader).status == 403
    assert send(server, {"user_id": "u"}, X_Api_Key=sender).status == 200
    assert ask(server, ASKS, X_Api_Key=sender).status == 403


def test_rules_are_told_and_changed_over_rest(server: Server) -> None:
    changed = asdict(Rules(most_asks=3, days=14, random_share=0.1))
    answer = ask(server, "/api/v1/asking", "PUT", json.dumps(changed).encode(), Content_Type="application/json")
    assert (answer.status, json.loads(answer.body)["rules"]) == (200, changed)
    assert server.get_json("asking")["rules"] == changed
    refused = ask(server, "/api/v1/asking", "PUT", b'{"random_share": 2}', Content_Type="application/json")
    assert refused.status == 422


def test_over_a_day_s_share_doubt_asks_nobody_more() -> None:
    memory, day_ns = Memory(), 86_400 * 10**9
    for number in range(10):
        memory.keep(1, Decision(str(number), True, 1.0, "chance"), day_ns)
    assert memory.is_over_budget(1, 0.05, day_ns)
    assert not memory.is_over_budget(1, 0.05, 2 * day_ns)
    assert not memory.is_over_budget(2, 0.05, day_ns)
    for number in range(190):
        memory.keep(1, Decision(str(number), False, 0.0, "capped"), day_ns)
    assert memory.is_over_budget(1, 0.05, day_ns)
    memory.keep(1, Decision("w", False, 0.0, "capped"), day_ns)
    assert not memory.is_over_budget(1, 0.05, day_ns)


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = Memory(most=3)
    for number in range(5):
        memory.keep(1, Decision(str(number), True, 1.0, "chance"), 1)
    assert [memory.find(1, str(number)) is not None for number in range(5)] == [False, False, True, True, True]
    assert memory.find(2, "4") is None


def test_at_once_one_user_is_asked_no_more_often_than_the_cap_says(server: Server) -> None:
    save_rules(server.project.pk, EVERYBODY)
    started = threading.Barrier(6)

    def ask_about(number: int) -> bool:
        started.wait(10)
        return bool(decide_on(server, user_id="u", conversation_id=f"c{number}")["asked"])

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask_about, range(6))) == 1


def test_decisions_are_drawn_by_a_secret_of_the_project(server: Server) -> None:
    assert find_secret(1) == find_secret(1)
    assert find_secret(1) != find_secret(2)


def test_the_log_takes_no_more_than_its_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.ingest.MOST_UNAWAITED", 0)
    with pytest.raises(BacklogFullError, match="wait for the store"):
        get_ingest().put("asks", ColumnBatch({"project_id": []}))


def test_an_answer_takes_no_longer_than_an_app_can_wait(server: Server) -> None:
    """Loosely, as other tests run beside it; `benchmarks/asking.py` has the figures."""
    save_rules(server.project.pk, Rules())
    estimate(server, "c", 0.8)
    took = []
    for number in range(60):
        start = time.perf_counter()
        assert decide(
            server.store, server.project.pk, Moment(user_id=f"u{number}", conversation_id="c"), until=start + 1e9
        )
        took.append(time.perf_counter() - start)
    assert sorted(took)[30] < 0.1
