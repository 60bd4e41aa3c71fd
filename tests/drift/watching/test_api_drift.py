"""REST of drift: what is watched, alarms that people accept, and the past walked over again."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from drift.models import DriftAlarm
from drift.watching.passes import watch_project
from tests.conftest import Server
from tests.drift.watching.worlds import BAD, START, World, after, fill
from tracing.models import AuditEntry

CHANGED, QUIET = World(4, BAD), World(8, service="search")
UNTIL = CHANGED.find_day(START + 9)


@pytest.fixture
def alarm(server: Server) -> DriftAlarm:
    """Found on the last of eighty days, which no clock has reached yet."""
    fill(server.store, server.project.pk, [CHANGED, QUIET], START + 10)
    [found] = watch_project(server.store, server.project.pk, after(UNTIL))
    return found


def ask(server: Server, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"{server.url}/api/v1/{path}", method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def fail(server: Server, path: str) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        server.get_json(path)
    return caught.value.code, str(json.loads(caught.value.read())["detail"])


def test_a_project_that_nobody_looked_at_has_no_segments(server: Server) -> None:
    told = server.get_json("drift")
    assert told == {"days": [], "items": [], "watched_at": None, "lag_seconds": 0, "is_recounting": False}


def test_segments_are_told_with_their_state_and_by_day(
    server: Server, alarm: DriftAlarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drift.api_drift.find_last_day", lambda _now: UNTIL)
    told = server.get_json("drift?days=20")
    assert {(each["segment"]["service_name"], each["state"]) for each in told["items"]} == {
        ("chat", "alarm"),
        ("search", "watching"),
    }
    assert told["days"][-1] == UNTIL.isoformat()
    assert all(len(each["scores"]) == 20 for each in told["items"])
    [chat] = [each for each in told["items"] if each["key"] == alarm.segment_key]
    shown = server.get_json(f"drift/segments/{chat['key']}/days?days=20")
    assert {name: shown[name] for name in chat} == chat
    [refusals] = [each for each in shown["metrics"] if each["metric"] == "refusals"]
    assert refusals["values"][-1] > 2 * refusals["expected"][-1]
    assert shown["families"]["output"][-1] > chat["bound"]
    assert fail(server, "drift/segments/none/days")[0] == 404


def test_alarms_are_listed_and_accepted(server: Server, alarm: DriftAlarm) -> None:
    [told] = server.get_json("drift/alarms?state=open")["items"]
    assert (told["number"], told["cause"], told["state"]) == (alarm.pk, alarm.cause, "open")
    assert told["started"] == CHANGED.find_day(START).isoformat()
    assert told["causes"][0]["sentence"].startswith("Answers changed")
    assert told["moves"][0]["family"] == "output"
    assert server.get_json(f"drift/alarms/{alarm.pk}") == told
    accepted = ask(server, f"drift/alarms/{alarm.pk}/accept", "POST")
    assert (accepted["state"], accepted["closed_by"]) == ("accepted", "local")
    assert server.get_json("drift/alarms?state=open")["items"] == []
    assert AuditEntry.objects.get(action="accept_drift_alarm").target == f"{alarm.pk}"
    assert fail(server, "drift/alarms/999999")[0] == 404


def test_pages_of_alarms_go_on(server: Server, alarm: DriftAlarm) -> None:
    alarm.pk, alarm.segment_key = None, "another"
    alarm.save()
    first = server.get_json("drift/alarms?limit=1")
    second = server.get_json(f"drift/alarms?limit=1&cursor={first['next_cursor']}")
    assert first["items"][0]["number"] > second["items"][0]["number"]
    assert second["next_cursor"] is None


def test_the_past_is_walked_over(server: Server, alarm: DriftAlarm) -> None:
    day = CHANGED.find_day(START - 10)
    [told] = server.get_json(f"drift/backtest?from={day}&to={UNTIL}")["items"]
    assert (told["cause"], told["families"][0], told["segment"]["service_name"]) == (alarm.cause, "output", "chat")
    assert (told["date"], told["started"]) == (alarm.day.isoformat(), alarm.started.isoformat())
    assert server.get_json(f"drift/backtest?from={day}&to={CHANGED.find_day(START - 1)}")["items"] == []


def test_a_backtest_says_what_is_wrong_with_its_days(server: Server) -> None:
    assert fail(server, "drift/backtest?from=2026-02-02&to=2026-02-01") == (
        422,
        "The first day, 2026-02-02, is after the last, 2026-02-01: give the earlier one as `from`.",
    )
    assert fail(server, "drift/backtest?from=2025-02-02&to=2026-08-01")[0] == 422
    status, words = fail(server, "drift/backtest?from=2026-02-01&to=2026-02-01")
    assert (status, words) == (404, "No conversations are stored up to 2026-02-01 in project default.")
