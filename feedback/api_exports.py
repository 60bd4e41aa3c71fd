"""REST of exports: the formats that there are, with what each could be made of."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from feedback.datasets import FORMATS
from feedback.pages.ingredients import count_judgements, describe_choice
from tracing.api import project_of
from tracing.store import get_store

router = Router(tags=["feedback"])


class IngredientResource(Schema):
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


@router.get("exports/formats", response=FormatList, summary="What can be exported, and of how many judged answers")
def list_formats(request: HttpRequest) -> dict[str, Any]:
    has = count_judgements(get_store().query("feedback/sql/page_dataset_counts.sql", project_id=project_of(request).pk))
    return {"items": [describe_choice(each.name, each.title, has) for each in FORMATS.values()]}
