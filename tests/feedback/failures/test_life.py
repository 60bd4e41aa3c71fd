"""What becomes of failure modes by itself: fixes are verified, modes come back, surge, calm and grow."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from feedback.failure_modes.verification import Count
from feedback.failures import changes
from feedback.failures.history import list_alerts, list_changes
from feedback.failures.life import SURGE_STARTS, follow_modes, forget_rests, is_surge, show_state
from feedback.failures.listing import find_mode
from feedback.failures.severity import Extent, judge_severity
from feedback.failures.versions import Version, find_since
from feedback.models import FailureMode
from feedback.satisfaction import Interval
from tests.feedback.failures.filling import DAY, HOUR, NOW, fill, fill_calls, make_mode, tell_many
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = "anna@example.org"


def resolve(number: int, at: datetime, kind: str = "", value: str = "") -> None:
    FailureMode.objects.filter(number=number).update(
        state="resolved", state_since=at, resolved_in_kind=kind, resolved_in=value
    )


def follow(store: Store, project: Project, now: datetime = NOW) -> FailureMode:
    forget_rests()
    follow_modes(store, project.pk, now)
    return FailureMode.objects.get(number=1)


def list_what(project: Project) -> list[str]:
    return [each.what for each in list_changes(project, number=1)]


def test_a_fix_by_hand_is_verified_once_there_is_enough(store: Store, project: Project) -> None:
    make_mode(project, 1)
    fixed = NOW - 2 * DAY
    fill(store, project, tell_many("well", 1_000, fixed - 20 * DAY, fixed))
    fill(store, project, tell_many("bad", 60, fixed - 20 * DAY, fixed, 1))
    fill(store, project, tell_many("after", 50, fixed, NOW))
    resolve(1, fixed)
    row = follow(store, project)
    assert row.verified_at is None
    assert row.verification["before"] == {"conversations": 1_060, "failing": 60}
    assert row.verification["after"] == {"conversations": 50, "failing": 0}
    found = find_mode(store, project, 1, NOW)
    assert found is not None
    assert found.fix is not None
    assert found.fix.words.startswith("not enough data yet (needs about ")
    assert list_what(project) == []
    fill(store, project, tell_many("more", 500, fixed, NOW))
    row = follow(store, project)
    assert row.verified_at == NOW
    assert list_what(project) == ["verified"]
    assert follow(store, project).verified_at == NOW
    assert list_what(project) == ["verified"]


def test_days_before_a_mode_began_do_not_count_for_it(store: Store, project: Project) -> None:
    fixed = NOW - 2 * DAY
    began = fixed - 3 * DAY
    make_mode(project, 1, found_at=began)
    fill(store, project, tell_many("long ago", 1_000, fixed - 20 * DAY, began - DAY))
    fill(store, project, tell_many("well", 100, began, fixed))
    fill(store, project, tell_many("bad", 10, began, fixed, 1))
    resolve(1, fixed)
    assert follow(store, project).verification["before"] == {"conversations": 110, "failing": 10}


def test_a_mode_that_goes_on_is_open_again(store: Store, project: Project) -> None:
    make_mode(project, 1)
    fixed = NOW - 2 * DAY
    for name, since, until in (("before", fixed - 20 * DAY, fixed), ("after", fixed, NOW)):
        fill(store, project, tell_many(f"{name}-well", 2_000, since, until))
        fill(store, project, tell_many(f"{name}-bad", 120, since, until, 1))
    resolve(1, fixed)
    row = follow(store, project)
    assert (row.state, row.regressed_at, row.state_since) == ("open", NOW, NOW)
    found = find_mode(store, project, 1, NOW)
    assert found is not None
    assert (found.state, found.fix and found.fix.words) == ("regressed", "regressed")
    assert [(each.what, each.number) for each in list_alerts(project, NOW - HOUR)] == [("regressed", 1)]


def test_a_verified_mode_that_comes_back_is_told_though_it_was_gone_for_long(store: Store, project: Project) -> None:
    make_mode(project, 1)
    fixed = NOW - 60 * DAY
    fill(store, project, tell_many("well", 1_000, fixed - 20 * DAY, fixed))
    fill(store, project, tell_many("bad", 60, fixed - 20 * DAY, fixed, 1))
    fill(store, project, tell_many("quiet", 5_000, fixed, NOW - 3 * DAY))
    resolve(1, fixed)
    assert follow(store, project).verified_at == NOW
    fill(store, project, tell_many("well-again", 100, NOW - DAY, NOW))
    fill(store, project, tell_many("bad-again", 15, NOW - DAY, NOW, 1))
    assert follow(store, project).state == "open"
    assert list_what(project) == ["regressed", "verified"]
    found = find_mode(store, project, 1, NOW)
    assert found is not None
    assert (found.state, found.fix and found.fix.words) == ("regressed", "regressed")


@pytest.mark.parametrize("kind", ["release", "prompt_version"])
def test_a_release_is_judged_by_the_conversations_that_had_it(store: Store, project: Project, kind: str) -> None:
    make_mode(project, 1)
    came = NOW - 2 * DAY
    old = [*tell_many("well", 1_000, came - 20 * DAY, came), *tell_many("bad", 60, came - 20 * DAY, came, 1)]
    late = [*tell_many("late-well", 300, came, NOW), *tell_many("late-bad", 100, came, NOW, 1)]
    new, later = tell_many("new", 300, came + HOUR, NOW), tell_many("later", 300, came + DAY, NOW)
    fill(store, project, [*old, *late, *new, *later])
    fill_calls(store, project, [*old, *late], "1.0")
    resolve(1, came, kind, "2.0")
    row = follow(store, project)
    found = find_mode(store, project, 1, NOW)
    assert found is not None
    assert (found.fix and found.fix.words, row.verified_at) == ("not seen yet", None)
    fill_calls(store, project, new, "2.0")
    fill_calls(store, project, later, "2.1")
    row = follow(store, project)
    assert row.verification["after"] == {"conversations": 600, "failing": 0}
    assert row.verification["before"]["failing"] >= 60
    assert row.verified_at == NOW
    assert [each.text for each in list_changes(project, number=1)] == [f"{kind} 2.0"]


def test_an_ignored_mode_is_open_again_when_it_has_grown(store: Store, project: Project) -> None:
    make_mode(project, 1)
    fill(store, project, tell_many("a", 3, NOW - DAY, NOW, 1))
    changes.ignore_mode(project, 1, 2, ANNA)
    fill(store, project, tell_many("b", 1, NOW - DAY, NOW, 1))
    assert follow(store, project).state == "ignored"
    fill(store, project, tell_many("c", 1, NOW - DAY, NOW, 1))
    assert follow(store, project).state == "open"
    assert sorted(list_what(project)) == ["grew", "ignored"]


def test_a_surge_is_told_once_and_when_it_is_over(store: Store, project: Project) -> None:
    make_mode(project, 1, first_time=NOW - 40 * DAY)
    fill(store, project, tell_many("well", 3_000, NOW - 30 * DAY, NOW + 5 * DAY))
    fill(store, project, tell_many("bad", 60, NOW - 30 * DAY, NOW, 1))
    assert follow(store, project).surging_since is None
    fill(store, project, tell_many("surge", 20, NOW - 6 * HOUR, NOW, 1))
    assert follow(store, project).surging_since == NOW
    assert follow(store, project, NOW + HOUR).surging_since == NOW
    later = NOW + timedelta(days=len(SURGE_STARTS) + 1)
    assert follow(store, project, later).surging_since is None
    assert list_what(project) == ["calmed", "surging"]


def test_a_mode_that_begins_is_no_surge(store: Store, project: Project) -> None:
    make_mode(project, 1, found_at=NOW - DAY, first_time=NOW - 2 * DAY)
    fill(store, project, tell_many("well", 3_000, NOW - 30 * DAY, NOW))
    fill(store, project, tell_many("bad", 50, NOW - 2 * DAY, NOW, 1))
    assert follow(store, project).surging_since is None


def test_an_even_mode_surges_at_most_once_a_year_however_often_one_looks() -> None:
    random = np.random.default_rng(10)
    surges = 0
    for conversations, rate in ((50, 0.05), (300, 0.02), (2_000, 0.01)):
        calls = random.poisson(conversations / 4, size=(393, 4))
        failing = random.binomial(calls, rate)
        surges += sum(surges_on(calls, failing, day) for day in range(28, 393))
    assert surges <= 1


def test_a_mode_that_is_thrice_as_common_surges_within_days() -> None:
    random, seen = np.random.default_rng(11), 0
    for _ in range(10):
        calls = random.poisson(75, size=(33, 4))
        rates = np.where(np.arange(33) < 28, 0.02, 0.06)[:, None]
        failing = random.binomial(calls, np.broadcast_to(rates, calls.shape))
        seen += any(surges_on(calls, failing, day) for day in range(28, 33))
    assert seen >= 9


def surges_on(calls: np.ndarray, failing: np.ndarray, day: int) -> bool:
    """Whether a look at any quarter of a day tells a surge."""
    for start in (day - age for age in SURGE_STARTS if day - age >= 28):
        before = Count(int(calls[start - 28 : start].sum()), int(failing[start - 28 : start].sum()))
        for end in range(1, 5):
            counts = [int(each[start:day].sum() + each[day, :end].sum()) for each in (calls, failing)]
            if is_surge(before, Count(*counts)):
                return True
    return False


def test_what_a_person_changed_meanwhile_stays(store: Store, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    make_mode(project, 1)
    fill(store, project, tell_many("a", 5, NOW - DAY, NOW, 1))
    changes.ignore_mode(project, 1, 1, ANNA)
    fill(store, project, tell_many("b", 5, NOW - DAY, NOW, 1))
    real = FailureMode.objects.filter(number=1).get
    from feedback.failures import life

    load = life.load_counts

    def load_slowly(store: Store, project_id: int) -> dict[int, int]:
        changes.resolve_mode(project, 1, "", "", ANNA)
        return load(store, project_id)

    monkeypatch.setattr(life, "load_counts", load_slowly)
    follow(store, project)
    assert real().state == "resolved"
    assert list_what(project) == ["resolved", "ignored"]


def test_states_that_people_see() -> None:
    def show(state: str, found_at: datetime, regressed_at: datetime | None = None, *, is_touched: bool = False) -> str:
        return show_state(state, found_at, regressed_at, NOW, is_touched=is_touched)

    assert show("open", NOW - DAY) == "new"
    assert show("open", NOW - DAY, is_touched=True) == "ongoing"
    assert show("open", NOW - 8 * DAY) == "ongoing"
    assert show("open", NOW - DAY, NOW) == "regressed"
    assert show("resolved", NOW, NOW) == "resolved"
    assert show("ignored", NOW) == "ignored"


@pytest.mark.parametrize(
    ("mode", "family", "trend", "level"),
    [
        (Extent(120, 90, None), "answer", None, "critical"),
        (Extent(20, 20, None), "answer", None, "high"),
        (Extent(20, 20, None), "harm", None, "critical"),
        (Extent(20, 20, None), "answer", Interval(3.1, 2.0, 4.9), "critical"),
        (Extent(20, 20, None), "answer", Interval(3.1, 1.2, 9.0), "high"),
        (Extent(6, 6, None), "answer", None, "medium"),
        (Extent(6, 1, 60.0), "answer", None, "critical"),
        (Extent(1, 1, None), "answer", None, "low"),
        (Extent(4, 4, 60.0), "harm", None, "medium"),
        (Extent(0, 0, None), "harm", None, "low"),
    ],
)
def test_severity_is_the_worst_of_what_is_sure(mode: Extent, family: str, trend: Interval | None, level: str) -> None:
    assert judge_severity(mode, Extent(1_000, 1_000, 300.0), trend, family).level == level


def test_severity_says_why() -> None:
    told = judge_severity(Extent(120, 90, 41.0), Extent(1_000, 1_000, 300.0), Interval(3.1, 2.0, 4.9), "harm")
    assert told.reasons == (
        "$41.00 of $300",
        "12 % of conversations",
        "9 % of users",
        "growing: 3.1 times as common as before",
        "does harm",
    )


def test_a_mode_that_comes_back_in_the_release_that_mended_it_is_told(store: Store, project: Project) -> None:
    make_mode(project, 1)
    came = NOW - 20 * DAY
    old = [*tell_many("well", 1_000, came - 20 * DAY, came), *tell_many("bad", 60, came - 20 * DAY, came, 1)]
    new = tell_many("new", 3_000, came, NOW - 3 * DAY)
    fill(store, project, [*old, *new])
    fill_calls(store, project, old, "1.0")
    fill_calls(store, project, new, "2.0")
    resolve(1, came, "release", "2.0")
    assert follow(store, project).verified_at == NOW
    back = [*tell_many("late-well", 100, NOW - DAY, NOW), *tell_many("late-bad", 30, NOW - DAY, NOW, 1)]
    fill(store, project, back)
    assert follow(store, project).state == "resolved"  # whatever these were, they had another release
    fill_calls(store, project, back, "2.0")
    assert follow(store, project).regressed_at == NOW
    assert list_what(project) == ["regressed", "verified"]


def test_a_version_of_a_prompt_is_meant_with_its_name_or_without() -> None:
    told = [("2", "greet", 3), ("2", "support", 2), ("1", "support", 1)]
    versions = [Version("prompt_version", value, prompt, NOW + days * DAY) for value, prompt, days in told]
    assert [each.name for each in find_since(versions, "support:1")] == ["support:1", "support:2"]
    assert [each.name for each in find_since(versions, "support:2")] == ["support:2"]
    assert [each.name for each in find_since(versions, "2")] == ["support:2", "greet:2"]
    assert find_since(versions, "3") == []
