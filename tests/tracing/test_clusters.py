"""Statements for a cluster: what is made of the schema, that the engine can read it, and Tacit over two servers."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracing.clusters import COMMENTS, LOCAL, WHOLE, Cluster, StatementNotSpreadError, choose_spread
from tracing.store import ERASURE_TABLES, PROJECT_TABLES, ROOT, SCHEMA_DIRECTORY, Store, read_query

CLUSTER = Cluster("many")
CHANGES = re.compile(r"\A(ALTER|DELETE|TRUNCATE|OPTIMIZE|CREATE)\b")
PARAMETERS = {"table": "turns", "project_id": 1}
PURGING = "tests/feedback/test_purging.py"
OVER_TWO = (
    *("tests/test_data_way.py", "tests/tracing/test_store.py", "tests/pages/test_overview.py"),
    "tests/config/test_moving.py::test_rows_go_to_the_servers_that_keep_them",
    f"{PURGING}::test_after_their_hours_texts_go_from_the_disk_and_everything_heard_in_them_stays",
)
"""Tests that read, derive, change and delete in most tables."""
MANY_OVER_TWO = (
    *("tests/pages", "tests/tracing/erasing", "tests/feedback/failures"),
    *("tests/tracing/test_retention.py", "tests/tracing/test_reprocessing.py", "tests/test_filters.py"),
    *(PURGING, "tests/feedback/test_text_places.py"),
)


def list_schema() -> Iterator[str]:
    for path in sorted(SCHEMA_DIRECTORY.glob("*.sql")):
        yield from (text for text in path.read_text(encoding="utf-8").split(";\n") if COMMENTS.sub("", text))


def list_changes() -> Iterator[Path]:
    """Query files that change or delete."""
    for path in sorted(ROOT.glob("*/sql/*.sql")):
        if CHANGES.match(COMMENTS.sub("", path.read_text(encoding="utf-8"))):
            yield path.relative_to(ROOT)


def spread(statement: str) -> list[str]:
    return [text for text, _ in CLUSTER.spread(statement, PARAMETERS)]


def test_the_engine_reads_what_is_made_of_each_statement_of_the_schema(store: Store) -> None:
    for statement in list_schema():
        for text in spread(statement):
            assert "INSERT INTO" in text or "ON CLUSTER many" in text
            assert "ON CLUSTER" not in text or read_by_engine(store, text)


def read_by_engine(store: Store, text: str) -> bool:
    """Whether the engine's parser takes a statement; nothing is run."""
    with store._lend() as lent:
        rows = lent.client.query(f"EXPLAIN AST {text}").result_rows
    return bool(rows)


@pytest.mark.parametrize("path", list(list_changes()), ids=str)
def test_what_changes_rows_is_brought_to_all_servers(path: Path) -> None:
    [(text, bound)] = CLUSTER.spread(read_query(str(path)), PARAMETERS)
    changed = re.findall(r"(?:TABLE|FROM) (\w+|\{table:Identifier\}) ON CLUSTER many\b", text)
    assert len(changed) == 1, text
    named = bound["table"] if changed == ["{table:Identifier}"] else changed[0]
    assert str(named).endswith(LOCAL) or named in WHOLE


def test_all_versions_of_a_row_lie_on_one_server() -> None:
    made = [text for statement in list_schema() for text in spread(statement)]
    tables = {}
    for text in made:
        if found := re.search(
            r"TABLE IF NOT EXISTS (\w+) .*Distributed\(many, currentDatabase\(\), (\w+), cityHash64\((.*)\)\)", text
        ):
            tables[found[1]] = found[3].split(", ")
            assert found[2] == found[1] + LOCAL
    assert set(tables) == {*PROJECT_TABLES, *ERASURE_TABLES, "watermarks"}
    for text in made:
        if found := re.match(r"CREATE TABLE IF NOT EXISTS (\w+)_local ", text):
            key = re.search(r"ORDER BY \(?([\w, ]+)\)?", text)
            assert key is not None
            assert set(tables[found[1]]) <= {column.strip() for column in key[1].split(",")}
            assert " ENGINE = Replicated" in text


def test_columns_are_changed_on_the_servers_and_over_them() -> None:
    local, over = spread("ALTER TABLE turns ADD COLUMN IF NOT EXISTS x UInt8")
    assert local == "ALTER TABLE turns_local ON CLUSTER many ADD COLUMN IF NOT EXISTS x UInt8"
    assert over == "ALTER TABLE turns ON CLUSTER many ADD COLUMN IF NOT EXISTS x UInt8"
    assert spread("ALTER TABLE turns ADD INDEX i x TYPE minmax") == [
        "ALTER TABLE turns_local ON CLUSTER many ADD INDEX i x TYPE minmax"
    ]


def test_what_nobody_thought_of_is_no_silent_half() -> None:
    with pytest.raises(StatementNotSpreadError, match="RENAME TABLE"):
        spread("RENAME TABLE turns TO others")
    with pytest.raises(StatementNotSpreadError, match="sorting key"):
        choose_spread("(x) ")


@pytest.mark.parametrize("tests", [OVER_TWO, pytest.param(MANY_OVER_TWO, marks=pytest.mark.slow)], ids=["some", "many"])
def test_tacit_over_two_servers(tests: tuple[str, ...]) -> None:
    """The real `Distributed` engine, in a process of its own; see tests/two_servers.py for what is not real."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.two_servers", "-q", "-p", "no:cacheprovider", *tests]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3_600, check=False)
    assert run.returncode == 0, run.stdout[-5_000:]
