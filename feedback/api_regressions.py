"""REST of regression cases: what verified failure modes become, so that the next release is checked for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema
from ninja.errors import HttpError

from feedback.api_versions import PROBLEM, ZIP
from feedback.flywheel.downloads import give_built
from feedback.review.regressions.case import Case, LeftOut
from feedback.review.regressions.lines import write_case
from feedback.reviewing.regressions import (
    Counts,
    Regressions,
    build_archive,
    make_all_regressions,
    make_regressions,
    name_archive,
)
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.store import get_store

router = Router(tags=["feedback"])
NO_CASES = {"description": "It is not verified, or nothing can be checked; `detail` says why.", "content": PROBLEM}


class RegressionCaseResource(Schema):
    """A test of a model: ask it the messages; its answer is to pass all checks, which the answer of then fails.
    `checks` are as `cases.jsonl` of the archive has them, each with its `kind` and `why`."""

    id: str
    failure_mode: int
    failure: str
    why: str
    conversation_id: str
    turn_index: int
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    bad_answer: str
    better_answer: str
    checks: list[dict[str, Any]]


class LeftOutCaseResource(Schema):
    """A verified failure that is no case: `reason` is a code, `meaning` says it in words."""

    failure_mode: int
    conversation_id: str
    turn_index: int
    reason: str
    meaning: str


class RegressionCaseList(Schema):
    items: list[RegressionCaseResource]
    left_out: list[LeftOutCaseResource]


class RegressionCountsResource(Schema):
    """How many failure modes are verified, how many of them have cases, and how many cases there are."""

    verified: int
    covered: int
    cases: int


@router.get(
    "failure-modes/{int:number}/regression-cases",
    response=RegressionCaseList,
    summary="Cases that test a model for a verified failure mode",
    openapi_extra={"responses": {409: NO_CASES}},
    auth=May(Right.READ, exports=True),
)
def list_regression_cases(request: HttpRequest, number: int) -> dict[str, Any]:
    """Without personal data, and of nobody who refused, is forgotten or is held out."""
    found = find_regressions(request, number)
    audit.describe(request, f"{number}", cases=len(found.chosen.cases))
    return {
        "items": [describe_case(each) for each in found.chosen.cases],
        "left_out": [describe_left_out(each) for each in found.chosen.left_out],
    }


@router.get(
    "failure-modes/{int:number}/regression-cases/archive",
    summary="The cases of a failure mode for pytest and Promptfoo, as a zip file",
    openapi_extra={"responses": ZIP["responses"] | {409: NO_CASES}},
    auth=May(Right.READ, exports=True),
)
def download_regression_cases(request: HttpRequest, number: int) -> HttpResponseBase:
    found = find_regressions(request, number)
    audit.describe(request, f"{number}", cases=len(found.chosen.cases))
    return give_archive(request, found)


@router.get(
    "regression-cases/archive",
    summary="The cases of all verified failure modes, as a zip file",
    openapi_extra={"responses": ZIP["responses"] | {409: NO_CASES}},
    auth=May(Right.READ, exports=True),
)
def download_all_regression_cases(request: HttpRequest) -> HttpResponseBase:
    found = make_all_regressions(get_store(), project_of(request))
    audit.describe(request, "all verified failure modes", cases=len(found.chosen.cases))
    return give_archive(request, found)


def find_regressions(request: HttpRequest, number: int) -> Regressions:
    """Raises HttpError."""
    try:
        with told_refusals():
            return make_regressions(get_store(), project_of(request), number)
    except LookupError:
        raise HttpError(
            404, f"There is no failure mode {number} in this project; GET failure-modes lists them."
        ) from None


def give_archive(request: HttpRequest, found: Regressions) -> HttpResponseBase:
    """Raises HttpError."""
    project = project_of(request)
    with told_refusals():
        return give_built(build_archive(project, found), name_archive(project, found.modes))


@contextmanager
def told_refusals() -> Iterator[None]:
    """What cannot be made is an answer, in words."""
    try:
        yield
    except ValueError as error:
        raise HttpError(409, str(error)) from None


def describe_case(case: Case) -> dict[str, Any]:
    failure = case.failure
    return write_case(case) | {"conversation_id": failure.conversation_id, "turn_index": failure.turn_index}


def describe_left_out(left_out: LeftOut) -> dict[str, Any]:
    return {
        "failure_mode": left_out.mode,
        "conversation_id": left_out.conversation_id,
        "turn_index": left_out.turn_index,
        "reason": left_out.reason.code,
        "meaning": left_out.reason.meaning,
    }


def describe_counts(counts: Counts) -> dict[str, int]:
    return asdict(counts)
