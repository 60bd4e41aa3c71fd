"""REST of the stages of Tacit: how far each is behind, and what it did."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from feedback.pages.stages import STAGE_PURPOSES, place
from feedback.stages import load_stages
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.activity import Done
from tracing.resources import Time, format_moment
from tracing.store import get_store

router = Router(tags=["tracing"])


class StageResource(Schema):
    """A stage, of all projects together. `lag_seconds` is the age of the oldest row that it has not done, 0 where none
    waits; `done` and `busy_seconds` are of the last hour."""

    name: str
    purpose: str
    lag_seconds: float
    waiting: int
    last_done: Time | None
    done: int
    busy_seconds: float


class StageList(Schema):
    """In the order of the data's way. `worker_heard` is when a worker was heard last; `task` is what it is at."""

    worker_heard: Time | None
    task: str
    task_since: Time | None
    items: list[StageResource]


@router.get("stages", response=StageList, summary="How far each stage is behind", auth=May(Right.READ))
def list_stages(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    told = load_stages(get_store(), timezone.now())
    work, order = told.work, tuple(STAGE_PURPOSES)
    items = [
        {
            "name": name,
            "purpose": STAGE_PURPOSES.get(name, ""),
            "lag_seconds": told.waits[name].seconds,
            "waiting": told.waits[name].rows,
            "last_done": format_moment(told.last.get(name)),
            "done": told.done.get(name, Done()).count,
            "busy_seconds": told.done.get(name, Done()).seconds,
        }
        for name in sorted(told.waits, key=lambda each: place(each, order))
    ]
    return {
        "worker_heard": format_moment(work.at if work else None),
        "task": work.task if work else "",
        "task_since": format_moment(work.task_since if work else None),
        "items": items,
    }
