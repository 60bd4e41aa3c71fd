"""Every query file: the engine takes it, somebody asks it, and it stays inside one project."""

import re
from datetime import date
from pathlib import Path

import pytest

from tracing.filter_fields import FIELDS, STANDS, THROUGH, ListName
from tracing.filter_language import FilterError, read_filter
from tracing.filter_sql import MARKER, Where, compile_filter
from tracing.store import PROJECT_TABLES, STANDING, Store, read_query

ROOT = Path(__file__).parents[1]
PACKAGES = ("tracing", "feedback", "drift", "config")
FILES = sorted(path.relative_to(ROOT).as_posix() for package in PACKAGES for path in ROOT.glob(f"{package}/sql/*.sql"))
ACROSS_PROJECTS = (
    # What is looked for on the disk, which all projects share
    "tracing/sql/ids_within_others.sql",
    # A backup is of the whole installation
    "tracing/sql/engine.sql",
    "tracing/sql/stored_rows.sql",
    "tracing/sql/latest_rows.sql",
    # A move, too
    "tracing/sql/any_row.sql",
    "tracing/sql/block_of_part.sql",
    "tracing/sql/emptied_table.sql",
    "tracing/sql/finished_move.sql",
    "tracing/sql/measured_lasting_rows.sql",
    "tracing/sql/measured_rows.sql",
    "tracing/sql/parts_of_table.sql",
    "tracing/sql/stored_columns.sql",
    # What a stage has to do and how far behind it is, for all projects at once
    "drift/sql/changed_days.sql",
    "drift/sql/lag_of_days.sql",
    "drift/sql/lag_of_live.sql",
    "drift/sql/live_hearings.sql",
    "drift/sql/changed_calls.sql",
    "feedback/sql/changed_conversations.sql",
    "feedback/sql/changed_estimates.sql",
    "feedback/sql/changed_feedback.sql",
    "feedback/sql/changed_hearings.sql",
    "feedback/sql/lag_of_estimates.sql",
    "feedback/sql/lag_of_failures.sql",
    "feedback/sql/lag_of_feedback.sql",
    "feedback/sql/lag_of_signals.sql",
    "tracing/sql/changed_hours.sql",
    "tracing/sql/changed_services.sql",
    "tracing/sql/changed_traces.sql",
    "tracing/sql/lag_of_hours.sql",
    "tracing/sql/lag_of_traces.sql",
    "tracing/sql/watermark.sql",
    "tracing/sql/watermarks_of_lanes.sql",
    # The state of the database itself
    "tracing/sql/dead_letter_counts.sql",
    "tracing/sql/inactive_parts.sql",
    "tracing/sql/inactive_parts_of_cluster.sql",
    "tracing/sql/part_dropping.sql",
    "tracing/sql/migrations.sql",
    "tracing/sql/outdated_calls.sql",
    "tracing/sql/replaced_retention.sql",
    "tracing/sql/retention.sql",
    "tracing/sql/clock.sql",
    "tracing/sql/ready.sql",
)
DELETION = "tracing/sql/delete_project.sql"
CHANGES_OF_A_TABLE = (
    *(DELETION, "tracing/sql/keep_raw_rows.sql", "tracing/sql/keep_derived_rows.sql", "tracing/sql/part_dropping.sql"),
    *(path for path in FILES if path.startswith("tracing/sql/erased_")),
    "tracing/sql/latest_rows.sql",
    *("tracing/sql/any_row.sql", "tracing/sql/block_of_part.sql", "tracing/sql/emptied_table.sql"),
    *("tracing/sql/measured_lasting_rows.sql", "tracing/sql/measured_rows.sql"),
    "tracing/sql/inactive_parts_of_cluster.sql",  # tests/tracing/test_clusters.py runs it
)
EXAMPLES = {
    "Bool": True,
    "UInt8": 1,
    "UInt32": 1,
    "UInt64": 1,
    "Int8": 1,
    "Int64": 1,
    "Float64": 0.5,
    "String": "it's {x:String}\n",
    "Date": date(2026, 11, 20),
    "Array(String)": ["a", "it's"],
    "Array(UInt32)": [1],
    "Array(Int64)": [1],
    "Array(UInt64)": [1],
    "Array(Array(String))": [["a", "it's"]],
}
FILTERED: dict[str, ListName] = {
    "drift/sql/filtered_days.sql": "conversations",
    "drift/sql/live_conversations.sql": "conversations",
    "drift/sql/past_reasons.sql": "conversations",
    "feedback/sql/agent_task_figures.sql": "tasks",
    "feedback/sql/agent_task_page.sql": "tasks",
    "feedback/sql/agent_task_tools.sql": "tasks",
    "feedback/sql/comparisons_conversations.sql": "comparisons",
    "feedback/sql/conversation_ids.sql": "conversations",
    "feedback/sql/conversation_page.sql": "conversations",
    "feedback/sql/page_arrivals.sql": "conversations",
    "feedback/sql/page_conversations.sql": "conversations",
    "feedback/sql/page_counts.sql": "conversations",
    "feedback/sql/page_dataset_counts.sql": "conversations",
    "feedback/sql/page_dissatisfied.sql": "conversations",
    "feedback/sql/conversations_to_learn_from.sql": "conversations",
    "feedback/sql/page_position.sql": "conversations",
    "feedback/sql/page_total.sql": "conversations",
    "feedback/sql/page_signal_counts.sql": "conversations",
    "feedback/sql/return_count.sql": "conversations",
    "feedback/sql/return_facts.sql": "conversations",
    "feedback/sql/review_conversations.sql": "conversations",
    "feedback/sql/review_turns.sql": "conversations",
    "feedback/sql/signal_page.sql": "signals",
    "drift/sql/measure_calls.sql": "generations",
    "drift/sql/measure_conversations.sql": "conversations",
    "drift/sql/measure_observations.sql": "conversations",
    "tracing/sql/generation_candidates.sql": "generations",
    "tracing/sql/generation_page.sql": "generations",
    "tracing/sql/hourly_figures.sql": "hours",
    "tracing/sql/speed.sql": "hours",
    "tracing/sql/spending.sql": "hours",
    "tracing/sql/trace_summaries.sql": "traces",
}
"""Queries that take a filter, and the list that each is of."""
PARAMETER = re.compile(r"\{(\w+):([\w()]+)\}")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def read_parameters(path: str) -> dict[str, str]:
    return dict(PARAMETER.findall(read(path)))


