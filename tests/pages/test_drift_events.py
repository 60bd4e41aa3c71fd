"""The page of one change, and the marks of changes on the charts of other pages."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from drift.models import LedgerEvent
from drift.pages.change_marks import NEAR, Change, mark_changes
from tests.feedback.failures.filling import DAY, fill, make_mode, tell_many
from tests.pages.conftest import Page, Teller
from tracing.models import Project
from tracing.times import to_ns

NOW = datetime.now(UTC)
Asker = Callable[[str], Page]
EVIL = "<script>alert(1)</script>"


def tell_change(project: Project, hours_ago: float = 1, **given: object) -> LedgerEvent:
    told = {
        "service_name": "shop",
        "field": "system_instructions",
        "kind": "new",
        "prompt": "support",
        "old": "Answer in two sentences.",
        "new": "Answer in three sentences.",
        "trace_id": secrets.token_hex(16),
        "told_at": NOW,
    }
    time_ns = to_ns(NOW - timedelta(hours=hours_ago))
    return LedgerEvent.objects.create(project=project, time_ns=time_ns, **(told | given))


def test_the_page_of_a_change_shows_its_words(teller: Teller, open_page: Asker) -> None:
    event = tell_change(teller.project)
    other = tell_change(teller.project, field="release", old="1.4", new="1.5", prompt="")
    page = open_page(f"drift/events/{event.pk}")
    assert "System instructions of support changed in one place" in page.text
    assert "<del>two</del><ins>three</ins>" in page.html
    assert page.find_links("drift/events/") == [f"/p/default/drift/events/{other.pk}"]
    assert "Release of shop changed from 1.4 to 1.5" in page.text


def test_a_change_of_another_project_is_none(teller: Teller, open_page: Asker) -> None:
    event = tell_change(Project.objects.create(slug="other", name="Other"))
    assert open_page(f"drift/events/{event.pk}").status == 404


def test_changes_are_marked_on_the_chart_of_the_overview_and_listed_below(teller: Teller, open_page: Asker) -> None:
    teller.tell("one")
    event = tell_change(teller.project, prompt=EVIL)
    tell_change(teller.project, hours_ago=24 * 60)
    page = open_page("?range=7d")
    assert page.html.count('<a class="change-mark"') >= 1
    assert "1 change of the app or its models, marked by a line" in page.text
    assert page.find_links("drift/events/") == [f"/p/default/drift/events/{event.pk}"]
    assert "<script>alert" not in page.html


def test_marks_follow_the_filters_of_the_overview(teller: Teller, open_page: Asker) -> None:
    teller.tell("one", service_name="shop")
    tell_change(teller.project)
    tell_change(teller.project, service_name="library")
    assert "2 changes of the app" in open_page("?range=7d").text
    assert "1 change of the app" in open_page("?range=7d&service_name=shop").text


def test_the_days_of_a_failure_mode_are_marked(teller: Teller, open_page: Asker) -> None:
    make_mode(teller.project, 3)
    fill(teller.store, teller.project, tell_many("late", 4, NOW - 2 * DAY, NOW, mode=3))
    tell_change(teller.project, field="release", old="1.4", new="1.5")
    page = open_page("failure-modes/3")
    assert '<a class="change-mark"' in page.html
    assert "Release of shop changed from 1.4 to 1.5" in page.text


def test_a_chart_without_changes_says_nothing_of_them(teller: Teller, open_page: Asker) -> None:
    teller.tell("one")
    assert "of the app or its models" not in open_page("").text


def test_changes_that_are_near_to_each_other_are_one_mark() -> None:
    start = NOW - timedelta(days=1)
    step = timedelta(days=1) * NEAR / 100
    changes = [
        Change(number, start + part * step, f"{number}") for number, part in enumerate((10, 10.2, 10.9, 11.1, -1))
    ]
    found = mark_changes(changes, start, NOW)
    assert [[each.number for each in mark.changes] for mark in found.marks] == [[0, 1, 2], [3]]
    assert [mark.left for mark in found.marks] == [pytest.approx(10 * NEAR), pytest.approx(11.1 * NEAR, abs=0.01)]
    assert [each.number for each in found.latest] == [3, 2, 1, 0]
    many = mark_changes([Change(number, start, "x") for number in range(9)], start, NOW)
    assert many.marks[0].title.endswith("\nand 4 more")
