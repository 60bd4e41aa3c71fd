"""What people ask for by an id that the app knows comes in; what it is kept under, where masking made it a pseudonym,
goes out. Nothing of it is written down.

A page leads to the address with the pseudonym beside the id, as rows of before a rule hold the id itself; REST asks for
both at once.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from tracing.filter_language import Condition, Filter, FilterError, format_conditions, read_filter
from tracing.masking_rules import mask_id
from tracing.models import Project

KEYS: Final = {"user": "user.id", "conversation": "identifier"}
"""Fields of the filter language whose values may be kept as pseudonyms, and what masking calls them."""
PARAMETERS: Final = ("user_id", "conversation_id")
View = Callable[[HttpRequest, Project], HttpResponse]


def find_kept(project_id: int, field: str, sent: str) -> str:
    """The id under which what was sent is kept; empty where that is the same."""
    kept = mask_id(project_id, sent, KEYS[field])
    return kept if kept != sent else ""


def know_ids(project_id: int, given: Filter) -> Filter:
    """The same filter, in which ids also stand as they are kept."""
    return replace(given, conditions=tuple(know_id(project_id, each) for each in given.conditions))


def know_id(project_id: int, condition: Condition) -> Condition:
    if condition.field not in KEYS:
        return condition
    kept = (find_kept(project_id, condition.field, value) for value in condition.values)
    return replace(condition, values=tuple(dict.fromkeys((*condition.values, *filter(None, kept)))))


def leads_to_kept(view: View) -> View:
    """A view of a list leads on where its filter names an id that is kept otherwise."""

    @wraps(view)
    def lead(request: HttpRequest, project: Project) -> HttpResponse:
        query = write_kept(project.pk, request.GET)
        return redirect(f"{request.path}?{query.urlencode()}") if query else view(request, project)

    return lead


def write_kept(project_id: int, query: QueryDict) -> QueryDict | None:
    """The parameters of an address in which ids also stand as they are kept; None where they stand so already, or
    cannot be read."""
    ids = {name: str(query[name]) for name in PARAMETERS if name in query}
    try:
        given = read_filter(query.get("q", ""), ids)
    except FilterError:
        return None
    known = know_ids(project_id, given)
    if known == given:
        return None
    written = query.copy()
    for name in ids:
        del written[name]
    written["q"] = format_conditions(known.conditions)
    return written
