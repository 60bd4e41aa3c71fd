"""`ToolRun`s as rows of `tool_runs`, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from tracing.store import Store
from tracing.tool_runs import ToolRun

NAMES = tuple(field.name for field in fields(ToolRun) if field.name != "start_time_ns")


def load_tool_runs(store: Store, project_id: int, trace_ids: Sequence[str]) -> list[ToolRun]:
    """The runs of tools in these traces, by start."""
    if not trace_ids:
        return []
    rows = store.query("tracing/sql/tool_runs_of_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    return [ToolRun(**{name: row[name] for name in (*NAMES, "start_time_ns")}) for row in rows]


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which span of a trace tells of a run of a tool."""

    span_id: str


def load_run_keys(store: Store, project_id: int, trace_id: str) -> list[RunKey]:
    """The spans of the trace that tell of runs of tools."""
    rows = store.query("tracing/sql/keys_of_tool_runs.sql", project_id=project_id, trace_ids=[trace_id])
    return [RunKey(row["span_id"]) for row in rows]


def load_run(store: Store, project_id: int, trace_id: str, span_id: str) -> ToolRun | None:
    """The run of a tool that a span tells of."""
    bound = {"project_id": project_id, "trace_id": trace_id, "span_id": span_id}
    rows = store.query("tracing/sql/run_of_span.sql", **bound)
    return ToolRun(**{name: rows[0][name] for name in (*NAMES, "start_time_ns")}) if rows else None


def write_tool_runs(
    store: Store, project_id: int, trace_ids: Sequence[str], runs: Sequence[ToolRun], version: int
) -> None:
    """Write runs in `version` (microseconds), and delete all others that these traces had."""
    known = store.query("tracing/sql/keys_of_tool_runs.sql", project_id=project_id, trace_ids=list(trace_ids))
    told = {(run.trace_id, run.span_id) for run in runs}
    gone = [key for key in ((row["trace_id"], row["span_id"]) for row in known) if key not in told]
    columns: dict[str, list[Any]] = {name: [getattr(run, name) for run in runs] for name in NAMES}
    columns |= {"start_time": [run.start_time_ns for run in runs], "version": [version] * len(runs)}
    store.insert("tool_runs", columns)
    deleted = {
        "project_id": [project_id] * len(gone),
        "trace_id": [trace_id for trace_id, _ in gone],
        "span_id": [span_id for _, span_id in gone],
        "version": [version] * len(gone),
        "is_deleted": [1] * len(gone),
    }
    store.insert("tool_runs", deleted)
