"""Whatever REST refuses, and whoever refuses it, goes out as problem details (RFC 9457), with words on what to do."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from clickhouse_connect.driver.exceptions import OperationalError
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tracing.access.accounts import AccountError, GoneError
from tracing.access.limits import LaterError
from tracing.filter_language import FilterError
from tracing.paging import CursorError
from tracing.store import StoreUnavailableError

CONTENT_TYPE = "application/problem+json"
ROOT = "/api/"
OF_THE_BODY = ("Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding", "ETag", "Last-Modified")
STORE_RETRY_S = 5


class ProblemPart(Schema):
    """One thing that was wrong, and where: a parameter by its name, or a place in the body as a JSON pointer."""

    detail: str
    parameter: str | None = None
    position: int | None = Field(None, description="The character of it, from 1, where a filter is wrong.")
    pointer: str | None = None


class ProblemResource(Schema):
    """Problem details as of RFC 9457. `title` is the status in words; `detail` says what was wrong and what to do."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["`limit`: Input should be less than or equal to 1000."])
    errors: list[ProblemPart] | None = None


def answer_problem(status: int, detail: str, **members: Any) -> HttpResponse:
    """Problem details; `members` stand beside those that every problem has."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    response = JsonResponse(problem | members, status=status, content_type=CONTENT_TYPE)
    response["Content-Length"] = str(len(response.content))
    return response


def add_handlers(api: NinjaAPI) -> None:
    """Have `api` answer its errors as problem details."""
    api.exception_handler(AuthenticationError)(refuse_access)
    api.exception_handler(ValidationError)(refuse_values)
    api.exception_handler(CursorError)(refuse_cursor)
    api.exception_handler(FilterError)(refuse_filter)
    api.exception_handler(AccountError)(refuse_change)
    api.exception_handler(HttpError)(refuse_request)
    api.exception_handler(RequestDataTooBig)(refuse_size)
    api.exception_handler(StoreUnavailableError)(put_off)
    api.exception_handler(OperationalError)(put_off)


def refuse_access(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = answer_problem(
        401,
        "Send a project's key as `Authorization: Bearer <key>` or `x-api-key`; this one is missing or not valid.",
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def refuse_cursor(_request: HttpRequest, error: CursorError) -> HttpResponse:
    return answer_problem(400, str(error), errors=[{"parameter": "cursor", "detail": str(error)}])


def refuse_filter(_request: HttpRequest, error: FilterError) -> HttpResponse:
    part: dict[str, Any] = {"detail": str(error)}
    if not error.position:
        return answer_problem(422, str(error), errors=[part])
    part |= {"parameter": "q", "position": error.position}
    return answer_problem(422, str(error), position=error.position, errors=[part])


def refuse_change(_request: HttpRequest, error: AccountError) -> HttpResponse:
    return answer_problem(404 if isinstance(error, GoneError) else 422, str(error))


def refuse_request(_request: HttpRequest, error: HttpError) -> HttpResponse:
    response = answer_problem(error.status_code, str(error))
    if isinstance(error, LaterError):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def refuse_size(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return answer_problem(
        413, f"The body has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes; send less at once."
    )


def put_off(_request: HttpRequest, _error: Exception) -> HttpResponse:
    response = answer_problem(503, "ClickHouse does not answer; nothing is lost, ask again in a few seconds.")
    response["Retry-After"] = str(STORE_RETRY_S)
    return response


def refuse_values(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refuse_parts([describe_part(each) for each in error.errors])


def refuse_parts(parts: Sequence[Mapping[str, str]]) -> HttpResponse:
    """422 that names each parameter, or place in the body, that is not right."""
    details = [f"`{part.get('parameter', part.get('pointer'))}`: {part['detail']}" for part in parts]
    return answer_problem(422, " ".join(details), errors=list(parts))


def describe_part(error: Mapping[str, Any]) -> dict[str, str]:
    """One error of pydantic, which names where it is as (source, name of the parameter, keys in it …)."""
    source, *path = error["loc"]
    detail = str(error["msg"]).removeprefix("Value error, ").rstrip(".") + "."
    if source == "body":
        return {"pointer": "#" + "".join(f"/{escape_key(key)}" for key in path[1:]), "detail": detail}
    return {"parameter": ".".join(map(str, path)), "detail": detail}


def escape_key(key: object) -> str:
    """A key in a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


class ProblemMiddleware:
    """What the router, Django or the door refuses under `/api/` becomes problem details; its other headers stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith(ROOT):
            return response
        if response.get("Content-Type") == CONTENT_TYPE:
            return response
        problem = answer_problem(response.status_code, find_words(request, response))
        for name, value in response.items():
            if name not in OF_THE_BODY:
                problem[name] = value
        return problem


def find_words(request: HttpRequest, response: HttpResponse) -> str:
    """What a refusal that had no problem details was about."""
    if response.status_code == 404:
        return f"There is nothing at {request.path}; /api/v1/openapi.json lists what there is."
    if response.status_code == 405:
        return f"{request.method} is not for {request.path}; it takes {response.get('Allow', 'other methods')}."
    if response.status_code >= 500:
        return "Something went wrong in the server; its log says what."
    if response.get("Content-Type", "").startswith("text/plain"):
        return response.content.decode(errors="replace").strip()
    return f"{HTTPStatus(response.status_code).phrase}: the server does not take this request."
