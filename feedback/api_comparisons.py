"""REST of comparisons: which model, prompt or anything else does better, how sure that is, and what it rests on."""

import time
from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from feedback.comparison_list import Found, find_page, load_comparisons, rank_kinds, rank_slices
from feedback.comparisons.answers import MODEL
from feedback.comparisons.comparison import MOST_TEXT, Comparison
from feedback.comparisons.ranking import Ranking
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import ComparisonFilters
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import Time, format_time
from tracing.sent_ids import know_ids
from tracing.store import get_store

router = Router(tags=["feedback"])
By = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MOST_TEXT,
        pattern=r"^[^\x00-\x1f\x7f]+$",
    ),
]
SliceName = Literal["", "environment", "service", "tag", "language"]
KindName = Literal["", "explicit", "judge", "behaviour"]


class EstimateResource(Schema):
    """A share with its interval of 90 %."""

    value: float
    low: float
    high: float


class RecordResource(Schema):
    """What came of comparisons, counted as they are."""

    wins: int
    losses: int
    ties: int
    neither: int


class ItemResource(Schema):
    """`beats` is the share of decided comparisons that it wins against the average of all, at equal length and place;
    its rank lies from `best_rank` to `worst_rank`."""

    name: str
    record: RecordResource
    beats: EstimateResource
    rank: int
    best_rank: int
    worst_rank: int


class PairResource(Schema):
    """`first` is the stronger. `is_told`: they differ at 5 %. `more` comparisons of the two would tell a difference as
    large as it looks now with power 80 %; 0 where it is told, null where it would take over 100,000."""

    first: str
    second: str
    record: RecordResource
    beats: EstimateResource
    is_told: bool
    more: int | None


class RankingResource(Schema):
    """`decided`, `ties` and `neither` are of all comparisons that are ranked. Of two equals the one that is shown first
    wins `first_wins`, one twice as long `longer_wins`; null where order or lengths are not known. `one_sided`: the same
    place won each time, so that the order explains it all. `left_out` are items that nothing connects with these."""

    kind: str
    decided: int
    ties: int
    neither: int
    users: int
    without_order: int
    without_length: int
    one_sided: bool
    first_wins: EstimateResource | None
    longer_wins: EstimateResource | None
    items: list[ItemResource]
    pairs: list[PairResource]
    left_out: list[str]


class SliceResource(Schema):
    """The same of one part of the traffic."""

    value: str
    ranking: RankingResource


class ComparisonFiguresResource(Schema):
    """A ranking for each kind: `explicit` is what people said, `judge` what programs did, `behaviour` what people did
    with several answers to one message. `unnamed` comparisons do not tell what they are ranked by, `unreadable` ones
    are wrong, for such `reasons`. `is_all`: no older ones were left out (5,000 of a kind are read)."""

    by: str
    slice_by: str
    is_all: bool
    unnamed: int
    unreadable: int
    reasons: list[str]
    attributes: list[str]
    rankings: list[RankingResource]
    slices: list[SliceResource]


class ComparisonResource(Schema):
    """One comparison. `outcome` is `a`, `b`, `tie` or `neither`; `first` is the one that was shown first, empty where
    nobody told; of behaviour `a` is what was chosen, and `why` says by what."""

    id: str
    kind: str
    time: Time
    a: str
    b: str
    outcome: str
    first: str
    characters_a: int | None
    characters_b: int | None
    conversation_id: str
    why: str


class ComparisonPage(Schema):
    items: list[ComparisonResource]
    next_cursor: str | None


@router.get(
    "comparisons",
    response=ComparisonFiguresResource,
    summary="What does better, by comparisons of two answers",
    operation_id="show_comparisons",
    auth=May(Right.READ),
)
def show_comparisons(
    request: HttpRequest, filters: Query[ComparisonFilters], by: By = MODEL, slice_by: SliceName = ""
) -> dict[str, Any]:
    """Ranked by Bradley and Terry, with the places and lengths of the answers taken out."""
    found = load(request, filters, by)
    names = ("is_all", "unnamed", "unreadable", "reasons", "attributes")
    return {name: getattr(found, name) for name in names} | {
        "by": by,
        "slice_by": slice_by,
        "rankings": [describe_ranking(kind, ranking) for kind, ranking in rank_kinds(found).items()],
        "slices": [
            {"value": each.value, "ranking": describe_ranking(each.kind, each.ranking)}
            for each in (rank_slices(found, slice_by) if slice_by else [])
        ],
    }


@router.get(
    "comparisons/items",
    response=ComparisonPage,
    summary="The comparisons that are ranked, latest first",
    operation_id="list_comparisons",
    auth=May(Right.READ),
)
def list_comparisons(
    request: HttpRequest,
    filters: Query[ComparisonFilters],
    by: By = MODEL,
    comparison: KindName = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Of one kind (`comparison`), or of all."""
    place = decode_cursor(cursor, "comparisons")
    page, next_place = find_page(load(request, filters, by), comparison, place, limit)
    return give_page("comparisons", [describe_comparison(each) for each in page], next_place)


def load(request: HttpRequest, filters: ComparisonFilters, by: str) -> Found:
    return load_comparisons(
        get_store(), project_of(request).pk, by, know_ids(project_of(request).pk, filters.read()), time.time_ns()
    )


def describe_comparison(comparison: Comparison) -> dict[str, Any]:
    return {name: getattr(comparison, name) for name in ComparisonResource.model_fields if name != "time"} | {
        "time": format_time(comparison.time_ns)
    }


def describe_ranking(kind: str, ranking: Ranking) -> dict[str, Any]:
    told = asdict(ranking)
    record = told.pop("record")
    return told | {"kind": kind, "decided": record["wins"], "ties": record["ties"], "neither": record["neither"]}
