"""REST of what came of a review queue: how far reviewers agree, what was found, and who reviewed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from feedback.api_review_queues import QUEUE, find_queue
from feedback.review.agreement import Agreement, Pair, describe_strength
from feedback.review.findings import Finding
from feedback.review.weighted import WeightedShare
from feedback.reviewing.results import ReviewerFigures, load_results
from feedback.satisfaction.intervals import Interval
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.store import get_store

router = Router(tags=["feedback"])


class AgreementFigure(Schema):
    """With its 95 % interval; `strength` is what agreement beyond chance is called all over that interval, empty for
    `raw`."""

    value: float
    low: float
    high: float
    strength: str


class AnswerShare(Schema):
    answer: str
    share: float


class ReviewerAgreementResource(Schema):
    """On the items that two or more people judged, by what they said before Tacit's opinion was shown to them. `raw` is
    the share of pairs who said the same; `kappa` (of two reviewers Cohen's, else the mean of the pairs), `alpha`
    (Krippendorff's) and `ac1` (Gwet's) are beyond chance. What cannot be told is null, and `why_not` says why.
    `is_lopsided`: kappa and alpha are low since nearly all answers are the same."""

    items: int
    reviewers: int
    raw: AgreementFigure | None
    kappa: AgreementFigure | None
    alpha: AgreementFigure | None
    ac1: AgreementFigure | None
    prevalence: list[AnswerShare]
    is_lopsided: bool
    why_not: str


class PairAgreement(Schema):
    first: str
    second: str
    agreement: ReviewerAgreementResource


class ChoiceAgreement(Schema):
    answer: str
    title: str
    agreement: ReviewerAgreementResource


class FoundShare(Schema):
    """A share with its 95 % interval, told from `n` items, which tell as much as `effective_n` taken at random."""

    value: float
    low: float
    high: float
    n: int
    effective_n: float


class FoundAnswer(Schema):
    """How many settled items an answer holds of, and of what share of all that could have been chosen: `share` from all
    items, each weighed by how likely it was chosen; `control` from those alone that were chosen by chance."""

    answer: str
    title: str
    items: int
    share: FoundShare
    control: FoundShare | None


class ReviewerResource(Schema):
    """What somebody did in the queue; half of their items took fewer `seconds`, null where that was not measured."""

    who: str
    done: int
    skipped: int
    adjudicated: int
    seconds: float | None


class ReviewResults(Schema):
    """What came of a queue. `control_agreement` is on items alone that were chosen by chance; `choices` compares each
    answer by itself where several may hold at once."""

    agreement: ReviewerAgreementResource
    control_agreement: ReviewerAgreementResource
    pairs: list[PairAgreement]
    choices: list[ChoiceAgreement]
    found: list[FoundAnswer]
    reviewers: list[ReviewerResource]


@router.get(QUEUE + "/results", response=ReviewResults, summary="What came of a review queue", auth=May(Right.READ))
def show_review_results(request: HttpRequest, number: int) -> dict[str, Any]:
    results = load_results(get_store(), find_queue(request, number))
    return {
        "agreement": describe_agreement(results.agreement),
        "control_agreement": describe_agreement(results.control),
        "pairs": [describe_pair(each) for each in results.pairs],
        "choices": [
            {"answer": key, "title": results.titles.get(key, key), "agreement": describe_agreement(each)}
            for key, each in results.choices.items()
        ],
        "found": [describe_finding(each, results.titles) for each in results.findings],
        "reviewers": [describe_reviewer(each) for each in results.reviewers],
    }


def describe_agreement(agreement: Agreement) -> dict[str, Any]:
    figures = {name: getattr(agreement, name) for name in ("kappa", "alpha", "ac1")}
    names = ("items", "reviewers", "is_lopsided", "why_not")
    return {name: getattr(agreement, name) for name in names} | {
        "raw": describe_figure(agreement.raw, ""),
        **{name: describe_figure(each, describe_strength(each) if each else "") for name, each in figures.items()},
        "prevalence": [{"answer": answer, "share": share} for answer, share in agreement.prevalence],
    }


def describe_figure(figure: Interval | None, strength: str) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {"value": figure.value, "low": figure.low, "high": figure.high, "strength": strength}


def describe_pair(pair: Pair) -> dict[str, Any]:
    return {"first": pair.first, "second": pair.second, "agreement": describe_agreement(pair.agreement)}


def describe_finding(finding: Finding, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "answer": finding.key,
        "title": titles.get(finding.key, finding.key),
        "items": finding.items,
        "share": describe_share(finding.share),
        "control": describe_share(finding.control) if finding.control else None,
    }


def describe_share(share: WeightedShare) -> dict[str, float]:
    return {name: getattr(share, name) for name in FoundShare.model_fields}


def describe_reviewer(figures: ReviewerFigures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in ReviewerResource.model_fields}
