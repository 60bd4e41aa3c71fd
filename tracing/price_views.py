"""The page of prices: what each model costs by the tables or by the project, a form for its own, and their use."""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from pydantic import ValidationError

from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.api_prices import NewPrice
from tracing.models import Project, ProjectPrice, Reprocessing
from tracing.pages import render_page
from tracing.price_list import DAYS, list_seen_models
from tracing.project_prices import (
    RATES,
    SOURCE,
    add_project_price,
    describe_price,
    load_project_prices,
    to_price,
)
from tracing.reprocessing import OPEN, Scope, request_reprocessing
from tracing.store import get_store

FIELDS = {
    "model": "Model",
    "provider": "Provider, empty for any",
    "input": "Input",
    "output": "Output",
    "cache_read": "Read from a cache",
    "cache_write": "Written to a cache",
    "valid_from": "From (day)",
    "valid_until": "Until (first day it no longer holds)",
}
"""Those that the form asks for; REST takes the others, too."""


@require_safe
@project_page(Right.READ)
def show_prices(request: HttpRequest, project: Project) -> HttpResponse:
    """The prices of the models that were seen, the project's own, and the form."""
    return show_form(request, project, {name: request.GET.get(name, "") for name in ("model", "provider")}, [])


def show_form(
    request: HttpRequest, project: Project, filled: dict[str, str], problems: list[str], *, status: int = 200
) -> HttpResponse:
    now_ns = time.time_ns()
    context = {
        "project": project,
        "section": "prices",
        "days": DAYS,
        "own_source": SOURCE,
        "seen": list_seen_models(get_store(), project.pk, load_project_prices(project.pk), now_ns),
        "own": ProjectPrice.objects.filter(project=project).order_by("model", "pk"),
        "fields": [(name, title, filled.get(name, "")) for name, title in FIELDS.items()],
        "problems": problems,
        "reading_again": Reprocessing.objects.filter(project=project, state__in=OPEN).first(),
    }
    return render_page(request, "prices.html", context, status=status)


@require_POST
@project_page(Right.EDIT)
def add_price(request: HttpRequest, project: Project) -> HttpResponse:
    """Add a price of the project; one of the same model that was there stays for the time that this one leaves."""
    filled = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        price = NewPrice.model_validate({name: read_field(name, value) for name, value in filled.items() if value})
    except ValidationError as error:
        problems = [describe_problem(str((*each["loc"], "")[0]), each["msg"]) for each in error.errors()]
        return show_form(request, project, filled, problems, status=422)
    audit.describe(
        request, price.model, before=list_rates(project, price.model), added=price.model_dump(exclude_none=True)
    )
    add_project_price(project, price.model_dump())
    messages.info(request, f"Calls of {price.model} that come in from now on cost that.")
    return redirect("prices", project=project.slug)


def list_rates(project: Project, model: str) -> list[dict[str, Any]]:
    """The project's own prices of a model, for the audit log."""
    return [describe_price(price) for price in load_project_prices(project.pk) if price.model == model]


def read_field(name: str, text: str) -> float | str:
    """A rate as a number, where it is one; anything else as it was typed."""
    try:
        return float(text) if name in RATES else text
    except ValueError:
        return text


def describe_problem(name: str, message: str) -> str:
    title = FIELDS.get(name, "")
    return f"{title}: {message}" if title else message.removeprefix("Value error, ")


@require_POST
@project_page(Right.EDIT)
def remove_price(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Remove a price of the project; nothing where it is gone already."""
    price = ProjectPrice.objects.filter(project=project, pk=number).first()
    if price is not None:
        audit.describe(request, price.model, removed=describe_price(to_price(price)))
        price.delete()
    return redirect("prices", project=project.slug)


@require_POST
@project_page(Right.EDIT)
def apply_prices(_request: HttpRequest, project: Project) -> HttpResponse:
    """Have all stored calls read again, so that they cost what the prices say today."""
    request_reprocessing(project, Scope())
    return redirect("prices", project=project.slug)
