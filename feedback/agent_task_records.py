"""`AgentTask`s as rows of `agent_tasks`, and back: the only place that knows their columns."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from feedback.agent_tasks import AgentTask, ToolCount
from feedback.records import ALL_TURNS, to_deleted_columns
from tracing.paging import Place
from tracing.store import Store

KEY = ("conversation_id", "turn_index", "trace_id", "span_id")
TOOL_FIELDS = tuple(field.name for field in fields(ToolCount))
PLAIN_FIELDS = tuple(field.name for field in fields(AgentTask) if field.name not in ("tools", "start_time_ns"))
LIST_FIELDS = ("models", "tags")


def write_agent_tasks(
    store: Store,
    project_id: int,
    tasks: Sequence[AgentTask],
    conversation_ids: Sequence[str],
    version: int,
    turns: range = ALL_TURNS,
    purged: Collection[tuple[str, int]] = (),
) -> None:
    """Write tasks in `version` (microseconds) and delete all others that `conversation_ids` had in these turns.

    Of turns that are `purged` (conversation id, index) what is known stays: their tools' results are gone.
    """
    known = store.query(
        "feedback/sql/agent_task_keys.sql",
        project_id=project_id,
        conversation_ids=list(conversation_ids),
        first_turn=turns.start,
        end_turn=turns.stop,
    )
    keys = [tuple(row[name] for name in KEY) for row in known]
    stays = {key for key, row in zip(keys, known, strict=True) if (row["conversation_id"], row["turn_index"]) in purged}
    told = {tuple(getattr(task, name) for name in KEY): task for task in tasks}
    gone = [key for key in keys if key not in told.keys() | stays]
    store.insert("agent_tasks", to_columns(project_id, [told[key] for key in told if key not in stays], version))
    store.insert("agent_tasks", to_deleted_columns(project_id, KEY, gone, version))


def to_columns(project_id: int, tasks: Sequence[AgentTask], version: int) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [getattr(task, name) for task in tasks] for name in PLAIN_FIELDS}
    for name in LIST_FIELDS:
        columns[name] = [list(value) for value in columns[name]]
    for name in TOOL_FIELDS:
        columns[f"tools.{name}"] = [[getattr(tool, name) for tool in task.tools] for task in tasks]
    return columns | {
        "project_id": [project_id] * len(tasks),
        "tool_uses": [task.tool_uses for task in tasks],
        "tool_failures": [task.tool_failures for task in tasks],
        "start_time": [task.start_time_ns for task in tasks],
        "version": [version] * len(tasks),
    }


def read_agent_task(row: Mapping[str, Any]) -> AgentTask:
    """A task from a row of `agent_task_page.sql`."""
    values = {name: row[name] for name in (*PLAIN_FIELDS, "start_time_ns")}
    values |= {name: tuple(row[name]) for name in LIST_FIELDS}
    told = zip(*(row[f"tool_{name}"] for name in TOOL_FIELDS), strict=True)
    return AgentTask(**values, tools=tuple(ToolCount(*each) for each in told))


def place_agent_task(task: AgentTask) -> Place:
    """Where a task stands in the list: its time, and its key as JSON."""
    return Place(task.start_time_ns, json.dumps([getattr(task, name) for name in KEY], ensure_ascii=False))
