"""A filter comes in; a page of the tasks of agents, and what they took in all, go out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from feedback.agent_task_records import place_agent_task, read_agent_task
from feedback.agent_tasks import AgentTask
from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter
from tracing.kept_queries import prepare_kept
from tracing.page_filling import FilledPage
from tracing.paging import Place
from tracing.store import Store
from tracing.together import ask_together

MOST_TOOLS = 1_000
TASK_TOOLS = "feedback/sql/agent_task_tools.sql"


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of the tasks that match, half took at most `median`, and 95 of 100 at most `p95`; both occur."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class ToolFigures:
    """A tool in all tasks that match: in how many, how often it was used, and how often that failed."""

    name: str
    tasks: int
    uses: int
    failures: int


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """What tasks took. Without tasks, or without one of known price, there are no quantiles."""

    tasks: int
    failed: int
    tool_uses: int
    steps: Quantiles | None
    duration_ns: Quantiles | None
    cost_usd: Quantiles | None
    priced: int
    """Tasks whose cost is known."""
    total_cost_usd: float | None
    tools: Sequence[ToolFigures]
    """The most used first."""


def find_page(
    store: Store, project_id: int, given: Filter, place: Place, limit: int, now_ns: int
) -> FilledPage[AgentTask]:
    """At most `limit` tasks that match and stand after `place`, latest first. Raises FilterError."""
    rows = store.query(
        "feedback/sql/agent_task_page.sql",
        compile_filter(given, "tasks", now_ns),
        project_id=project_id,
        before_ns=place.time_ns,
        before_id=place.id,
        limit=limit + 1,
    )
    tasks = [read_agent_task(row) for row in rows[:limit]]
    return FilledPage(tasks, place_agent_task(tasks[-1]) if len(rows) > limit else None)


def load_figures(store: Store, project_id: int, given: Filter, now_ns: int) -> TaskFigures:
    """Figures of all tasks that match. Raises FilterError."""
    return prepare_figures(store, project_id, given, now_ns)()


def prepare_figures(store: Store, project_id: int, given: Filter, now_ns: int) -> Callable[[], TaskFigures]:
    """The same as a question that any thread may ask."""
    where = compile_filter(given, "tasks", now_ns)
    ask = partial(prepare_kept, store, where=where, project_id=project_id)
    questions = ask("feedback/sql/agent_task_figures.sql"), ask(TASK_TOOLS, limit=MOST_TOOLS)

    def answer() -> TaskFigures:
        [row], tools = ask_together(*questions)
        return read_figures(row, tools)

    return answer


def read_figures(row: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> TaskFigures:
    return TaskFigures(
        tasks=row["tasks"],
        failed=row["failed_tasks"],
        tool_uses=row["uses"],
        steps=Quantiles(*row["steps_quantiles"]) if row["tasks"] else None,
        duration_ns=Quantiles(*row["duration_quantiles_ns"]) if row["tasks"] else None,
        cost_usd=Quantiles(*row["cost_quantiles_usd"]) if row["priced_tasks"] else None,
        priced=row["priced_tasks"],
        total_cost_usd=row["total_cost_usd"] if row["priced_tasks"] else None,
        tools=[ToolFigures(**each) for each in tools],
    )
