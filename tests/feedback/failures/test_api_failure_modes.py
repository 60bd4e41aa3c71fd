"""REST of failure modes: lists, one with all that is known, and what people change."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest

from feedback.failures.life import follow_modes
from feedback.models import FailureModeChange
from tests.conftest import Server
from tests.feedback.failures.filling import DAY, HOUR, fill, fill_calls, make_mode, tell_many
from tests.feedback.failures.test_changes import list_ids, plant
from tracing.models import AuditEntry

NOW = datetime.now(UTC)


def ask(server: Server, path: str, method: str = "GET", **body: Any) -> Any:
    data = json.dumps(body).encode() if method != "GET" else None
    request = urllib.request.Request(
        f"{server.url}/api/v1/{path}", data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def refuse(server: Server, path: str, method: str = "GET", **body: Any) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(server, path, method, **body)
    return caught.value.code, json.load(caught.value)["detail"]


@pytest.fixture
def told(server: Server) -> Server:
    """Three modes of different severity."""
    project, store = server.project, server.store
    fill(store, project, tell_many("well", 1_000, NOW - 28 * DAY, NOW))
    for number, count in ((1, 20), (2, 200), (3, 20)):
        make_mode(project, number, found_at=NOW - 20 * DAY, last_time=NOW)
        fill(store, project, tell_many(f"bad-{number}", count, NOW - 20 * DAY, NOW - HOUR, number))
    return server


def test_the_most_severe_stand_first_over_all_pages(told: Server) -> None:
    first = ask(told, "failure-modes?limit=2")
    assert [(item["number"], item["severity"]["level"]) for item in first["items"]] == [(2, "critical"), (1, "high")]
    assert (first["totals"]["conversations"], first["totals"]["failing"], first["totals"]["in_modes"]) == (
        1240,
        240,
        240,
    )
    second = ask(told, f"failure-modes?limit=2&cursor={first['next_cursor']}")
    assert ([item["number"] for item in second["items"]], second["next_cursor"]) == ([3], None)


def test_a_list_can_be_of_a_state_and_of_days(told: Server) -> None:
    ask(told, "failure-modes/3", "PATCH", state="ignored")
    assert [item["number"] for item in ask(told, "failure-modes?state=ignored")["items"]] == [3]
    assert [item["number"] for item in ask(told, "failure-modes?state=open")["items"]] == [2, 1]
    [item] = ask(told, "failure-modes?state=ongoing&limit=1&days=7")["items"]
    assert len(item["days"]) == 7
    assert 55 <= item["conversations"] <= 75  # ten a day, and the first of the days begins at midnight


def test_what_people_change_is_given_back_and_written_down(told: Server) -> None:
    asked = {"name": "Orders", "owner": "anna", "ticket": "https://example.org/1", "state": "resolved"}
    item = ask(told, "failure-modes/1", "PATCH", **asked, resolved_in_kind="release", resolved_in="2.0")
    assert (item["title"], item["owner"], item["state"], item["resolved_in"]) == ("Orders", "anna", "resolved", "2.0")
    assert [each["what"] for each in item["changes"]] == ["resolved", "ticket", "owned", "named"]
    item = ask(told, "failure-modes/1/notes", "POST", text="It was the cache.")
    assert (item["changes"][0]["what"], item["changes"][0]["text"]) == ("note", "It was the cache.")
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", "target"))
    assert actions == [("change_failure_mode", "1"), ("note_failure_mode", "1")]
    item = ask(told, "failure-modes/1", "PATCH", state="open", name="")
    assert (item["title"], item["state"], item["resolved_in"]) == ("Complaint · order 1", "ongoing", "")


@pytest.mark.parametrize(
    ("path", "method", "body", "status", "says"),
    [
        ("failure-modes/9", "GET", {}, 404, "no failure mode 9"),
        (f"failure-modes/{10**30}", "GET", {}, 404, "no failure mode"),
        ("failure-modes/1", "PATCH", {"ticket": "javascript:alert(1)"}, 422, "https://"),
        ("failure-modes/1", "PATCH", {"name": "new", "state": "resolved", "resolved_in": "2"}, 422, "which release"),
        ("failure-modes/1", "PATCH", {"resolved_in": "2"}, 422, "goes with"),
        ("failure-modes/1", "PATCH", {"ignored_growth": 2}, 422, "goes with"),
        ("failure-modes/1", "PATCH", {"severity": "low"}, 422, "severity"),
        ("failure-modes/1/merge", "POST", {"numbers": [9]}, 422, "no failure mode 9"),
        ("failure-modes/1/merge", "POST", {"numbers": [1]}, 422, "two"),
        ("failure-modes/1/split", "POST", {"conversation_ids": ["well-1"]}, 422, "not in this failure mode"),
        ("failure-modes/1/notes", "POST", {"text": "  "}, 422, "empty"),
        ("failure-modes/changes?what=found,baked", "GET", {}, 422, "`what`"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    told: Server, path: str, method: str, body: dict[str, Any], status: int, says: str
) -> None:
    code, detail = refuse(told, path, method, **body)
    assert (code, says in detail) == (status, True), detail
    assert FailureModeChange.objects.count() == 0


def test_modes_are_merged_and_split(server: Server) -> None:
    store, project = server.store, server.project
    first, second = plant(store, project, 1, 2)
    item = ask(server, f"failure-modes/{second}/merge", "POST", numbers=[first])
    assert (item["number"], item["all_conversations"]) == (first, 24)
    assert len(item["proposed_split"]["moves"]["conversation_ids"]) == 12
    moved = item["proposed_split"]["moves"]["conversation_ids"]
    new = ask(server, f"failure-modes/{first}/split", "POST", conversation_ids=moved)
    assert (new["number"], new["all_conversations"]) == (3, 12)
    assert list_ids(store, project, 3) == set(moved)
    assert ask(server, f"failure-modes/{second}")["number"] == first


def test_a_fix_is_told_in_words_and_numbers(server: Server) -> None:
    store, project, fixed = server.store, server.project, NOW - DAY
    make_mode(project, 1, found_at=NOW - 22 * DAY, state="resolved", state_since=fixed)
    fill(store, project, tell_many("well", 1_000, fixed - 20 * DAY, fixed))
    fill(store, project, tell_many("bad", 60, fixed - 20 * DAY, fixed, 1))
    fill(store, project, tell_many("after", 600, fixed, NOW))
    assert ask(server, "failure-modes/1")["fix"] is None
    follow_modes(store, project.pk, NOW)
    fix = ask(server, "failure-modes/1")["fix"]
    assert (fix["words"], fix["verdict"], fix["needed"]) == ("verified fixed", "fixed", 0)
    assert (fix["before"], fix["after"]) == (
        {"conversations": 1_060, "failing": 60},
        {"conversations": 600, "failing": 0},
    )
    assert 0 <= fix["low"] <= fix["ratio"] <= fix["high"] < 0.5


def test_a_mode_tells_what_is_known_of_it(server: Server) -> None:
    description = {
        "terms": [{"text": "VAT number", "within": 0.8, "elsewhere": 0.01}],
        "lift": {"ratio": 3.0, "low": 2.0, "high": 4.5, "p": 0.001, "is_claimed": True},
        "slices": [
            {"name": "model", "value": "m", "within": 0.9, "elsewhere": 0.2, "ratio": 36.0, "low": 9.0, "high": 99.0}
            | {"p": 0.001}
        ],
        "examples": {"central": [{"conversation_id": "c", "turn_index": 1}], "edge": []},
        "signals": [["complaint", 12]],
        "count": 12,
    }
    make_mode(server.project, 1, description=description)
    make_mode(server.project, 2)
    item = ask(server, "failure-modes/1")
    assert (item["terms"], item["central"]) == (description["terms"], [{"conversation_id": "c", "turn_index": 1}])
    assert (item["lift"]["claimed"], item["slices"][0]["name"]) == (True, "model")
    assert item["signals"] == [{"kind": "complaint", "count": 12}]
    bare = ask(server, "failure-modes/2")
    assert (bare["lift"], bare["slices"], bare["proposed_split"]) == (None, [], None)


def test_what_happened_is_listed_latest_first_and_by_pages(told: Server) -> None:
    for mode in told.project.failure_modes.order_by("number"):
        for hours, what in ((3, "found"), (2, "note"), (1, "surging")):
            FailureModeChange.objects.create(mode=mode, at=NOW - hours * HOUR, what=what)
    found, cursor = [], ""
    while cursor is not None:
        page = ask(told, f"failure-modes/changes?what=found,surging,regressed&limit=2&cursor={cursor}")
        found += [(each["what"], each["number"]) for each in page["items"]]
        cursor = page["next_cursor"]
    assert found == [(what, number) for what in ("surging", "found") for number in (3, 2, 1)]


def test_how_quickly_modes_are_found_is_told_with_what_it_means(told: Server) -> None:
    fill_calls(told.store, told.project, tell_many("old", 3, NOW - 20 * DAY, NOW - 9 * DAY), "1.0")
    fill_calls(told.store, told.project, tell_many("new", 3, NOW - 5 * DAY, NOW), "2.0")
    item = ask(told, "failure-modes/delivery")
    assert (item["detection"]["count"], item["detection"]["seconds"]) == (3, 0.0)
    assert item["recovery"]["seconds"] is None
    assert (item["changes"]["total"], item["changes"]["failed"]) == (2, [])
    assert "first failing conversation" in item["detection"]["words"]


def test_conversations_tell_their_mode(told: Server) -> None:
    [item] = ask(told, "conversations?conversation_id=bad-1-0")["items"]
    assert item["failure_mode"] == {"number": 1, "title": "Complaint · order 1"}
    [item] = ask(told, "conversations?conversation_id=well-0")["items"]
    assert item["failure_mode"] is None
    assert len(ask(told, "conversations?failure_mode=3&limit=1000")["items"]) == 20
