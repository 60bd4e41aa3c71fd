"""Days that are over are looked at once, as if somebody had looked every day; alarms are kept once and closed."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from benchmarks.drift_rows import TOPICS_VERSION
from drift.models import DriftAlarm, DriftOutlook, TopicModel
from drift.observing.records import DayRow, write_days
from drift.watching import passes
from drift.watching.alarm_records import accept_alarm, list_alarms
from drift.watching.outlooks import DAYS, load_outlook
from drift.watching.passes import find_last_day, forget_rests, is_due, watch_all, watch_project
from tests.drift.watching.worlds import BAD, START, World, after, fill
from tracing.models import Project
from tracing.store import Store

State = DriftAlarm.State
CHANGED = World(4, BAD)
BACK = World(4, BAD, end=START + 12)
WHO = "somebody@example.org"


@pytest.fixture(autouse=True)
def _fresh_rests() -> None:
    forget_rests()


def see(store: Store, project: Project, number: int, world: World = CHANGED) -> list[DriftAlarm]:
    """A pass, after so many days."""
    return watch_project(store, project.pk, after(world.find_day(number)))


def test_a_day_is_over_half_an_hour_after_it() -> None:
    assert find_last_day(datetime.fromisoformat("2026-11-22T00:29:00+00:00")) == date(2026, 11, 20)
    assert find_last_day(datetime.fromisoformat("2026-11-22T00:30:00+00:00")) == date(2026, 11, 21)


def test_an_alarm_is_kept_once_on_the_day_on_which_it_came(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED], START + 20)
    assert see(store, project, START) == []
    [alarm] = see(store, project, START + 1)
    assert (alarm.day, alarm.started) == (CHANGED.find_day(START + 1), CHANGED.find_day(START))
    assert (alarm.state, alarm.cause, alarm.closed_at) == (State.OPEN, "model", None)
    assert alarm.causes[0]["cause"] == "model"
    assert alarm.moves[0]["started"] == alarm.started.isoformat()
    for number in (START + 1, START + 2, START + 9):
        assert see(store, project, number) == []
    assert list_alarms(project, CHANGED.find_day(0)) == [alarm]


def test_the_same_change_is_no_second_alarm_where_its_start_is_estimated_anew(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED], START + 20)
    [alarm] = see(store, project, START + 5)
    DriftAlarm.objects.update(
        started=alarm.started - timedelta(days=2), state=State.ACCEPTED, closed_at=after(alarm.day)
    )
    assert see(store, project, START + 9) == []


def test_a_change_that_lasts_is_the_new_normal(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED], START + 70)
    [alarm] = see(store, project, START + 10)
    watch_project(store, project.pk, after(alarm.day + timedelta(days=27)))
    assert DriftAlarm.objects.get().state == State.OPEN
    now = after(alarm.day + timedelta(days=28))
    assert watch_project(store, project.pk, now) == []
    alarm.refresh_from_db()
    assert (alarm.state, alarm.closed_by, alarm.closed_at) == (State.ACCEPTED, "", now)
    assert see(store, project, START + 69) == []
    assert DriftAlarm.objects.count() == 1


def test_a_change_that_was_taken_back_is_gone(store: Store, project: Project) -> None:
    fill(store, project.pk, [BACK], START + 70)
    [alarm] = see(store, project, START + 5)
    assert see(store, project, START + 40) == []
    alarm.refresh_from_db()
    assert alarm.state == State.GONE
    assert BACK.find_day(START + 12) <= alarm.gone_since <= BACK.find_day(START + 14)
    assert see(store, project, START + 69) == []
    assert load_outlook(project.pk, BACK.find_day(START + 69)).segments[0].state == "watching"


def test_history_is_told_as_it_would_have_been(store: Store, project: Project) -> None:
    fill(store, project.pk, [BACK], START + 70)
    [alarm] = see(store, project, START + 69)
    alarm.refresh_from_db()
    assert BACK.find_day(START) <= alarm.day <= BACK.find_day(START + 2)
    assert alarm.state == State.GONE
    assert BACK.find_day(START + 12) <= alarm.gone_since <= BACK.find_day(START + 14)


def test_a_person_accepts_a_change_and_its_segment_learns_anew(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED], START + 50)
    [alarm] = see(store, project, START + 5)
    now = after(CHANGED.find_day(START + 6))
    accepted = accept_alarm(alarm, WHO, now)
    assert (accepted.state, accepted.closed_by, accepted.closed_at) == (State.ACCEPTED, WHO, now)
    assert accept_alarm(alarm, "another", after(date(2026, 12, 1))).closed_by == WHO
    assert see(store, project, START + 6) == []
    [segment] = load_outlook(project.pk, CHANGED.find_day(START + 6)).segments
    known = (CHANGED.find_day(START + 6) - alarm.started).days + 1
    assert (segment.state, segment.learning) == ("learning", 21 - known)
    assert see(store, project, START + 49) == []


def test_a_change_of_one_model_is_told_of_it_and_its_whole_is_not_told_later(store: Store, project: Project) -> None:
    worlds = [World(4, BAD, model="a", traffic=250.0), World(5, model="b", traffic=300.0)]
    fill(store, project.pk, worlds, START + 50)
    [alarm] = [alarm for number in (START + 1, START + 2, START + 9) for alarm in see(store, project, number)]
    assert alarm.segment["model"] in ("a", None)
    assert len(DriftAlarm.objects.get().also) == 1
    accept_alarm(alarm, WHO, after(CHANGED.find_day(START + 12)))
    assert see(store, project, START + 49) == []


def test_the_other_segments_go_on_while_one_is_frozen(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED, World(5, BAD, service="search", start=START + 8)], START + 20)
    [first] = see(store, project, START + 6)
    assert first.segment["service_name"] == "chat"
    [second] = see(store, project, START + 14)
    assert second.segment["service_name"] == "search"
    assert {alarm.state for alarm in DriftAlarm.objects.all()} == {State.OPEN}


def test_a_project_is_looked_at_once_a_day_and_again_where_its_past_changes(store: Store, project: Project) -> None:
    now = after(CHANGED.find_day(59))
    assert not is_due(store, project.pk, now)
    fill(store, project.pk, [CHANGED], 60)
    assert is_due(store, project.pk, now)
    watch_project(store, project.pk, now)
    assert not is_due(store, project.pk, now + timedelta(hours=5))
    assert is_due(store, project.pk, now + timedelta(days=1))
    fill(store, project.pk, [CHANGED], 60, version=2)
    assert not is_due(store, project.pk, now + timedelta(minutes=59))
    assert is_due(store, project.pk, now + timedelta(hours=1))


def test_all_projects_with_days_are_looked_at(store: Store, project: Project) -> None:
    other = Project.objects.create(slug="other", name="Other")
    Project.objects.create(slug="empty", name="Empty")
    for each in (project, other):
        fill(store, each.pk, [CHANGED], 40)
    assert watch_all(store) == 2
    assert set(DriftOutlook.objects.values_list("project_id", flat=True)) == {project.pk, other.pk}
    assert watch_all(store) == 0


def test_an_outlook_tells_each_segment_by_day(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED, World(8, service="search")], START + 10)
    until = CHANGED.find_day(START + 9)
    assert load_outlook(project.pk, until).watched_at is None
    [alarm] = watch_project(store, project.pk, after(until))
    outlook = load_outlook(project.pk, until)
    assert (len(outlook.days), outlook.days[-1]) == (DAYS, until)
    chat, search = sorted(outlook.segments, key=lambda each: each.name.service_name)
    assert (chat.state, search.state) == ("alarm", "watching")
    assert (chat.alarms, search.alarms) == ([alarm], [])
    assert outlook.find(chat.name.key) is chat
    assert chat.scores[0] is None
    assert chat.scores[-1] > chat.bound
    assert chat.families["output"][-1] == pytest.approx(chat.scores[-1], rel=0.2)
    [refusals] = [line for line in chat.lines if line.metric == "refusals"]
    assert refusals.expected[-1] == pytest.approx(0.02, abs=0.01)
    assert refusals.values[-1] == pytest.approx(0.08, abs=0.04)
    assert len([line for line in chat.lines if line.metric == "topic_share"]) == 20
    week = load_outlook(project.pk, until - timedelta(days=3), days=7)
    assert list(week.days) == list(outlook.days[-10:-3])
    assert week.segments[0].scores == outlook.segments[0].scores[-10:-3]


def test_what_cannot_be_watched_in_one_project_leaves_the_others(
    store: Store, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store, project.pk, [CHANGED], 40)
    broken = DayRow(
        date(2026, 6, 20), "chat", "", "", "", 9, ("refusals", "turns"), *np.ones((3, 1)), topics_version=TOPICS_VERSION
    )
    write_days(store, project.pk, [broken], [], 9)
    other = Project.objects.create(slug="other", name="Other")
    fill(store, other.pk, [CHANGED], 40)
    assert watch_all(store) == 2
    assert "cannot be watched" in caplog.text
    assert list(DriftOutlook.objects.values_list("project_id", flat=True)) == [other.pk]


def test_days_wait_for_new_topics_but_not_for_ever(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = after(CHANGED.find_day(39))
    fill(store, project.pk, [CHANGED], 40)
    TopicModel.objects.update(version=2)
    assert not is_due(store, project.pk, now)
    monkeypatch.setattr(passes, "PATIENCE_SECONDS", 0.0)
    assert is_due(store, project.pk, now)
    TopicModel.objects.update(version=1)
    monkeypatch.undo()
    assert is_due(store, project.pk, now)
