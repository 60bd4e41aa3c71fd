"""REST of a project's own prices, which win over the tables that Tacit brings."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import model_validator

from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.models import ProjectPrice
from tracing.project_prices import describe_price, load_project_prices, put_project_prices
from tracing.resources import EXACTLY, Day

router = Router(tags=["tracing"])
WITHOUT_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no text with that character."""
Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class PriceResource(Schema):
    """US dollars for a million tokens of a model, from a day (inclusive) to another (exclusive).

    An empty provider means any. A rate that is null is that of the tokens it is a part of.
    """

    provider: Annotated[str, Field(max_length=100, pattern=WITHOUT_NUL)] = ""
    model: Annotated[str, Field(min_length=1, max_length=300, pattern=WITHOUT_NUL)]
    input: Rate
    output: Rate
    cache_read: Rate | None = None
    cache_write: Rate | None = None
    cache_write_1h: Rate | None = None
    reasoning: Rate | None = None
    audio_input: Rate | None = None
    audio_output: Rate | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None


class NewPrice(PriceResource):
    """A price whose days are in order."""

    model_config = EXACTLY

    @model_validator(mode="after")
    def check_days(self) -> "NewPrice":
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ValueError("valid_until must be later than valid_from: it is the first day that no longer holds.")
        return self


class PriceList(Schema):
    items: list[PriceResource]


class NewPrices(Schema):
    model_config = EXACTLY

    items: Annotated[list[NewPrice], Field(max_length=1000)]


@router.get("prices", response=PriceList, summary="The project's own prices", auth=May(Right.READ))
def list_prices(request: HttpRequest) -> dict[str, Any]:
    return {"items": list(ProjectPrice.objects.filter(project=project_of(request)).order_by("pk"))}


@router.put("prices", response=PriceList, summary="Set all of the project's own prices", auth=May(Right.EDIT))
def set_prices(request: HttpRequest, prices: NewPrices) -> dict[str, Any]:
    """Those that are not named are gone. Calls that were read before keep their cost until they are read again: see
    `POST reprocessings` and `tacit reprocess`."""
    project = project_of(request)
    before = [describe_price(price) for price in load_project_prices(project.pk)]
    put_project_prices(project, [price.model_dump() for price in prices.items])
    after = [describe_price(price) for price in load_project_prices(project.pk)]
    audit.describe(
        request,
        removed=[price for price in before if price not in after],
        added=[price for price in after if price not in before],
    )
    return list_prices(request)
