"""Figures of the tasks of agents come in; the cards and the table of tools of their page go out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.agent_task_list import TaskFigures, ToolFigures
from feedback.pages.shares import Share
from feedback.pages.task_filters import TaskFilters

TOOLS_SHOWN = 10
MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class ListedTool:
    """A tool with the share of its uses that failed, and the query of the tasks that used it."""

    figures: ToolFigures
    failures: Share
    query: str


@dataclass(frozen=True, slots=True)
class TaskCards:
    """What stands above the list. Queries narrow it to what a figure tells of."""

    figures: TaskFigures
    failed: Share
    failed_query: str
    most_steps_query: str
    slowest_query: str
    dearest_query: str
    tools: Sequence[ListedTool]
    more_tools: int
    """So many used less are left out."""


def build_task_cards(figures: TaskFigures, filters: TaskFilters) -> TaskCards:
    steps, duration, cost = figures.steps, figures.duration_ns, figures.cost_usd
    return TaskCards(
        figures=figures,
        failed=Share(figures.failed, figures.tasks),
        failed_query=replace(filters, failed="true").query,
        most_steps_query=narrow(filters, f"steps>={steps.p95:.0f}") if steps else "",
        slowest_query=narrow(filters, f"latency>={math.floor(duration.p95 / 1e6)}ms") if duration else "",
        dearest_query=narrow(filters, f"cost>={write_amount(cost.p95)}") if cost else "",
        tools=[
            ListedTool(tool, Share(tool.failures, tool.uses), replace(filters, tool=tool.name).query)
            for tool in figures.tools[:TOOLS_SHOWN]
        ],
        more_tools=max(0, len(figures.tools) - TOOLS_SHOWN),
    )


def narrow(filters: TaskFilters, condition: str) -> str:
    """The query of what is shown, narrowed by one more condition."""
    return replace(filters, q=filters.q if condition in filters.q.split() else f"{filters.q} {condition}".strip()).query


def write_amount(value: float) -> str:
    """A number without an exponent.

    >>> write_amount(0.00002), write_amount(3.0)
    ('0.00002', '3')
    """
    return f"{value:.{MOST_DECIMALS}f}".rstrip("0").rstrip(".")
