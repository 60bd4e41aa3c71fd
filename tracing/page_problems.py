"""What went wrong while a page was made comes in, a page that says what to do goes out; REST has its own answers.

The page has no menu: what counts there would ask the store again, which may be what does not answer.
"""

from dataclasses import dataclass
from http import HTTPStatus

from clickhouse_connect.driver.exceptions import OperationalError
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from tracing.access.limits import LaterError
from tracing.api_problems import STORE_RETRY_S
from tracing.pages import render_page
from tracing.store import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A status with its words; `retry_s` is after how many seconds the same request may go well."""

    status: HTTPStatus
    title: str
    words: str
    retry_s: int = 0


def tell_problem(error: Exception) -> PageProblem | None:
    """What a page says of an error; None where it is nobody's but ours."""
    if isinstance(error, RequestDataTooBig):
        most = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"
        words = f"The form has more than {most} bytes. Nothing was changed: go back, and send less at once."
        return PageProblem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too much at once", words)
    if isinstance(error, LaterError):
        words = f"{error} Nothing was changed."
        return PageProblem(HTTPStatus(error.status_code), "Not now", words, error.retry_after_s)
    if isinstance(error, StoreUnavailableError | OperationalError):
        words = (
            "What this page shows is in ClickHouse, and ClickHouse does not answer. What was stored is safe; apps are "
            "told to send the rest again. /readyz tells which part does not answer."
        )
        return PageProblem(HTTPStatus.SERVICE_UNAVAILABLE, "The store does not answer", words, STORE_RETRY_S)
    return None


def refuse_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's answer to a request that it cannot read, before any view.

    One that came under another host's name is refused before anybody is known, maybe to a page that is not ours: it is
    told nothing of what there is.
    """
    if not hasattr(request, "user"):
        return HttpResponseBadRequest("Bad Request", content_type="text/plain")
    words = "The server cannot read what your browser sent. Open the page again from the overview."
    return show_problem(
        request, tell_problem(exception) or PageProblem(HTTPStatus.BAD_REQUEST, "Not understood", words)
    )


def show_problem(request: HttpRequest, problem: PageProblem) -> HttpResponse:
    context = {"problem": problem, "may_repeat": bool(problem.retry_s) and request.method == "GET"}
    response = render_page(request, "problem.html", context, status=problem.status)
    if problem.retry_s:
        response["Retry-After"] = str(problem.retry_s)
    return response
