"""The page of drift: what is shown while there is little, how segments stand, what moved, and what people do."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from drift.models import DriftAlarm, LedgerEvent, LedgerState
from drift.recording.states import Known, pack
from drift.watching.outlooks import Line, Outlook, SegmentOutlook, State, keep_outlook
from drift.watching.segments import SegmentName
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import DEMO_PROJECT, AuditEntry, Project

Open = Callable[[str], Page]
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}\u202e"
SHOWN_HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"
BASE = "/p/default/drift"
SUPPORT = SegmentName("support", "production")
LENGTH, REFUSALS, COST, TOPIC = "output_length", "refusals", "cost", "topic_share"
DAYS = 120
BOUND = 500.0


def find_until() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def make_line(metric: str, usual: float, spread: float, part: str = "", since: int = 0, moved: float = 0.0) -> Line:
    """A metric of made-up days; of the last `since` it is by `moved` more."""
    chance = random.Random(metric + part)  # noqa: S311 -- no secret
    values = [usual + chance.gauss(0, spread) + (moved if DAYS - day <= since else 0.0) for day in range(DAYS)]
    expected = [None if day < 21 else usual for day in range(DAYS)]
    return Line(metric, part, tuple(values), tuple(expected))


def make_segment(
    name: SegmentName = SUPPORT, state: State = "watching", learning: int = 0, lines: Sequence[Line] | None = None
) -> SegmentOutlook:
    known = [make_line(LENGTH, 0.0, 0.04), make_line(COST, -6.2, 0.05)] if lines is None else lines
    scores = (0.4,) * (DAYS - 1) + (BOUND / 4 if state == "warning" else 0.4,)
    shares = {"output": scores, "cost": (0.0,) * DAYS}
    return SegmentOutlook(name, state, learning, BOUND, (400.0,) * DAYS, scores, shares, known)


def plant(project: Project, *segments: SegmentOutlook) -> None:
    until = find_until()
    days = [until - timedelta(days=back) for back in reversed(range(DAYS))]
    keep_outlook(project.pk, Outlook(days, segments or [make_segment()], datetime.now(UTC)), 1)


def make_move(name: str = LENGTH, **given: Any) -> dict[str, Any]:
    known = {"part": "", "family": "output", "started": "2026-11-03", "share": 0.9, "shift": -0.41}
    return {"name": name, "before": 0.0, "after": -0.29} | known | given


def make_alarm(project: Project, name: SegmentName = SUPPORT, days_ago: int = 9, **given: Any) -> DriftAlarm:
    started = find_until() - timedelta(days=days_ago)
    known: dict[str, Any] = {
        "day": started + timedelta(days=2),
        "started": started,
        "score": 900.0,
        "bound": BOUND,
        "cause": "model",
        "causes": [
            {"cause": "model", "share": 0.91, "sentence": "The model may be another.", "events": []},
            {"cause": "unknown", "share": 0.06, "sentence": "It fits no single cause.", "events": []},
        ],
        "families": {"output": 0.97},
        "moves": [make_move(), make_move(REFUSALS, share=0.08, before=0.02, after=0.061, shift=0.041)],
        "found_at": datetime.now(UTC),
    }
    segment = {"segment": name.write(), "segment_key": name.key}
    return DriftAlarm.objects.create(project=project, **(known | segment | given))


def make_event(project: Project, days_ago: float = 9, **given: Any) -> LedgerEvent:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    known = {
        "service_name": SUPPORT.service_name,
        "environment": SUPPORT.environment,
        "field": "system_instructions",
        "kind": "new",
        "prompt": "greeter",
        "old": "Answer with the customer's own order.",
        "new": "Refer to the website.",
        "digest": "b",
        "time_ns": int(at.timestamp()) * 10**9,
        "told_at": at,
    }
    return LedgerEvent.objects.create(project=project, **(known | given))


def post(path: str) -> HttpResponse:
    return Client(headers={"host": "localhost"}).post(f"{BASE}/{path}")


def list_segments(page: Page) -> list[str]:
    """Names of the segments that are listed, in order."""
    return [each.strip() for each in re.findall(r'<a class="name words"[^>]*>([^<]*)</a>', page.html)]


def test_without_conversations_it_says_how_to_connect(teller: Teller, open_page: Open) -> None:
    page = open_page("drift")
    assert "No conversation has come in yet" in page.text
    assert page.find_links("/setup")


def test_before_the_first_pass_it_says_what_is_waited_for(teller: Teller, open_page: Open) -> None:
    teller.tell("c")
    make_event(teller.project, days_ago=1)
    page = open_page("drift")
    assert "The first days are being counted There is 1 conversation." in page.text
    assert "System instructions of greeter changed in one place" in page.text


def test_machines_alone_are_not_watched_and_it_says_so(teller: Teller, open_page: Open) -> None:
    teller.tell("c")
    until = find_until()
    keep_outlook(teller.project.pk, Outlook([until], [], datetime.now(UTC)), 1)
    assert "No conversation of people to watch" in open_page("drift").text


def test_a_segment_that_learns_says_how_long_yet(teller: Teller, open_page: Open) -> None:
    plant(teller.project, make_segment(state="learning", learning=9))
    page = open_page("drift")
    watched_from = find_until() + timedelta(days=10)
    assert "Learns what is usual: 9 more days." in page.text
    assert f"Watched from {watched_from.day} {watched_from:%B %Y} on." in page.text
    assert "12 of 21 days" in page.text


def test_a_segment_with_few_conversations_says_that_weeks_are_judged(teller: Teller, open_page: Open) -> None:
    plant(teller.project, replace(make_segment(state="learning", learning=50), step_days=7))
    page = open_page("drift")
    assert "weeks are judged, not days" in page.text
    assert "6 of 56 days" in page.text


def test_a_quiet_segment_shows_its_families_and_says_that_nothing_drifts(teller: Teller, open_page: Open) -> None:
    plant(teller.project)
    page = open_page("drift")
    assert "Watched; nothing drifts." in page.text
    assert "What they get Length of answers" in page.text
    assert "Cost of a conversation $0.0020" in page.text
    assert "What is looked up" not in page.text
    assert "Nothing changed in these 90 days" in page.text
    assert "moved" not in page.text


def test_one_segment_alone_is_not_listed(teller: Teller, open_page: Open) -> None:
    plant(teller.project)
    assert list_segments(open_page("drift")) == []


def test_what_drifts_is_listed_first_and_shown(teller: Teller, open_page: Open) -> None:
    quiet, drifting = SegmentName("search", "production"), SegmentName("support", "production")
    plant(teller.project, make_segment(quiet), make_segment(drifting, "alarm"))
    make_alarm(teller.project, drifting)
    page = open_page("drift")
    assert "1 of 2 places drifts." in page.text
    assert list_segments(page) == [drifting.words, quiet.words]
    assert "answers grew shorter and more conversations with a refused answer." in page.text
    assert (
        "Watched; nothing drifts." in open_page(f"drift?segment={quiet.key}").text.partition("The same as a table")[0]
    )


def test_parts_are_listed_below_their_whole(teller: Teller, open_page: Open) -> None:
    part = SegmentName("support", "production", "v7", "gpt-5", is_part=True)
    busiest, whole = SegmentName("search", "production"), SegmentName("support", "production")
    plant(teller.project, make_segment(busiest), make_segment(part, "alarm"), make_segment(whole))
    make_alarm(teller.project, part)
    page = open_page("drift")
    assert list_segments(page) == [whole.words, part.words, busiest.words]
    assert f'<h2 id="shown" class="words">{part.words}</h2>' in page.html


def test_lanes_show_what_moved_since_when(teller: Teller, open_page: Open) -> None:
    refusals = make_line(REFUSALS, 0.02, 0.002, since=10, moved=0.04)
    plant(teller.project, make_segment(state="alarm", lines=[make_line(LENGTH, 0.0, 0.04), refusals]))
    make_alarm(teller.project, moves=[make_move(REFUSALS, before=0.02, after=0.06, shift=0.04)])
    page = open_page("drift")
    lane = page.html.partition('<div class="lane bad">')[2].partition("</details>")[0]
    assert "Conversations with a refused answer" in lane
    assert 'class="line moved"' in lane
    assert "more conversations with a refused answer" in lane
    assert page.html.count('class="shade open"') == 1


def test_what_is_far_from_usual_is_told_before_there_is_an_alarm(teller: Teller, open_page: Open) -> None:
    moved = make_line(REFUSALS, 0.02, 0.002, since=7, moved=0.04)
    plant(teller.project, make_segment(lines=[make_line(LENGTH, 0.0, 0.04), moved]))
    assert "Conversations with a refused answer unusual" in open_page("drift").text


def test_a_warning_names_the_family(teller: Teller, open_page: Open) -> None:
    plant(teller.project, make_segment(state="warning"))
    assert "Something may be moving in “What they get”." in open_page("drift").text


def test_the_time_is_chosen(teller: Teller, open_page: Open) -> None:
    plant(teller.project)
    assert open_page("drift?days=30").html.count('<td class="nowrap">') == 30
    assert open_page("drift?days=5").html.count('<td class="nowrap">') == 90


def test_changes_are_marked_where_they_came_and_lead_to_their_page(teller: Teller, open_page: Open) -> None:
    plant(teller.project)
    old, new = make_event(teller.project, 40), make_event(teller.project, 9, trace_id="b")
    other = make_event(teller.project, 9, service_name="other", trace_id="c")
    page = open_page("drift")
    marked, _, elsewhere = page.html.partition("Elsewhere in this project")
    assert set(re.findall(r"/drift/events/(\d+)", marked)) == {str(old.pk), str(new.pk)}
    assert re.findall(r"/drift/events/(\d+)", elsewhere) == [str(other.pk)]
    assert page.html.count('class="diamond"') == 2
    [place] = re.findall(rf'events/{new.pk}" aria-label[^>]*><title>[^<]*</title><svg x="([\d.]+)%', page.html)
    assert float(place) == pytest.approx(100 * 81.5 / 90, abs=1.2)


def test_how_far_a_recent_change_has_spread_stands_beside_it(teller: Teller, open_page: Open) -> None:
    plant(teller.project)
    hour = int(datetime.now(UTC).timestamp()) // 3600
    known = Known(began_ns=1)
    known.ledger.hours = {hour - back: {"request_model": {"a": 10, "b": 30}} for back in range(3)}
    place = {"service_name": SUPPORT.service_name, "environment": SUPPORT.environment}
    LedgerState.objects.create(project=teller.project, archive=pack(known), **place)
    models = {"field": "request_model", "old": "gpt-5-mini", "new": "gpt-5", "old_digest": "a", "digest": "b"}
    make_event(teller.project, 0.2, **models)
    assert "to gpt-5 75 % of calls now" in open_page("drift").text


def test_many_topics_are_folded(teller: Teller, open_page: Open) -> None:
    topics = [make_line(TOPIC, 0.01 * number, 0.001, part=f"topic {number}") for number in range(1, 13)]
    plant(teller.project, make_segment(lines=topics))
    table = open_page("drift").text.partition("All that is watched")[2]
    assert table.index("“topic 12”") < table.index("7 more topics") < table.index("“topic 1”")


def test_texts_of_traces_are_shown_as_text(teller: Teller, open_page: Open) -> None:
    name = SegmentName(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    lines = [make_line(TOPIC, 0.1, 0.01, HOSTILE, since=10, moved=0.1)]
    plant(teller.project, make_segment(name, "alarm", lines=lines), make_segment())
    alarm = make_alarm(teller.project, name, moves=[make_move(TOPIC, part=HOSTILE, family="input", after=0.2)])
    make_event(teller.project, service_name=HOSTILE, environment=HOSTILE, prompt=HOSTILE, old=HOSTILE, new=HOSTILE * 2)
    for page in (open_page("drift"), open_page(f"drift/alarms/{alarm.pk}")):
        assert "<script>alert" not in page.html
        assert SHOWN_HOSTILE in page.html


def test_the_demo_is_shown_and_says_that_nobody_is_told(teller: Teller, open_page: Open) -> None:
    demo = Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    plant(demo, make_segment(state="learning", learning=14))
    page = open_page("/p/demo/drift")
    assert "nobody is ever told of it" in page.text
    assert "14 more days" in page.text


def test_an_alarm_tells_what_moved_why_and_whether_it_is_over(teller: Teller, open_page: Open) -> None:
    plant(teller.project, make_segment(state="alarm"))
    page = open_page(f"drift/alarms/{make_alarm(teller.project).pk}")
    assert "Answers grew shorter and more conversations with a refused answer" in page.text
    assert "The model behind the same name changed 91 % The model may be another." in page.text
    assert "Conversations with a refused answer 2.0 % 6.1 % ▲ up by 4.1 points" in page.text
    assert "medium: 0.41 standard deviations" in page.text
    assert "Nothing that is watched" in page.text
    moved = page.html.partition("What moved")[2].partition("</section>")[0]
    assert moved.count('class="line moved"') == 1  # of refusals no days are known
    assert "They are looked for within minutes" in page.text


def test_an_alarm_shows_the_change_that_may_be_why_with_its_difference(teller: Teller, open_page: Open) -> None:
    event = make_event(teller.project, 10)
    make_event(teller.project, 30, trace_id="long before")
    causes = [{"cause": "system_prompt", "share": 0.9, "sentence": "It changed.", "events": [event.pk]}]
    page = open_page(f"drift/alarms/{make_alarm(teller.project, causes=causes).pk}")
    assert page.find_links("/drift/events/") == [f"{BASE}/events/{event.pk}"]
    assert "may be why" in page.text
    assert "System instructions of greeter changed in one place. Since then answers grew shorter" in page.text
    assert re.search(r"<ins[^>]*>[^<]*website", page.html)


def test_an_alarm_shows_examples_that_are_still_kept(teller: Teller, open_page: Open) -> None:
    teller.tell("old", [("Where is my order?", "It comes on Monday.")])
    teller.tell("new", [("Where is my parcel?", "See our website.")])
    examples = {
        "before": [{"conversation_id": "old", "score": 0.9}, {"conversation_id": "erased", "score": 0.8}],
        "after": [{"conversation_id": "new", "score": 0.9, "because": [LENGTH]}],
        "auc": 0.83,
        "terms": {"before": [], "after": [{"text": HOSTILE, "before": 0.01, "since": 0.2}]},
    }
    page = open_page(f"drift/alarms/{make_alarm(teller.project, examples=examples).pk}")
    assert page.list_conversations() == ["/p/default/conversations/old", "/p/default/conversations/new"]
    assert "Where is my parcel? See our website. Length of answers" in page.text
    assert "told 83 times in 100" in page.text
    assert "Words of questions that became common" in page.text
    assert SHOWN_HOSTILE in page.html


def test_a_change_is_accepted_as_the_new_normal(teller: Teller, open_page: Open) -> None:
    alarm = make_alarm(teller.project)
    assert post(f"alarms/{alarm.pk}/accept").headers["Location"] == f"{BASE}/alarms/{alarm.pk}"
    alarm.refresh_from_db()
    assert alarm.state == DriftAlarm.State.ACCEPTED
    assert AuditEntry.objects.get(action="accept_drift_alarm").target == str(alarm.pk)
    page = open_page(f"drift/alarms/{alarm.pk}")
    assert "The new normal since" in page.text
    assert "Accept as the new normal" not in page.text


def test_what_is_over_is_not_accepted_again(teller: Teller) -> None:
    gone = find_until()
    alarm = make_alarm(teller.project, state="gone", closed_at=datetime.now(UTC), gone_since=gone)
    assert post(f"alarms/{alarm.pk}/accept").status_code == 422
    alarm.refresh_from_db()
    assert alarm.state == DriftAlarm.State.GONE
    assert not AuditEntry.objects.filter(action="accept_drift_alarm").exists()


def test_an_alarm_that_is_over_is_listed_and_told(teller: Teller, open_page: Open) -> None:
    plant(teller.project)
    make_alarm(teller.project, state="gone", closed_at=datetime.now(UTC), gone_since=find_until())
    page = open_page("drift")
    assert "is over." in page.text
    assert "the old ways are back" in page.text
    assert page.html.count('class="shade"') == 2


def test_alarms_that_there_are_not_are_not_found(teller: Teller, open_page: Open) -> None:
    other = make_alarm(Project.objects.create(slug="other", name="Other"))
    assert open_page(f"drift/alarms/{other.pk}").status == 404
    assert post(f"alarms/{other.pk}/accept").status_code == 404
    other.refresh_from_db()
    assert other.state == DriftAlarm.State.OPEN


@pytest.mark.usefixtures("quick_passwords")
def test_who_may_not_review_sees_no_button_and_accepts_nothing(teller: Teller) -> None:
    alarm = make_alarm(teller.project)
    path = f"{BASE}/alarms/{alarm.pk}"
    for role, may in ((Role.VIEWER, False), (Role.REVIEWER, True)):
        make_user(f"{role}@example.org", teller.project, role)
        client = log_in(f"{role}@example.org")
        assert (f"{path}/accept" in read(client.get(path))) is may
        assert client.post(f"{path}/accept").status_code == (302 if may else 403)
