from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.alerting.rules.conversation import KIND
from drift.models import AlertRule
from tests.drift.handing_over.test_deriving import ANGRY, ASKS, CALM, NOW, hear
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


def look_back(teller: Teller, **fields: Any) -> tuple[list[str], str]:
    rule = AlertRule(project=teller.project, name="Rule", kind=KIND.name, created_at=NOW, **fields)
    until = datetime.now(UTC)
    seen = KIND.look_back(teller.store, rule, until - timedelta(days=30), until)
    return [alert.title for alert in seen.alerts], seen.words


def test_past_days_say_how_often_it_would_have_told(teller: Teller) -> None:
    teller.tell("today", ASKS, service_name="shop")
    teller.tell("last week", [*ANGRY, *ASKS], age_hours=7 * 24, service_name="shop")
    teller.tell("last year", ASKS, age_hours=365 * 24)
    teller.tell("calm", [CALM])
    teller.tell("machine", ASKS)
    hear(teller, "machine", machine="evaluation")
    assert look_back(teller) == (
        ["The user asks for a person", "The user is angry"],
        "In the last 30 days this would have alerted 2 times.",
    )
    assert look_back(teller, choices=["asks_for_person"])[0] == ["The user asks for a person"] * 2
    assert look_back(teller, filter="service:bank")[0] == []


def test_it_is_not_told_by_asking_again_and_again(teller: Teller) -> None:
    teller.tell("today", ASKS)
    rule = AlertRule(project=teller.project, name="Rule", kind=KIND.name, created_at=NOW)
    assert KIND.find(teller.store, rule, NOW) is None
