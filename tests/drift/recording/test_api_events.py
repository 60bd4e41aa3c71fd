"""REST of the ledger: lists by what, where and when, and one with its diff and how it spread."""

import json
import time
import urllib.error
import urllib.parse
from typing import Any

import pytest

from drift.models import LedgerEvent
from tests.conftest import Server
from tests.drift.recording.conftest import INSTRUCTIONS, App
from tests.pages.test_drift_events import tell_change
from tracing.models import Project


def list_numbers(server: Server, **filters: Any) -> list[int]:
    return [each["number"] for each in server.get_json(f"drift/events?{urllib.parse.urlencode(filters)}")["items"]]


def test_changes_are_listed_the_latest_first_and_by_filters(server: Server) -> None:
    old = tell_change(server.project, hours_ago=24 * 20, field="response_model", environment="test")
    new = tell_change(server.project)
    other = tell_change(server.project, hours_ago=2, service_name="library", field="release")
    assert list_numbers(server) == [new.pk, other.pk, old.pk]
    assert list_numbers(server, field="release,response_model") == [other.pk, old.pk]
    assert list_numbers(server, service_name="library") == [other.pk]
    assert list_numbers(server, environment="test") == [old.pk]
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 10 * 86_400))
    assert list_numbers(server, since=day) == [new.pk, other.pk]


def test_pages_go_on_where_the_one_before_ended(server: Server) -> None:
    events = [tell_change(server.project, hours_ago=hours) for hours in (1, 1, 1, 2, 3)]
    same = LedgerEvent.objects.filter(pk__in=[each.pk for each in events[:3]])
    same.update(time_ns=events[0].time_ns)
    found: list[int] = []
    cursor = ""
    for _ in range(3):
        page = server.get_json(f"drift/events?limit=2&cursor={cursor}")
        found += [each["number"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert (sorted(found), cursor) == ([each.pk for each in events], None)


def test_one_change_has_its_diff_and_its_share_of_the_traffic(server: Server) -> None:
    app = App(server.project, server.store)
    app.send([app.make_call() for _ in range(30)], ago_s=60)
    app.send([app.make_call(gen_ai__system_instructions=INSTRUCTIONS.replace("two", "three")) for _ in range(10)])
    [event] = app.record()
    told = server.get_json(f"drift/events/{event.pk}")
    assert told["sentence"] == "System instructions of `support` changed in one place"
    parts = [part for hunk in told["diff"]["hunks"] for line in hunk for part in line["parts"]]
    assert [part["text"] for part in parts if part["kind"] != "equal"] == ["two", "three"]
    assert sum(each["calls"] for each in told["rollout"]) == 40
    latest = told["rollout"][-1]
    assert latest["new_share"] + latest["old_share"] == pytest.approx(1)
    assert sum(each["calls"] * each["new_share"] for each in told["rollout"]) == pytest.approx(10)


def test_a_tools_definition_is_compared_key_by_key(server: Server) -> None:
    old, new = (json.dumps({"name": "find", "limit": limit}) for limit in (5, 10))
    event = tell_change(server.project, field="tool", name="find", old=old, new=new)
    told = server.get_json(f"drift/events/{event.pk}")
    assert told["diff"] == {"hunks": [], "keys": [{"path": "limit", "old": "5", "new": "10"}], "is_cut": False}
    assert told["rollout"] == []


def refuse(server: Server, path: str) -> int:
    """The status of a refusal."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        server.get_json(path)
    with caught.value as answer:
        return answer.code


def test_what_there_is_not_is_said(server: Server) -> None:
    event = tell_change(Project.objects.create(slug="other", name="Other"))
    assert {refuse(server, f"drift/events/{number}") for number in (event.pk, 10**18, 10**30)} == {404}
    for query, status in (("field=colour", 422), ("since=yesterday", 422), ("cursor=x", 400)):
        assert refuse(server, f"drift/events?{query}") == status
