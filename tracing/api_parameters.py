"""No query parameter is silently ignored: a filter with a slip in its name would otherwise give everything."""

import difflib
from collections.abc import Callable, Collection, Iterator
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.errors import HttpError
from ninja.operation import Operation

from tracing.api_problems import refuse_parts

MOST_TOLD = 5
"""So many unknown parameters are told; each is told with all that there are."""

Run = Callable[..., HttpResponseBase]


def refuse_unknown(run: Run) -> Run:
    """Refuse query parameters that the operation does not have, and those that are given twice."""
    operation = cast(Operation, run.__self__)  # type: ignore[attr-defined]
    known = {"project"} | {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    @wraps(run)
    def checked(request: HttpRequest, **path: Any) -> HttpResponseBase:
        parts = [part for name, values in request.GET.lists() for part in check_parameter(name, len(values), known)]
        if parts and is_allowed(operation, request):
            return refuse_parts(parts[:MOST_TOLD])
        return run(request, **path)

    return checked


def is_allowed(operation: Operation, request: HttpRequest) -> bool:
    """Whether the operation will take who asks; whom it refuses is to hear that and no more."""
    try:
        return any(may(request) for may in operation.auth_callbacks)
    except HttpError:
        return False


def check_parameter(name: str, count: int, known: Collection[str]) -> Iterator[dict[str, str]]:
    """What is wrong with a parameter that was given `count` times."""
    if name not in known:
        likely = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean `{likely[0]}`? " if likely else ""
        yield {"parameter": name, "detail": f"There is no such parameter. {hint}There are: {', '.join(sorted(known))}."}
    elif count > 1:
        yield {"parameter": name, "detail": f"It is given {count} times; give it once."}
