"""Stored days are walked: what was planted is told with its segment, day and cause, and with what the ledger saw."""

from datetime import UTC, datetime

import pytest

from drift.detection.causes import Cause
from drift.ledger.fields import INSTRUCTIONS
from drift.models import LedgerEvent
from drift.watching.alarms import find_alarms, watch_filter
from tests.drift.watching.worlds import BAD, START, World, fill
from tracing.filter_sql import Where
from tracing.generations import Generation
from tracing.models import Project
from tracing.records import write_generations
from tracing.store import Store
from tracing.times import to_ns

CHANGED, QUIET = World(4, BAD), World(8, service="search")
UNTIL = CHANGED.find_day(99)


def test_a_change_is_told_once_with_its_segment_start_and_cause(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED, QUIET], 100)
    [alarm] = find_alarms(store, project.pk, UNTIL)
    assert (alarm.name.service_name, alarm.name.model) == ("chat", "gpt-5")
    assert alarm.started == CHANGED.find_day(START)
    assert alarm.started < alarm.day <= CHANGED.find_day(START + 4)
    assert alarm.cause is Cause.MODEL
    assert alarm.score >= alarm.bound
    assert alarm.families["output"] > 0.8
    assert alarm.moves[0].name in ("refusals", "output_length")


def test_what_lies_before_the_first_day_is_the_baseline(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED], 100)
    assert find_alarms(store, project.pk, UNTIL, since=CHANGED.find_day(START + 10)) == []
    assert len(find_alarms(store, project.pk, UNTIL, since=CHANGED.find_day(START))) == 1
    assert find_alarms(store, project.pk, CHANGED.find_day(START), since=CHANGED.find_day(START)) == []


def test_a_project_without_days_has_no_alarms(store: Store, project: Project) -> None:
    other = Project.objects.create(slug="other", name="Other")
    fill(store, other.pk, [CHANGED], 100)
    assert find_alarms(store, project.pk, UNTIL) == []


def test_what_the_ledger_saw_is_the_cause(store: Store, project: Project) -> None:
    fill(store, project.pk, [CHANGED], 100)
    event = make_event(project, CHANGED.find_day(START))
    make_event(project, CHANGED.find_day(START), environment="staging")
    make_event(project, CHANGED.find_day(START - 20))
    [alarm] = find_alarms(store, project.pk, UNTIL)
    assert alarm.cause is Cause.SYSTEM_PROMPT
    assert alarm.causes[0].events == (event.pk,)
    assert "ledger saw" in alarm.causes[0].sentence


def make_event(project: Project, day: object, environment: str = "") -> LedgerEvent:
    time_ns = to_ns(datetime.fromisoformat(f"{day}T09:00:00+00:00"))
    return LedgerEvent.objects.create(
        project=project, service_name="chat", environment=environment, field=INSTRUCTIONS, kind="new",
        old="Be brief.", new="Be kind.", time_ns=time_ns, trace_id=f"{time_ns}", told_at=datetime.now(UTC),
    )  # fmt: skip


@pytest.mark.parametrize(("instructions", "is_less"), [("Be brief.", True), ("", False)])
def test_where_calls_send_instructions_no_event_speaks_against_them(
    store: Store, project: Project, instructions: str, is_less: bool
) -> None:
    fill(store, project.pk, [CHANGED], 100)
    write_generations(store, [make_call(instructions)], {}, 1)
    [alarm] = find_alarms(store, project.pk, UNTIL)
    shares = {cause.cause: cause.share for cause in alarm.causes}
    assert (shares.get(Cause.SYSTEM_PROMPT, 0.0) < 0.1) is is_less


def make_call(instructions: str) -> Generation:
    time_ns = to_ns(datetime.fromisoformat(f"{CHANGED.find_day(START)}T09:00:00+00:00"))
    return Generation(
        1, "trace", "span", "", start_time_ns=time_ns, duration_ns=10**9, convention="test", operation="chat",
        service_name="chat", system_instructions=instructions,
    )  # fmt: skip


def test_where_no_conversation_matches_a_filter_there_is_nothing_to_tell(store: Store, project: Project) -> None:
    watched = watch_filter(store, project.pk, "refusals", Where(), UNTIL)
    assert watched.alarms == ()
    assert not any(watched.scores)
    assert watched.learning > 1
