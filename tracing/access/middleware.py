"""The door of pages and REST: what foreign pages send is refused, and so is every view that nobody was named for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from tracing.access.audit import record_request
from tracing.access.decisions import find_person, read_origin
from tracing.access.openness import is_open
from tracing.access.origins import refuse_foreign
from tracing.access.requirements import find_requirement

REST = "ninja"
"""The name of the application whose operations ask for themselves: see `requirements.May`."""


class AccessMiddleware:
    """Open: refuses what foreign pages send. Closed: pages need a login. What changes something is written down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_open():
            reason = refuse_foreign(read_origin(request))
            if reason:
                return HttpResponse(reason, status=403, content_type="text/plain; charset=utf-8")
        response = self.get_response(request)
        record_request(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Sequence[Any], _named: Mapping[str, Any]
    ) -> HttpResponse | None:
        if request.resolver_match and request.resolver_match.app_name == REST:
            return None
        requirement = find_requirement(view)
        if requirement is None:
            return HttpResponse("Nobody may see this page yet.", status=403, content_type="text/plain; charset=utf-8")
        request.requirement = requirement  # type: ignore[attr-defined]
        if requirement.is_public or find_person(request):
            return None
        return redirect_to_login(request.get_full_path())
