"""REST of the judging model: whether there is one, its budget, its ratings and how far it agrees with others."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from feedback.judging.agreement import Agreement
from feedback.judging.figures import DAYS, load_budget, load_figures
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import format_moment
from tracing.store import get_store

router = Router(tags=["feedback"])


class AgreementResource(Schema):
    """Answers by whether the judge, and whether the others, took them for bad; `kappa` (Cohen's) with its interval of
    95 % is null with fewer than 20 answers, or where all are of one sort."""

    both_bad: int
    judge_alone: int
    others_alone: int
    neither: int
    kappa: float | None
    low: float | None
    high: float | None


class JudgeResource(Schema):
    """`model` is empty where there is no judge. `calls`, `unreadable` replies and tokens are today's (UTC);
    ratings and agreement are those of the last `days`."""

    model: str
    share: float
    calls_a_day: int
    calls: int
    unreadable: int
    input_tokens: int
    output_tokens: int
    problem: str
    rests_until: str | None
    days: int
    ratings: dict[str, int]
    with_people: AgreementResource
    with_detectors: AgreementResource


@router.get("judge", response=JudgeResource, summary="What a judging model says", auth=May(Right.READ))
def show_judge(request: HttpRequest) -> dict[str, Any]:
    project_id = project_of(request).pk
    budget, figures = load_budget(project_id), load_figures(get_store(), project_id)
    return {
        **{name: getattr(budget, name) for name in budget.__slots__},
        "rests_until": format_moment(budget.rests_until),
        "days": DAYS,
        "ratings": figures.ratings,
        "with_people": to_resource(figures.with_people),
        "with_detectors": to_resource(figures.with_detectors),
    }


def to_resource(agreement: Agreement) -> dict[str, Any]:
    low, high = agreement.interval or (None, None)
    return {
        "both_bad": agreement.both_bad,
        "judge_alone": agreement.judge_alone,
        "others_alone": agreement.others_alone,
        "neither": agreement.neither,
        "kappa": agreement.kappa,
        "low": low,
        "high": high,
    }
