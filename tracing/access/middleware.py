"""The door of pages and REST: what foreign pages send is refused, and so is every view that nobody was named for."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from tracing.access.audit import run_recorded
from tracing.access.browsers import answer_preflight, find_page_origins, share_answer
from tracing.access.decisions import find_person, read_origin
from tracing.access.openness import is_open
from tracing.access.origins import is_of_other_page, refuse_foreign
from tracing.access.requirements import find_requirement
from tracing.page_problems import show_problem, tell_problem

REST = "ninja"
"""The name of the application whose operations ask for themselves: see `requirements.May`."""


class AccessMiddleware:
    """Open: refuses what foreign pages send. Closed: pages need a login. What changes something is written down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        preflight = answer_preflight(request)
        if preflight:
            return preflight
        if is_open():
            reason = refuse_foreign(read_origin(request), find_page_origins(request))
            if reason:
                return HttpResponse(reason, status=403, content_type="text/plain; charset=utf-8")
        response = self.get_response(request)
        share_answer(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.app_name == REST:
            return None
        requirement = find_requirement(view)
        if requirement is None:
            return HttpResponse("Nobody may see this page yet.", status=403, content_type="text/plain; charset=utf-8")
        request.requirement = requirement  # type: ignore[attr-defined]
        if not requirement.is_public and find_person(request) is None:
            return redirect_to_login(request.get_full_path())
        if requirement.exports and is_of_other_page(read_origin(request)):
            message = "A page of another site asked for this file; open the address directly."
            return HttpResponse(message, status=403, content_type="text/plain; charset=utf-8")
        try:
            response: HttpResponse = run_recorded(
                request, requirement, match.url_name or "", view, partial(view, request, *args, **named)
            )
        except Exception as error:
            problem = tell_problem(error)
            if problem is None:
                raise
            return show_problem(request, problem)
        return response
