"""A project's own prices: kept in Django's database, handed to the readers' pricing, which they win over."""

from dataclasses import asdict, fields
from typing import Any

from django.db import transaction

from tracing.models import Project, ProjectPrice
from tracing.pricing import Price, Rates

RATES = tuple(field.name for field in fields(Rates))
SOURCE = "project"


def load_project_prices(project_id: int) -> tuple[Price, ...]:
    """Prices of a project, those that were set last at the end."""
    return tuple(to_price(row) for row in ProjectPrice.objects.filter(project_id=project_id).order_by("pk"))


def describe_price(price: Price) -> dict[str, Any]:
    """A price for the audit log: whose, and the rates that it has."""
    rates = {name: rate for name, rate in asdict(price.rates).items() if rate is not None}
    days = {"from": price.valid_from, "until": price.valid_until}
    return {"provider": price.provider, "model": price.model} | rates | {k: day for k, day in days.items() if day}


def to_price(row: ProjectPrice) -> Price:
    return Price(
        provider=row.provider,
        model=row.model,
        rates=Rates(**{name: getattr(row, name) for name in RATES}),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=SOURCE,
    )


def put_project_prices(project: Project, prices: list[dict[str, Any]]) -> None:
    """Set all prices of a project; those that are not named are gone. Calls that were read before keep their cost."""
    with transaction.atomic():
        ProjectPrice.objects.filter(project=project).delete()
        for price in prices:
            ProjectPrice.objects.create(project=project, **price)


def add_project_price(project: Project, price: dict[str, Any]) -> None:
    """Add a price to those of a project; where it holds it wins over those of the same model that were there."""
    ProjectPrice.objects.create(project=project, **price)