def test_there_are_queries() -> None:
    assert len(FILES) > 20
    assert set(ACROSS_PROJECTS) <= set(FILES)


@pytest.mark.parametrize("path", [path for path in FILES if path not in CHANGES_OF_A_TABLE])
def test_the_engine_takes_the_query(store: Store, path: str) -> None:
    examples = {name: EXAMPLES[type_name] for name, type_name in read_parameters(path).items()}
    assert isinstance(store.query(path, **examples), list)


def test_the_engine_takes_the_deletion_of_a_project(store: Store) -> None:
    store.insert("signals", {"project_id": [1, 2], "conversation_id": ["a", "b"]})
    store.delete_project(1)
    assert [store.query("feedback/sql/stats.sql", project_id=number)[0]["signals"] for number in (1, 2)] == [0, 1]


@pytest.mark.parametrize("path", FILES)
def test_somebody_asks_it(path: str) -> None:
    sources = [source for package in PACKAGES for source in ROOT.glob(f"{package}/**/*.py")]
    assert any(path in source.read_text(encoding="utf-8") for source in sources)


@pytest.mark.parametrize("path", [path for path in FILES if path not in (*ACROSS_PROJECTS, DELETION)])
def test_every_table_is_asked_for_one_project_alone(path: str) -> None:
    statement = re.sub(r"--.*", "", read(path))
    own_tables = re.findall(rf"(?:FROM|JOIN)\s+({'|'.join(PROJECT_TABLES)})\b", statement)
    assert read_parameters(path).get("project_id") == "UInt32"
    assert statement.count("project_id = {project_id:UInt32}") >= max(1, len(own_tables))


def test_queries_that_take_a_filter_are_known() -> None:
    assert {path for path in FILES if MARKER in read(path)} == set(FILTERED)


@pytest.mark.parametrize("path", FILTERED)
def test_the_engine_takes_every_field_that_a_list_has(store: Store, path: str) -> None:
    examples = {name: EXAMPLES[type_name] for name, type_name in read_parameters(path).items()}
    wheres = [where for text in TEXTS if (where := compile_text(text, FILTERED[path]))]
    assert len(wheres) >= 10
    for where in wheres:
        assert isinstance(store.query(path, where, **examples), list), where


TEXTS = ("words", "-words", *(f"{sign}{field.example}" for field in FIELDS for sign in ("", "-")))


def compile_text(text: str, list_name: ListName) -> Where | None:
    """None where the list has no such field."""
    try:
        return compile_filter(read_filter(text), list_name, 10**18)
    except FilterError:
        return None


def test_which_signals_stand_is_said_in_one_place() -> None:
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in FILES]
    assert not any("signal_hash FROM confirmations" in text for text in texts)
    assert sum(STANDING in text for text in texts) > 3
    assert STANDS in read_query("feedback/sql/page_kinds.sql")


def test_a_filter_reads_every_table_for_one_project_alone() -> None:
    pieces = [piece for field in FIELDS for piece in field.sql.values()] + [piece for _, piece in THROUGH.values()]
    assert sum("FROM" in piece for piece in pieces) > 5
    for piece in pieces:
        assert piece.count(" FROM ") == piece.count("project_id = {project_id:UInt32}"), piece


@pytest.mark.parametrize("path", FILES)
def test_it_says_what_it_gives(path: str) -> None:
    assert read(path).startswith("-- ") or len(read(path).splitlines()) == 1
