"""What pages and REST tell of the judge in a project: its ratings of late, how far it agrees, and today's budget."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedback.judging.agreement import Agreement
from feedback.judging.cases import SCORES
from feedback.judging.rounds import read_plan
from feedback.models import JudgeDay
from tracing.store import Store

DAYS = 30
DAY_NS = 86_400 * 10**9
HEARD_KINDS = ("rephrase", "correction", "complaint", "clarification_request", "request_human", "early_termination")
"""Signals that say of an answer, from what the user did or wrote after it, that it was bad."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the judge did in a project today (UTC), and what stands in its way."""

    model: str
    """Empty where there is no judge."""
    share: float
    calls_a_day: int
    calls: int
    unreadable: int
    input_tokens: int
    output_tokens: int
    problem: str
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class JudgeFigures:
    """Of the last 30 days: how often each rating was given, and agreement with people and with detectors."""

    ratings: Mapping[str, int]
    with_people: Agreement
    with_detectors: Agreement

    @property
    def count(self) -> int:
        return sum(self.ratings.values())


def load_budget(project_id: int) -> Budget:
    today = JudgeDay.objects.filter(project_id=project_id, day=datetime.now(UTC).date()).first() or JudgeDay()
    plan = read_plan()
    return Budget(
        model=plan.endpoint.model if plan else "",
        share=plan.share if plan else 0.0,
        calls_a_day=plan.calls_a_day if plan else 0,
        calls=today.calls,
        unreadable=today.unreadable,
        input_tokens=today.input_tokens,
        output_tokens=today.output_tokens,
        problem=today.problem,
        rests_until=today.rests_until,
    )


def load_figures(store: Store, project_id: int) -> JudgeFigures:
    since_ns = time.time_ns() - DAYS * DAY_NS
    bound = {"project_id": project_id, "since_ns": since_ns, "heard_kinds": list(HEARD_KINDS)}
    row = store.query("feedback/sql/judge_agreement.sql", **bound)[0]
    return JudgeFigures(
        {name: row[name] for name in SCORES}, read_agreement(row, "people"), read_agreement(row, "detectors")
    )


def read_agreement(row: Mapping[str, Any], others: str) -> Agreement:
    return Agreement(
        row[f"{others}_both_bad"],
        row[f"{others}_judge_alone"],
        row[f"{others}_others_alone"],
        row[f"{others}_neither"],
    )
