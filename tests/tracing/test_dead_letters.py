import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.tracing.otlp import make_request, make_span, make_trace_id
from tracing.dead_letters import Retried, count_letters, insert_rows, retry_letters
from tracing.ingest import Ingest
from tracing.receive.decoding import SpanBatch, decode_spans
from tracing.records import load_spans
from tracing.store import Store

TABLE = "otel_traces"


def make_batch(*names: str, project_id: int = 1, trace: int = 1) -> SpanBatch:
    spans = (make_span(number, trace, name=name) for number, name in enumerate(names, start=1))
    return decode_spans(make_request(*spans), project_id)


def read_names(store: Store) -> list[str]:
    return sorted(span.name for span in load_spans(store, 1, [make_trace_id(1)]))


def read_letters(store: Store) -> list[dict[str, Any]]:
    return store.query("tracing/sql/dead_letters.sql", project_id=1, before_ns=2**63 - 1, before_id="", limit=100)


@pytest.fixture(autouse=True)
def _quiet_driver(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "clickhouse_connect")


@pytest.fixture
def strict_store(store: Store) -> Iterator[Store]:
    """A store whose engine refuses spans called `poison`."""
    store.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT no_poison CHECK SpanName != 'poison'")
    yield store
    if store.query("tracing/sql/ready.sql"):
        store.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS no_poison")


def lift_constraint(store: Store) -> None:
    store.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT no_poison")


def test_rows_that_the_engine_refuses_are_kept_apart_with_the_reason_and_the_others_go_in(strict_store: Store) -> None:
    ingest = Ingest(strict_store, 1_000_000)
    ingest.commit(TABLE, make_batch("a", "poison", "b", "c", "poison"), 10)
    ingest.stop()
    assert read_names(strict_store) == ["a", "b", "c"]
    letters = read_letters(strict_store)
    assert [letter["table_name"] for letter in letters] == [TABLE, TABLE]
    assert all("no_poison" in letter["reason"] for letter in letters)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Timestamp", 2**64),
        ("SpanName", "\ud800"),
        ("SpanName", None),
        ("SpanAttributes", {"key": 5}),
        ("Events.Timestamp", [1, 2]),
    ],
)
def test_rows_that_cannot_even_be_written_down_are_kept_too(store: Store, column: str, value: object) -> None:
    batch = make_batch("a", "b", "c")
    batch.columns[column][1] = value
    assert insert_rows(store, TABLE, batch.columns) == 1
    assert read_names(store) == ["a", "c"]
    assert read_letters(store)[0]["reason"]


def test_a_refused_row_that_is_sent_again_is_one_letter(strict_store: Store) -> None:
    batch = make_batch("poison")
    for _ in range(3):
        insert_rows(strict_store, TABLE, batch.columns)
    assert count_letters(strict_store, 1) == 1


def test_a_retry_inserts_the_whole_row_and_ends_the_letter(strict_store: Store) -> None:
    events = [make_span().Event(time_unix_nano=5, name="event")]
    span = make_span(1, 1, {"text": "Grüße \U0001f600", "count": 3}, name="poison", events=events)
    batch = decode_spans(make_request(span), 1)
    insert_rows(strict_store, TABLE, batch.columns)
    assert retry_letters(strict_store, 1) == Retried(stored=0, refused=1)
    assert count_letters(strict_store, 1) == 1
    lift_constraint(strict_store)
    assert retry_letters(strict_store, 1) == Retried(stored=1, refused=0)
    assert count_letters(strict_store, 1) == 0
    [kept] = load_spans(strict_store, 1, [make_trace_id(1)])
    strict_store.execute(f"TRUNCATE TABLE {TABLE}")
    strict_store.insert(TABLE, batch.columns)
    assert [kept] == load_spans(strict_store, 1, [make_trace_id(1)])


def test_a_retry_touches_no_other_project(strict_store: Store) -> None:
    for project_id in (1, 2):
        insert_rows(strict_store, TABLE, make_batch("poison", project_id=project_id).columns)
    lift_constraint(strict_store)
    retry_letters(strict_store, 1)
    assert [count_letters(strict_store, number) for number in (1, 2)] == [0, 1]


def test_a_retry_of_more_than_one_page_ends_although_all_are_refused(
    strict_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracing.dead_letters.RETRY_BATCH", 2)
    insert_rows(strict_store, TABLE, make_batch(*["poison"] * 5).columns)
    assert retry_letters(strict_store, 1) == Retried(stored=0, refused=5)


def test_very_many_bad_rows_do_not_keep_the_store_busy(strict_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.dead_letters.MAX_FAILURES", 10)
    insert, attempts = Store.insert, []

    def count_insert(self: Store, table: str, columns: Any) -> None:
        attempts.append(table)
        insert(self, table, columns)

    monkeypatch.setattr(Store, "insert", count_insert)
    names = ["poison", "good"] * 50
    assert insert_rows(strict_store, TABLE, make_batch(*names).columns) >= 50
    assert len(attempts) < 40  # down to each single row it would be 200
    lift_constraint(strict_store)
    while retry_letters(strict_store, 1).stored:
        pass
    assert read_names(strict_store) == sorted(names)


def test_a_letter_that_cannot_be_kept_is_not_acknowledged(strict_store: Store) -> None:
    class NoLetters:
        def insert(self, table: str, columns: Any) -> None:
            if table == "dead_letters":
                raise OSError("No space left on device")
            strict_store.insert(table, columns)

    with pytest.raises(OSError, match="No space left"):
        insert_rows(NoLetters(), TABLE, make_batch("a", "poison").columns)


def test_a_project_that_is_deleted_takes_its_letters_along(strict_store: Store) -> None:
    insert_rows(strict_store, TABLE, make_batch("poison").columns)
    strict_store.delete_project(1)
    assert count_letters(strict_store, 1) == 0


def test_a_letter_holds_the_row_as_json(strict_store: Store) -> None:
    insert_rows(strict_store, TABLE, make_batch("poison").columns)
    [letter] = strict_store.query("tracing/sql/dead_letter_rows.sql", project_id=1, after_id="", limit=10)
    assert json.loads(letter["row"])["SpanName"] == "poison"
