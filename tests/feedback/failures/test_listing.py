"""What is listed of failure modes: figures by mode and of all, the most severe first."""

import pytest

from feedback.failures.listing import find_mode, find_mode_of, list_modes
from feedback.models import FailureModeChange
from tests.feedback.failures.filling import DAY, HOUR, NOW, Told, fill, make_mode, tell_many
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db


def test_a_mode_has_its_conversations_users_cost_and_days(store: Store, project: Project) -> None:
    make_mode(project, 3)
    fill(
        store,
        project,
        [
            *tell_many("well", 90, NOW - 29 * DAY, NOW),
            Told("a", NOW - HOUR, 3, "anna", 0.5),
            Told("b", NOW - 2 * HOUR, 3, "anna", 0.25),
            Told("c", NOW - DAY, 3, "ben"),
            Told("old", NOW - 31 * DAY, 3, "carl", 9.0),
            Told("alone", NOW - DAY, 0, "dora"),
            Told("cron", NOW - DAY, 3, "cron", 9.0, is_of_people=False),
        ],
    )
    told = list_modes(store, project, NOW)
    [mode] = told.modes
    assert (mode.conversations, mode.users, mode.cost_usd, mode.all_conversations) == (3, 2, 0.75, 5)
    assert mode.days == (0,) * 28 + (1, 2)
    assert mode.share.value == 3 / 94
    assert (told.totals.conversations, told.totals.failing, told.totals.in_modes) == (94, 4, 3)
    assert sum(told.totals.days) == 94


def test_who_has_no_name_is_no_user(store: Store, project: Project) -> None:
    make_mode(project, 3)
    fill(store, project, [Told("a", NOW - HOUR, 3, "anna"), Told("b", NOW - HOUR, 3), Told("c", NOW - HOUR, 3)])
    [mode] = list_modes(store, project, NOW).modes
    assert (mode.conversations, mode.users) == (3, 1)


def test_the_most_severe_stand_first(store: Store, project: Project) -> None:
    for number in (1, 2):
        make_mode(project, number)
    fill(store, project, tell_many("well", 1_000, NOW - 29 * DAY, NOW))
    fill(store, project, tell_many("rare", 6, NOW - 29 * DAY, NOW, 1))
    fill(store, project, tell_many("often", 200, NOW - 29 * DAY, NOW, 2))
    assert [(mode.number, mode.severity.level) for mode in list_modes(store, project, NOW).modes] == [
        (2, "critical"),
        (1, "medium"),
    ]


def test_a_merged_number_gives_the_mode_it_went_into(store: Store, project: Project) -> None:
    first = make_mode(project, 1, name="Orders")
    make_mode(project, 2, merged_into=first)
    fill(store, project, [Told("a", NOW - HOUR, 1)])
    found = find_mode(store, project, 2, NOW)
    assert found is not None
    assert (found.number, found.title, found.conversations) == (1, "Orders", 1)
    assert [mode.number for mode in list_modes(store, project, NOW).modes] == [1]
    assert find_mode(store, project, 4, NOW) is None


def test_a_new_mode_is_new_until_somebody_deals_with_it(store: Store, project: Project) -> None:
    mode = make_mode(project, 1, found_at=NOW - DAY)
    [shown] = list_modes(store, project, NOW).modes
    assert shown.state == "new"
    FailureModeChange.objects.create(mode=mode, at=NOW, what="found")
    assert list_modes(store, project, NOW).modes[0].state == "new"
    FailureModeChange.objects.create(mode=mode, at=NOW, what="note", who="anna@example.org", text="Mine.")
    assert list_modes(store, project, NOW).modes[0].state == "ongoing"


def test_a_conversation_tells_its_mode(store: Store, project: Project) -> None:
    make_mode(project, 1, name="Orders")
    fill(store, project, [Told("a", NOW, 1), Told("b", NOW, 0), Told("c", NOW)])
    named = [find_mode_of(store, project, name) for name in "abc"]
    assert [each and (each.number, each.title) for each in named] == [(1, "Orders"), None, None]


def test_nothing_is_listed_of_another_project(store: Store, project: Project) -> None:
    other = Project.objects.create(slug="other", name="Other")
    make_mode(other, 1)
    fill(store, other, [Told("a", NOW - HOUR, 1)])
    told = list_modes(store, project, NOW)
    assert (list(told.modes), told.totals.conversations) == ([], 0)
    assert find_mode(store, project, 1, NOW) is None
