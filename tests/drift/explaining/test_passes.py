"""Alarms get their examples by themselves, also after a crash; one that cannot have any is not tried for ever."""

import pytest

from drift.explaining import passes
from drift.explaining.passes import explain_alarms
from drift.models import DriftAlarm
from tests.drift.explaining.conftest import Changing
from tracing.store import StoreUnavailableError


def test_examples_of_new_alarms_are_found_once(changing: Changing) -> None:
    changing.observe(-3, [f"How do I reset number {number}?" for number in range(30)], {"refusals": [0.0] * 30})
    new = changing.observe(1, [f"Where is parcel {number}?" for number in range(30)], {"refusals": [0.0] * 30})
    alarm = changing.alarm(("question_distance", 1.0))
    assert explain_alarms(changing.store) == 1
    alarm.refresh_from_db()
    assert {each["conversation_id"] for each in alarm.examples["after"]} <= set(new)
    assert alarm.examples["auc"] > 0.9
    assert explain_alarms(changing.store) == 0


def test_an_alarm_that_cannot_be_explained_stands_in_the_way_of_none(
    changing: Changing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = changing.alarm(("refusals", 1.0)), changing.alarm(("refusals", 1.0), segment_key="other")
    DriftAlarm.objects.filter(pk=second.pk).update(segment=[])
    assert explain_alarms(changing.store) == 2
    assert list(DriftAlarm.objects.filter(examples__isnull=True)) == []
    first.refresh_from_db()
    assert first.examples["compared"] == {"before": 0, "after": 0}


def test_a_store_that_is_away_is_asked_again(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    changing.alarm(("refusals", 1.0))

    def be_away(*_: object) -> None:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as away:
        away.setattr(passes, "find_examples", be_away)
        assert explain_alarms(changing.store) == 0
    assert explain_alarms(changing.store) == 1
