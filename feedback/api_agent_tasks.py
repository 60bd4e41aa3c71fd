"""REST of what agents did: tasks with their steps, tools, time and cost, and the figures of all."""

import time
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from feedback.agent_task_list import Quantiles, find_page, load_figures
from feedback.agent_tasks import AgentTask
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import TaskFilters
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import Count, Number, Time, format_time, to_ms
from tracing.sent_ids import know_ids
from tracing.store import get_store

router = Router(tags=["feedback"])


class ToolCountResource(Schema):
    """How often a task used a tool, and how often that failed."""

    name: str
    uses: int
    failures: int


class TaskResource(Schema):
    """An answer that an agent worked for. `trace_id` and `span_id` are the answer's, `request` is the user's own words
    (at most 300 characters), `steps` are model calls; `tools` stand by first use. `failed`: the answer is an error, or
    was made although a tool failed that never worked after. `cost_usd` is that of the calls whose cost is known."""

    conversation_id: str
    turn_index: int
    trace_id: str
    span_id: str
    request: str
    user_id: str
    service_name: str
    environment: str
    tags: list[str]
    models: list[str]
    steps: int
    tools: list[ToolCountResource]
    tool_uses: int
    tool_failures: int
    failed: bool
    outcome: str
    input_tokens: Count | None
    output_tokens: Count | None
    cost_usd: Number | None
    start_time: Time
    duration_ms: float


class TaskPage(Schema):
    items: list[TaskResource]
    next_cursor: str | None


class QuantilesResource(Schema):
    """Half of the tasks took at most `median`, and 95 of 100 at most `p95`."""

    median: float
    p95: float


class ToolFiguresResource(Schema):
    """A tool: in how many tasks it was used, how often in all, and how often that failed."""

    name: str
    tasks: int
    uses: int
    failures: int


class TaskFiguresResource(Schema):
    """What tasks took in all; null where there is none. `priced` is how many have a known cost, which is what
    `cost_usd` and `total_cost_usd` are of. Of the tools those used most, at most 1,000."""

    tasks: int
    failed: int
    tool_uses: int
    steps: QuantilesResource | None
    duration_ms: QuantilesResource | None
    cost_usd: QuantilesResource | None
    priced: int
    total_cost_usd: float | None
    tools: list[ToolFiguresResource]


@router.get(
    "tasks",
    response=TaskPage,
    summary="Tasks of agents, those that began last first",
    operation_id="list_tasks",
    auth=May(Right.READ),
)
def list_tasks(
    request: HttpRequest, filters: Query[TaskFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    place = decode_cursor(cursor, "tasks")
    page = find_page(
        get_store(),
        project_of(request).pk,
        know_ids(project_of(request).pk, filters.read()),
        place,
        limit,
        time.time_ns(),
    )
    return give_page("tasks", [describe_task(task) for task in page.rows], page.next)


def describe_task(task: AgentTask) -> dict[str, Any]:
    return asdict(task) | {
        "tool_uses": task.tool_uses,
        "tool_failures": task.tool_failures,
        "start_time": format_time(task.start_time_ns),
        "duration_ms": to_ms(task.duration_ns),
    }


@router.get(
    "tasks/figures",
    response=TaskFiguresResource,
    summary="What tasks of agents took in all",
    operation_id="show_task_figures",
    auth=May(Right.READ),
)
def show_figures(request: HttpRequest, filters: Query[TaskFilters]) -> dict[str, Any]:
    """How many there are and failed, median and 95th percentile of steps, time and cost, and the tools they used."""
    figures = load_figures(
        get_store(), project_of(request).pk, know_ids(project_of(request).pk, filters.read()), time.time_ns()
    )
    duration = figures.duration_ns
    in_ms = None if duration is None else asdict(Quantiles(duration.median / 1e6, duration.p95 / 1e6))
    return asdict(figures) | {"duration_ms": in_ms}
