"""REST of exports: datasets, the formats that there are, and what each could be made of."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import WithJsonSchema

from feedback.datasets import FORMATS, to_zip
from feedback.exports import build_export
from feedback.pages.ingredients import count_judgements, describe_choice
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import ConversationFilters
from tracing.store import get_store

router = Router(tags=["feedback"])
FormatName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(FORMATS)})]
ZIP = {"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}


class IngredientResource(Schema):
    """How many answers there are of which somebody said, or showed, this."""

    count: int
    words: str


class FormatResource(Schema):
    """A format of `exports`. `ingredients` are judged answers by where the judgement came from; `need` says what is
    missing, and is empty where there is enough to train on."""

    name: str
    title: str
    purpose: str
    ingredients: list[IngredientResource]
    need: str


class FormatList(Schema):
    items: list[FormatResource]


@router.get(
    "exports",
    summary="A dataset as a zip file: rows, manifest and provenance",
    openapi_extra=ZIP,
    auth=May(Right.READ, exports=True),
)
def download_export(request: HttpRequest, format: FormatName, filters: Query[ConversationFilters]) -> HttpResponse:
    """Of all conversations that match: files as `tacit export` writes them."""
    given = filters.read()
    dataset = build_export(project_of(request), format, given)
    audit.describe(request, format, rows=dataset.count_rows(), is_filtered=bool(given.conditions))
    response = HttpResponse(to_zip(dataset), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="tacit-{format}.zip"'
    return response


@router.get(
    "exports/formats",
    response=FormatList,
    summary="What can be exported, and of how many judged answers",
    auth=May(Right.READ),
)
def list_formats(request: HttpRequest) -> dict[str, Any]:
    has = count_judgements(get_store().query("feedback/sql/page_dataset_counts.sql", project_id=project_of(request).pk))
    return {"items": [describe_choice(each.name, each.title, has) for each in FORMATS.values()]}
