"""The store's clients: lent to one thread at a time, and not made anew for each."""

import threading
from typing import Any

import clickhouse_connect
import pytest

from tracing.store import Store

QUERY = "tracing/sql/migrations.sql"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Clients that are made while a test runs."""
    clients: list[object] = []
    make = clickhouse_connect.get_client

    def count(**given: Any) -> object:
        clients.append(make(**given))
        return clients[-1]

    monkeypatch.setattr(clickhouse_connect, "get_client", count)
    return clients


def run_in_thread(store: Store) -> None:
    thread = threading.Thread(target=store.query, args=(QUERY,))
    thread.start()
    thread.join()


def test_threads_that_ask_one_after_another_make_no_client_each(store: Store, made: list[object]) -> None:
    for _ in range(5):
        run_in_thread(store)
    assert len(made) <= 1


def test_threads_that_ask_at_once_have_a_client_each(store: Store, made: list[object]) -> None:
    with store._lend() as one, store._lend() as other:
        assert one.client is not other.client
        assert one.client.query("SELECT 1").result_rows == other.client.query("SELECT 1").result_rows


def test_a_client_whose_query_failed_is_lent_again(store: Store, made: list[object]) -> None:
    for _ in range(3):
        with pytest.raises(Exception, match="no_such_table"):
            store.execute("SELECT * FROM no_such_table")
    assert len(made) <= 1
    assert store.query(QUERY)
