"""The pages of failure modes: what is shown while there is little, the list, one mode, and what people do about it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.failure_modes.catalogue import assign_turns
from feedback.failure_modes.clustering import normalise
from feedback.failure_modes.verification import Count
from feedback.failures.catalogues import load_catalogue, save_catalogue
from feedback.failures.records import VECTOR_WIDTH, FailingRow, load_members, stack_vectors, write_failing
from feedback.failures.turns import FailingTurn
from feedback.failures.verifying import judge_fix, tell_fix
from feedback.failures.versions import VERSIONS
from feedback.models import FailureMode, FailureModeChange
from tests.pages.conftest import HOUR_NS, Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry

Open = Callable[[str], Page]
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}\u202e"
SHOWN_HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"
ASKED, ANSWERED, REACTED = "Where is my refund?", "See our website.", "That is not what I asked!"
BASE = "/p/default/failure-modes"


def tell_failing(teller: Teller, topic: int, count: int = 6, mode: int = 0, text: str = ASKED) -> list[FailingRow]:
    """Conversations that failed alike, an hour apart, the newest first; the first one is the worst."""
    rows = [make_row(teller, f"t{topic}-{number}", number + 1, mode, topic) for number in range(count)]
    with teller.together():
        for number, row in enumerate(rows):
            turns = [(text, ANSWERED), (REACTED, "Sorry.")]
            teller.tell(row.conversation_id, turns, age_hours=number + 1, user_id=f"u-{number}")
    estimate(teller, {row.conversation_id: 0.9 - number / 100 for number, row in enumerate(rows)})
    write_failing(teller.store, teller.project.pk, rows, [], 1)
    return rows


def estimate(teller: Teller, chances: dict[str, float]) -> None:
    ends = {name: list(chances.values()) for name in ("probability", "low", "high")}
    of_all = {"project_id": [teller.project.pk] * len(chances), "version": [1] * len(chances)}
    teller.store.insert("estimates", {"conversation_id": list(chances), **ends, **of_all})


def make_row(teller: Teller, conversation_id: str, age_hours: int, mode: int, topic: int) -> FailingRow:
    middle = np.random.default_rng(topic).normal(size=VECTOR_WIDTH)
    noise = np.random.default_rng([topic, age_hours]).normal(size=VECTOR_WIDTH)
    return FailingRow(
        conversation_id=conversation_id,
        turn=FailingTurn(0, "answer", ("complaint/not_answering",)),
        user_id="u",
        trace_id=f"{conversation_id}-0-trace",
        span_id=f"{conversation_id}-0-span",
        time_ns=teller.now_ns - age_hours * HOUR_NS,
        cost_usd=None,
        mode=mode,
        vector=normalise((middle + 0.5 * noise).astype(np.float32)[None])[0],
    )


def make_mode(teller: Teller, number: int = 1, **given: Any) -> FailureMode:
    now = datetime.now(UTC)
    known = {
        "family": "answer",
        "found_title": f"Complaint · refund {number}",
        "found_line": "Users complain of refunds.",
        "found_at": now - timedelta(days=20),
        "first_time": now - timedelta(days=21),
        "last_time": now,
        "state_since": now - timedelta(days=20),
    }
    return FailureMode.objects.create(project=teller.project, number=number, **(known | given))


def plant(teller: Teller, *topics: int) -> list[int]:
    """Modes that are in the catalogue, too, so that they can be merged and split; their numbers."""
    rows = [row for topic in topics for row in tell_failing(teller, topic, 12)]
    found = assign_turns(load_catalogue(teller.project.pk), stack_vectors(rows), ["answer"] * len(rows))
    save_catalogue(teller.project.pk, found.catalogue)
    placed = [replace(row, mode=number) for row, number in zip(rows, found.numbers, strict=True)]
    write_failing(teller.store, teller.project.pk, placed, [], 2)
    numbers = sorted(set(found.numbers))
    for number in numbers:
        make_mode(teller, number)
    assert len(numbers) == len(topics)
    return numbers


def post(path: str, **fields: Any) -> HttpResponse:
    return Client(headers={"host": "localhost"}).post(f"{BASE}/{path}", fields)


def list_ids(teller: Teller, number: int) -> set[str]:
    members = load_members(teller.store, teller.project.pk, number, 100, with_vectors=False)
    return {row.conversation_id for row in members}


def list_modes(page: Page) -> list[int]:
    """The numbers of the modes that a list shows, in order."""
    return [
        int(each) for each in re.findall(r'<td class="name"><a[^>]*href="/p/default/failure-modes/(\d+)', page.html)
    ]


def test_without_conversations_it_says_how_to_connect(teller: Teller, open_page: Open) -> None:
    page = open_page("failure-modes")
    assert "No conversation has come in yet" in page.text
    assert page.find_links("/setup")


def test_with_few_failing_it_says_what_it_has_and_needs_and_shows_the_worst(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, 3)
    teller.tell("fine")
    estimate(teller, {"fine": 0.05})
    page = open_page("failure-modes")
    assert "3 of 4 conversations failed in 30 days." in page.text
    assert "3 of 30 failing conversations" in page.text
    assert "of 5 conversations at least" in page.text
    assert "Poor answer 3" in page.text
    assert page.list_conversations()[:4] == [
        f"/p/default/conversations/{each}" for each in ("t1-0", "t1-1", "t1-2", "fine")
    ]


def test_what_nobody_was_dissatisfied_with_is_no_failure(teller: Teller, open_page: Open) -> None:
    teller.tell("fine")
    assert "None of 1 conversation is seen to have failed" in open_page("failure-modes").text


def test_the_list_says_how_much_fails_in_which_modes(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, 6, mode=1)
    tell_failing(teller, 2, 2)
    make_mode(teller, owner="anna@example.org", surging_since=datetime.now(UTC))
    page = open_page("failure-modes")
    assert "8 of 8 conversations failed in 30 days; 6 of them in 1 mode." in page.text
    assert "2 failing conversations of these 30 days are in no mode" in page.text
    row = page.text.partition("last seen")[2]
    assert "critical Complaint · refund 1 Users complain of refunds. ongoing, 21 days surging owner anna@" in row
    assert "6 conversations 75.0 %" in row
    assert "6 in the last 7 days" in page.html


def test_tabs_count_states_and_the_order_can_be_chosen(teller: Teller, open_page: Open) -> None:
    for number, count in ((1, 5), (2, 7), (3, 6), (4, 1)):
        tell_failing(teller, number, count, mode=number)
    now = datetime.now(UTC)
    make_mode(teller, 1, found_at=now)
    make_mode(teller, 2)
    make_mode(teller, 3, state="resolved", resolved_in_kind="release", resolved_in="2.8.1")
    make_mode(teller, 4, state="ignored")
    page = open_page("failure-modes")
    assert "open 2 resolved 1 ignored 1 all 4" in page.text
    assert list_modes(page) == [2, 1]
    assert list_modes(open_page("failure-modes?sort=newest")) == [1, 2]
    assert list_modes(open_page("failure-modes?state=all&sort=conversations")) == [2, 3, 1, 4]
    resolved = open_page("failure-modes?state=resolved&days=7")
    assert list_modes(resolved) == [3]
    assert "resolved in 2.8.1, not verified yet" in resolved.text
    assert "?days=7" in resolved.find_links("failure-modes/3")[0]
    assert list_modes(open_page("failure-modes?state=x&sort=x&days=x")) == [2, 1]


def test_where_all_is_dealt_with_it_says_so(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, mode=1)
    make_mode(teller, state="resolved")
    assert "Nothing is open" in open_page("failure-modes").text
    assert "None is open." in open_page("").text


def describe(**given: Any) -> dict[str, Any]:
    """As `feedback.failures.describing` keeps it."""
    ratio = {"ratio": 3.2, "low": 2.1, "high": 4.9, "p": 0.001}
    sliced = {"within": 0.92, "elsewhere": 0.3, **ratio}
    return {
        "terms": [{"text": "website", "within": 0.62, "elsewhere": 0.03}],
        "lift": {**ratio, "is_claimed": True},
        "slices": [
            {"name": "prompt", "value": "support:14", **sliced},
            {"name": "tool: find", "value": "no", **sliced},
        ],
        "examples": {
            "central": [{"conversation_id": "t1-0", "turn_index": 0}, {"conversation_id": "gone", "turn_index": 0}],
            "edge": [{"conversation_id": "t1-1", "turn_index": 0}],
        },
        "signals": [["complaint", 5], ["rephrase", 1]],
        "looked_at": 6,
    } | given


def test_a_mode_tells_its_figures_what_sets_it_apart_and_examples(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, 6, mode=1)
    mode = make_mode(teller, description=describe(), ticket="https://tickets.example/T-1")
    FailureModeChange.objects.create(mode=mode, at=datetime.now(UTC), what="found")
    FailureModeChange.objects.create(
        mode=mode, at=datetime.now(UTC), what="note", who="anna", text="Look at prompt 14."
    )
    page = open_page("failure-modes/1")
    for words in (
        "6 in 30 days, 6 in all",
        "the odds of failing are 3.2 times as high as elsewhere (2.1 to 4.9 at 90 %)",
        "prompt support:14 92 % 30 % 3.2× (2.1 to 4.9)",
        "without the tool find",
        "website 62 % here, 3 % elsewhere",
        "Complained 5",
        "in the latest 6",
        f"Most like the rest Nearest to the middle of the mode. {ASKED} {ANSWERED} {REACTED} Turn 1 of t1-0",
        "Look at prompt 14.",
        "Was found",
    ):
        assert words in page.text
    assert page.text.count("Turn 1 of t1-0") == 1
    assert "/p/default/conversations/t1-0?turn=1#turn-1" in page.find_links("t1-0")
    assert 'href="https://tickets.example/T-1" rel="noopener noreferrer"' in page.html
    assert page.find_links("datasets/new?q=failure_mode%3A1")
    assert page.find_links("conversations?q=failure_mode%3A1")
    assert "<text" in page.html
    assert ">found<" in page.html


def test_a_mode_that_is_not_described_yet_is_shown(teller: Teller, open_page: Open) -> None:
    make_mode(teller, found_title="")
    page = open_page("failure-modes/1")
    assert "Failure mode 1" in page.text
    assert "None of its conversations is kept any more" in page.text
    assert "What sets it apart" not in page.text


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ((2_000, 60), (1_000, 1), "Verified fixed: it comes up 0.03 times as often as before"),
        ((2_000, 60), (100, 0), "more conversations): it comes up 0 times as often as before"),
        ((2_000, 60), (2_000, 120), "Regressed: it comes up 2.0 times as often as before"),
    ],
)
def test_a_resolved_mode_says_whether_its_fix_works(
    teller: Teller, open_page: Open, before: tuple[int, int], after: tuple[int, int], says: str
) -> None:
    fix = tell_fix(judge_fix(Count(*before), Count(*after)))
    make_mode(teller, state="resolved", verification=fix)
    page = open_page("failure-modes/1")
    assert says in page.text
    assert (
        f"{before[1]} of {before[0]:,} conversations before, {after[1]} of {after[0]:,} conversations since"
        in page.text
    )


def test_a_release_that_is_not_out_yet_is_waited_for(teller: Teller, open_page: Open) -> None:
    fix = {
        "before": {"conversations": 0, "failing": 0},
        "after": {"conversations": 0, "failing": 0},
        "verification": None,
    }
    make_mode(teller, state="resolved", resolved_in_kind="release", resolved_in="9", verification=fix)
    assert "Release 9 has not been seen yet" in open_page("failure-modes/1").text


def test_texts_of_users_and_colleagues_are_hostile(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, 6, mode=1, text=HOSTILE)
    hostile = {"text": HOSTILE, "within": 1.0, "elsewhere": 0.0}
    sliced = {"name": HOSTILE, "value": HOSTILE, "within": 1, "elsewhere": 0, "ratio": 9.0, "low": 2.0, "high": 99.0}
    told = describe(terms=[hostile], slices=[sliced], signals=[[HOSTILE, 1]])
    texts = dict.fromkeys(("found_title", "found_line", "namer", "name", "owner"), HOSTILE)
    mode = make_mode(teller, description=told, ticket="javascript:alert(1)", **texts)
    for what in ("note", "named", "owned", "ticket"):
        FailureModeChange.objects.create(mode=mode, at=datetime.now(UTC), what=what, who=HOSTILE, text=HOSTILE)
    for path in ("failure-modes", "failure-modes/1?split=yes", "", "conversations/t1-0"):
        page = open_page(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert SHOWN_HOSTILE in page.html
        assert not page.find_links("javascript:")


def test_there_is_no_such_mode(teller: Teller, open_page: Open) -> None:
    for number in ("7", "99999999999999999999"):
        page = open_page(f"failure-modes/{number}")
        assert page.status == 404
    assert post("7/owner", owner="x").status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "changed"),
    [
        ("name", {"name": "Refunds"}, {"name": "Refunds"}),
        ("owner", {"owner": "anna@example.org"}, {"owner": "anna@example.org"}),
        ("ticket", {"ticket": "https://tickets.example/1"}, {"ticket": "https://tickets.example/1"}),
        ("resolve", {}, {"state": "resolved", "resolved_in": ""}),
        ("resolve", {"kind": "release", "value": "2.8.1"}, {"state": "resolved", "resolved_in": "2.8.1"}),
        ("resolve", {"kind": "prompt_version", "value": "14"}, {"resolved_in_kind": "prompt_version"}),
        ("ignore", {}, {"state": "ignored", "ignored_until_count": None}),
        ("ignore", {"growth": "50"}, {"state": "ignored", "ignored_until_count": 56}),
    ],
)
def test_people_change_a_mode_and_it_is_written_down(
    teller: Teller, path: str, fields: dict[str, str], changed: dict[str, Any]
) -> None:
    tell_failing(teller, 1, 6, mode=1)
    make_mode(teller)
    client = Client(headers={"host": "localhost"})
    answer = client.post(f"{BASE}/1/{path}", fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{BASE}/1")
    assert 'role="status"' in read(client.get(f"{BASE}/1"))
    row = FailureMode.objects.get()
    assert {name: getattr(row, name) for name in changed} == changed
    assert AuditEntry.objects.get().target == "1"
    assert FailureModeChange.objects.count() == 1


def test_notes_and_reopening_stand_in_the_history(teller: Teller, open_page: Open) -> None:
    make_mode(teller, state="resolved")
    post("1/notes", text=" Asked Bo. ")
    post("1/reopen")
    page = open_page("failure-modes/1")
    assert "Asked Bo." in page.text
    assert "Was opened again" in page.text
    assert FailureMode.objects.get().state == "open"


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [
        ("name", {"name": "x" * 201}, "at most 200 characters"),
        ("ticket", {"ticket": "javascript:alert(1)"}, "begins with https://"),
        ("notes", {"text": " "}, "The note is empty"),
        ("resolve", {"kind": "release"}, "Say in which release"),
        ("resolve", {"kind": "day", "value": "x"}, "resolved by hand"),
        ("ignore", {"growth": "many"}, "from 1 on"),
        ("ignore", {"growth": "0"}, "from 1 on"),
        ("split", {}, "Choose from one"),
        ("split", {"conversation": "t9-9"}, "not in this failure mode"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    teller: Teller, path: str, fields: dict[str, str], says: str
) -> None:
    make_mode(teller)
    before = FailureMode.objects.values().get()
    answer = post(f"1/{path}", **fields)
    assert answer.status_code == 422
    assert re.search(f'role="alert">.*{says}', read(answer))
    assert FailureMode.objects.values().get() == before
    assert not AuditEntry.objects.exists()


def test_chosen_modes_become_one_and_the_old_address_leads_there(teller: Teller, open_page: Open) -> None:
    first, second = plant(teller, 1, 2)
    assert 'form="merge"' in open_page("failure-modes").html
    assert post("merge", number=[first, second]).headers["Location"] == f"{BASE}/{first}"
    assert len(list_ids(teller, first)) == 24
    page = open_page(f"failure-modes/{second}")
    assert (page.status, page.response.headers["Location"]) == (302, f"{BASE}/{first}")
    assert AuditEntry.objects.get(action="merge_failure_modes").target == f"{first}, {second}"
    answer = post("merge", number=[first, "x", "9" * 40])
    assert answer.status_code == 422
    assert 'role="alert"' in read(answer)


def test_conversations_are_moved_to_a_mode_of_their_own(teller: Teller, open_page: Open) -> None:
    [number] = plant(teller, 1)
    page = open_page(f"failure-modes/{number}?split=yes")
    assert "Its conversations are alike" in page.text
    assert len(re.findall(r'name="conversation" value', page.html)) == 12
    assert post(f"{number}/split", conversation=["t1-0", "t1-1"]).status_code == 302
    assert list_ids(teller, number + 1) == {"t1-0", "t1-1"}
    assert "was split: the other part is 2" in open_page(f"failure-modes/{number}").text.lower()


def test_two_things_in_one_mode_are_told_apart_and_one_is_moved(teller: Teller, open_page: Open) -> None:
    first, second = plant(teller, 1, 2)
    post("merge", number=[first, second])
    page = open_page(f"failure-modes/{first}?split=yes")
    assert "It may be two" in page.text
    [ids] = re.findall(r'name="conversations" value="([^"]*)"', page.html)
    moved = json.loads(unescape(ids))
    assert len(moved) == 12
    assert len({each.partition("-")[0] for each in moved}) == 1
    assert post(f"{first}/split", conversations=unescape(ids)).status_code == 302
    assert len(list_ids(teller, first)) == 12


def test_looking_changes_nothing(teller: Teller, open_page: Open) -> None:
    plant(teller, 1)
    told = [*FailureMode.objects.values(), *FailureModeChange.objects.values()]
    rows = teller.store.execute("SELECT count(), max(version) FROM failing_turns")
    for path in ("failure-modes", "failure-modes/1?split=yes&wait=yes", "", "conversations/t1-0"):
        open_page(path)
    assert [*FailureMode.objects.values(), *FailureModeChange.objects.values()] == told
    assert teller.store.execute("SELECT count(), max(version) FROM failing_turns") == rows
    assert not AuditEntry.objects.exists()


def test_the_overview_shows_the_three_worst_and_what_is_new(teller: Teller, open_page: Open) -> None:
    for number in (1, 2, 3, 4):
        tell_failing(teller, number, number + 4, mode=number)
        make_mode(teller, number, found_at=datetime.now(UTC) - timedelta(days=1 if number == 4 else 20))
    page = open_page("")
    assert list_modes(page) == [4, 3, 2]
    assert "All 4 that are open · 1 new" in page.text


def test_the_menu_counts_modes_that_want_to_be_looked_at(teller: Teller, open_page: Open) -> None:
    now = datetime.now(UTC)
    new = make_mode(teller, 1, found_at=now)
    make_mode(teller, 2, surging_since=now)
    make_mode(teller, 3, regressed_at=now)
    make_mode(teller, 4)  # goes on
    make_mode(teller, 5, found_at=now, state="ignored")
    make_mode(teller, 6, found_at=now, merged_into=new)
    assert "Failure modes 3 new, surging or back" in open_page("setup").text
    FailureModeChange.objects.create(mode=new, at=now, who="anna", what="note", text="I look at it")
    assert "Failure modes 2 new, surging or back" in open_page("setup").text
    teller.project.slug = "demo"
    teller.project.save()
    assert "new, surging or back" not in read(Client(headers={"host": "localhost"}).get("/p/demo/setup"))


def test_the_overview_says_nothing_of_modes_while_there_are_none(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, 3)
    page = open_page("")
    assert 'id="rising"' not in page.html
    assert "What goes wrong most" not in page.text


def test_a_conversation_says_which_mode_it_is_in(teller: Teller, open_page: Open) -> None:
    tell_failing(teller, 1, 2, mode=1)
    teller.tell("other")
    make_mode(teller)
    assert "/p/default/failure-modes/1" in open_page("conversations/t1-0").find_links("failure-modes/")
    assert not open_page("conversations/other").find_links("failure-modes/")


def test_releases_and_how_soon_failures_are_found_are_waited_for(teller: Teller, open_page: Open) -> None:
    VERSIONS.forget()
    make_mode(teller)
    hour = teller.now_ns // HOUR_NS * 3600
    call = {"project_id": [1], "trace_id": ["t"], "span_id": ["s"], "start_time": [teller.now_ns], "version": [1]}
    prompt = {"prompt_name": ["support"], "prompt_version": ["14"]}
    teller.store.insert("generations", call | prompt | {"metadata": [json.dumps({"service.version": "2.8.1"})]})
    teller.store.insert("generations_by_time", call | prompt | {"hour": [hour]})
    assert 'hx-trigger="load"' in open_page("failure-modes").html
    assert 'hx-trigger="load"' in open_page("failure-modes/1").html
    waited = open_page("failure-modes/1?wait=yes").html
    assert '<option value="2.8.1">' in waited
    assert '<option value="support:14">' in waited
    assert 'hx-trigger="load"' not in waited
    page = open_page("failure-modes")
    assert "Mean time to detection 1 d of 1 found From the first failing conversation" in page.text
    assert "Mean time to recovery – none was verified fixed" in page.text


@pytest.mark.usefixtures("quick_passwords")
def test_viewers_read_and_reviewers_change(teller: Teller) -> None:
    tell_failing(teller, 1, 6, mode=1)
    make_mode(teller, owner="anna@example.org")
    make_mode(teller, 2)
    for email, role in (("bo@example.org", Role.VIEWER), ("rita@example.org", Role.REVIEWER)):
        make_user(email, teller.project, role)
    viewer, reviewer = log_in("bo@example.org"), log_in("rita@example.org")
    for path in (BASE, f"{BASE}/1?split=yes"):
        assert "anna@example.org" in read(viewer.get(path))
        assert "csrfmiddlewaretoken" not in read(viewer.get(path)).replace('action="/logout"', "").partition("<main")[2]
        assert "csrfmiddlewaretoken" in read(reviewer.get(path)).partition("<main")[2]
    assert viewer.post(f"{BASE}/1/owner", {"owner": "x"}).status_code == 403
    assert viewer.post(f"{BASE}/merge", {"number": [1, 2]}).status_code == 403
    assert reviewer.post(f"{BASE}/1/owner", {"owner": "rita@example.org"}).status_code == 302
    assert FailureModeChange.objects.get().who == "rita@example.org"
    assert 'value="bo@example.org"' in read(reviewer.get(f"{BASE}/1"))
