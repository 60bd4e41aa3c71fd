"""The store over a ClickHouse server: TLS, users, time limits, and what is asked again after a bad moment."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from tests.faults.relay import Fault, Relay, make_error, relay_to
from tests.faults.services import start_clickhouse
from tests.tls_proxy import make_certificate
from tracing.dead_letters import is_about_content
from tracing.store import Store, StoreUnavailableError

READ = "tracing/sql/migrations.sql"
TABLES = (
    "CREATE TABLE IF NOT EXISTS schema_migrations (name String, checksum String) ENGINE = MergeTree ORDER BY name",
    "CREATE TABLE IF NOT EXISTS kept (id UInt64) ENGINE = ReplacingMergeTree ORDER BY id",
    "TRUNCATE TABLE kept",
    "TRUNCATE TABLE schema_migrations",
    "INSERT INTO schema_migrations VALUES ('one', '')",
)
COUNT = "SELECT count() FROM kept FINAL"
COPIES = "SELECT count() FROM kept"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with start_clickhouse(tmp_path_factory.mktemp("server") / "data") as port, relay_to(port) as relay:
        yield relay


@pytest.fixture
def store(relay: Relay) -> Iterator[Store]:
    """Over the relay, with a client made and nothing in the table `kept`."""
    relay.fault = None
    store = Store(f"http://127.0.0.1:{relay.port}/default?send_receive_timeout=1")
    for statement in TABLES:
        store.execute(statement)
    relay.requests.clear()
    yield store
    store.close()


def count(store: Store, query: str = COUNT) -> int:
    with store._lend() as lent:
        return int(lent.client.query(query).result_rows[0][0])


@pytest.mark.parametrize("cut", [0, 20])
def test_a_read_whose_connection_is_cut_is_asked_again(relay: Relay, store: Store, cut: int) -> None:
    with relay.having(Fault(cut_answer=cut, times=2)) as fault:
        assert store.query(READ)
    assert fault.met == 2


def test_a_read_outlives_a_server_that_starts_anew(relay: Relay, store: Store) -> None:
    relay.go()
    with pytest.raises(StoreUnavailableError):
        store.query(READ)
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError):
        store.query(READ)
    assert time.monotonic() - began < 4
    relay.come()
    assert store.query(READ)


@pytest.mark.parametrize(
    ("status", "code"), [("503 Service Unavailable", 0), ("502 Bad Gateway", 0), ("500 Error", 202)]
)
def test_a_read_is_asked_again_after_an_error_that_passes(relay: Relay, store: Store, status: str, code: int) -> None:
    with relay.having(Fault(answer=make_error(status, code), times=1)) as fault:
        assert store.query(READ)
    assert fault.met == 1


@pytest.mark.parametrize(("code", "words"), [(241, "Memory limit exceeded"), (252, "Too many parts")])
def test_an_insert_that_has_no_room_is_told_at_once_and_not_taken_for_its_rows_fault(
    relay: Relay, store: Store, code: int, words: str
) -> None:
    with relay.having(Fault(about=b"INSERT", answer=make_error("500 Error", code, words))) as fault:
        with pytest.raises(DatabaseError) as caught:
            store.insert("kept", {"id": [1]})
        assert words in str(caught.value)
    assert fault.met == 1
    assert not is_about_content(caught.value)
    assert count(store) == 0


@pytest.mark.parametrize("cut", [{"cut_sent": 200}, {"cut_answer": 0}], ids=["before it is taken", "after"])
def test_an_insert_whose_connection_is_cut_is_done_again_and_counts_once(
    relay: Relay, store: Store, cut: dict[str, int]
) -> None:
    store.insert("kept", {"id": [0]})
    with relay.having(Fault(about=b"INSERT", times=1, **cut)) as fault:
        store.insert("kept", {"id": [1, 2, 3]})
    assert fault.met == 1
    assert count(store) == 4


def test_a_statement_that_changes_tables_is_never_run_twice(relay: Relay, store: Store) -> None:
    with relay.having(Fault(cut_answer=0, times=1)) as fault:
        with pytest.raises(OperationalError):
            store.execute("INSERT INTO kept SELECT number FROM numbers(5)")
        assert fault.met == 1
    assert count(store, COPIES) == 5


def test_a_server_that_does_not_answer_in_time_is_given_up(relay: Relay, store: Store) -> None:
    store.query(READ)
    began = time.monotonic()
    with relay.having(Fault(delay_seconds=3)), pytest.raises(StoreUnavailableError, match="timed out"):
        store.query(READ)
    assert time.monotonic() - began < 10
    with relay.having(Fault(delay_seconds=1.5)):  # longer than a read may take
        store.execute("INSERT INTO kept SELECT 1")
    assert count(store) == 1


def test_columns_of_no_rows_are_there_and_empty(store: Store) -> None:
    store.execute("TRUNCATE TABLE schema_migrations")
    found = store.query_columns(READ)
    assert (list(found["name"]), list(found["checksum"])) == ([], [])


def test_lists_longer_than_a_server_takes_beside_a_query_are_asked_for_all_the_same(store: Store) -> None:
    names = [f"{number:032x}" for number in range(10_000)]
    store.insert("schema_migrations", {"name": names, "checksum": [""] * len(names)})
    query = "SELECT count() AS count FROM schema_migrations WHERE name IN {names:Array(String)}"
    with store._lend() as lent:
        assert lent.query(query, {"names": names}).result_rows == [(10_000,)]
    store.execute("DELETE FROM schema_migrations WHERE name IN {names:Array(String)}", names=names[1:])
    assert [row["name"] for row in store.query(READ)] == [names[0], "one"]


def test_only_rows_as_they_come_in_are_gathered_by_the_server(relay: Relay, store: Store) -> None:
    told = {}
    for table in ("otel_traces", "generations"):
        store.execute(f"CREATE TABLE IF NOT EXISTS {table} (id UInt64) ENGINE = ReplacingMergeTree ORDER BY id")
        store.insert(table, {"id": [1]})
        told[table] = dict(parse_qsl(urlsplit(relay.requests[-1].split(b" ")[1].decode()).query))
    gathered, by_itself = told.values()
    assert (gathered["async_insert"], gathered["wait_for_async_insert"]) == ("1", "1")
    assert by_itself["async_insert"] == "0"


def test_a_server_with_tls_and_a_user_is_believed_by_its_certificate_alone(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with start_clickhouse(
        tmp_path / "data", "--user", "tacit:p@ss", "--certificate", str(certificate), "--key", str(key)
    ) as port:
        address = f"https://tacit:p%40ss@localhost:{port}/default"
        Store(f"{address}?ca_cert={certificate}").execute("SELECT 1")
        for refused, reason in (
            (address, "certificate verify failed"),
            (f"https://tacit:p%40ss@127.0.0.1:{port}/default?ca_cert={certificate}", "IP address mismatch"),
            (f"https://tacit:wrong@localhost:{port}/default?ca_cert={certificate}", "Authentication failed"),
        ):
            with pytest.raises(StoreUnavailableError) as caught:
                Store(refused).execute("SELECT 1")
            assert reason in str(caught.value)
            assert "wrong" not in str(caught.value)
