"""How quickly failure modes are found and mended, and which changes of the app bring one."""

from datetime import timedelta

import pytest

from feedback.failures.delivery import MeanTime, measure_delivery
from feedback.models import FailureModeChange
from tests.feedback.failures.filling import DAY, HOUR, NOW, fill, fill_calls, make_mode, tell_many
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db


def test_with_nothing_there_is_nothing_to_tell(store: Store, project: Project) -> None:
    told = measure_delivery(store, project, NOW)
    assert (told.detection, told.recovery) == (MeanTime(None, 0), MeanTime(None, 0))
    assert (told.changes.total, told.changes.failed, told.changes.share) == (0, (), None)


def test_times_to_find_and_to_mend_are_means_of_the_window(store: Store, project: Project) -> None:
    first = make_mode(project, 1, found_at=NOW - 10 * DAY, first_time=NOW - 10 * DAY - 2 * HOUR)
    make_mode(project, 2, found_at=NOW - 5 * DAY, first_time=NOW - 5 * DAY - 4 * HOUR)
    make_mode(project, 3, found_at=NOW - 60 * DAY, first_time=NOW - 90 * DAY)
    for what, at in (("verified", 7), ("regressed", 4), ("verified", 3)):
        FailureModeChange.objects.create(mode=first, what=what, at=NOW - at * DAY)
    told = measure_delivery(store, project, NOW)
    assert told.detection == MeanTime(timedelta(hours=3).total_seconds(), 2)
    assert told.recovery == MeanTime(timedelta(days=2).total_seconds(), 2)  # three days, then one


def test_a_release_after_which_a_mode_is_found_in_it_brought_it(store: Store, project: Project) -> None:
    came = NOW - 4 * DAY
    old, new = tell_many("old", 10, NOW - 20 * DAY, came, 2), tell_many("new", 10, came, NOW, 1)
    fill(store, project, [*old, *new])
    fill_calls(store, project, old, "1.0")
    fill_calls(store, project, new, "2.0")
    make_mode(project, 1, found_at=came + DAY)
    make_mode(project, 2, found_at=came + DAY)
    told = measure_delivery(store, project, NOW).changes
    assert told.total == 2  # 2.0 of the app, and of its prompt; 1.0 were the first
    assert [(each.version.kind, each.version.name, each.modes) for each in told.failed] == [
        ("release", "2.0", (1,)),
        ("prompt_version", "support:2.0", (1,)),
    ]
    assert told.share is not None
    assert told.share.value == 1.0


def test_a_release_in_which_a_mode_comes_up_more_brought_it(store: Store, project: Project) -> None:
    came = NOW - 10 * DAY
    fill_calls(store, project, tell_many("old", 5, NOW - 20 * DAY, came), "1.0")
    fill_calls(store, project, tell_many("new", 5, came, NOW), "2.0")
    over = {"name": "release", "value": "2.0", "within": 0.9, "elsewhere": 0.2}
    make_mode(project, 1, found_at=NOW - 40 * DAY, description={"slices": [over]})
    make_mode(project, 2, found_at=NOW - 40 * DAY, description={"slices": [over | {"within": 0.1}]})
    told = measure_delivery(store, project, NOW).changes
    assert [(each.version.kind, each.modes) for each in told.failed] == [("release", (1,))]
    assert (told.total, told.share and told.share.value) == (2, 0.5)
