"""What a process gives back: networks that nobody asks for, and code of the engine, which goes on answering."""

import sys
from functools import cache
from pathlib import Path

import pytest

from config import memory
from tracing.store import Store


def test_a_network_that_nobody_asks_for_is_forgotten_and_loaded_again() -> None:
    loaded = []
    load = cache(lambda: loaded.append(1))
    unused = memory.Unused([load])
    load()
    unused.forget()
    load()
    unused.forget()
    assert load.cache_info().currsize == 1
    unused.forget()
    assert load.cache_info().currsize == 0
    load()
    assert len(loaded) == 2
    unused.forget()
    assert load.cache_info().currsize == 1


def test_the_engine_answers_after_its_code_was_given_back(store: Store) -> None:
    memory.give_back()
    store.execute("CREATE TABLE given_back (n UInt64) ENGINE = MergeTree ORDER BY n")
    store.insert("given_back", {"n": [1, 2]})
    memory.give_back()
    store.execute("OPTIMIZE TABLE given_back FINAL")
    with store._lend() as lent:
        assert lent.client.query("SELECT sum(n) FROM given_back").result_rows == [(3,)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")
def test_the_code_of_the_engine_is_found(store: Store) -> None:
    found = memory.find_code(Path("/proc/self/maps").read_text(encoding="utf-8"))
    assert sum(end - start for start, end in found) > 50_000_000
