"""Rows that were written come back, by conversation, by day, by filter."""

from datetime import UTC, date, datetime

import numpy as np

from drift.detectors import Measured
from drift.observing.records import Observation, load_filtered_days, load_observations, load_vectors, write_observations
from feedback.failures.records import pack_vectors
from tests.pages.conftest import Teller
from tracing.filter_language import read_filter
from tracing.filter_sql import Where, compile_filter

DAY = date(2026, 11, 20)
START_NS = int(datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp()) * 10**9
VECTORS = -np.eye(384, dtype=np.float32)


def observe(name: str, language: str = "en", **given: object) -> Observation:
    measured = {"input_length": Measured(1, 2, 4), "refusals": Measured(1, 1)}
    return Observation(name, DAY, START_NS, "shop", "live", "3", "m", language, measured, 7, **given)  # type: ignore[arg-type]


def test_what_was_observed_comes_back_and_what_is_gone_does_not(teller: Teller) -> None:
    row = observe("a", vector=pack_vectors(VECTORS[200:201])[0])
    write_observations(teller.store, teller.project.pk, [row, observe("b")], version=5)
    found = load_observations(teller.store, teller.project.pk, ["a", "b", "c"])
    assert set(found) == {"a", "b"}
    assert (found["a"].measured, found["a"].vector, found["a"].time_ns) == (row.measured, row.vector, START_NS)
    assert found["b"].vector == b""
    write_observations(teller.store, teller.project.pk, [], [(DAY, "a")], version=6)
    assert set(load_observations(teller.store, teller.project.pk, ["a", "b"])) == {"b"}


def test_days_of_a_filter_are_summed_by_metric(teller: Teller) -> None:
    teller.tell("a", user_id="ann")
    teller.tell("b")
    rows = [observe("a", "de"), observe("b", "en")]
    write_observations(teller.store, teller.project.pk, rows, version=5)
    where = compile_filter(read_filter("user:ann"), "conversations", teller.now_ns)
    [day] = load_filtered_days(teller.store, teller.project.pk, where, DAY, DAY, language="en")
    assert (day.day, day.conversations) == (DAY, 1)
    assert day.metrics == ("input_length", "other_languages", "refusals")
    assert (day.counts.tolist(), day.sums.tolist(), day.squares.tolist()) == ([1, 1, 1], [2, 1, 1], [4, 0, 0])
    [both] = load_filtered_days(teller.store, teller.project.pk, Where())
    assert both.counts.tolist() == [2, 2]


def test_vectors_of_a_segment_come_with_their_conversations(teller: Teller) -> None:
    packed = pack_vectors(VECTORS[:3])
    rows = [observe(name, vector=vector) for name, vector in zip("abc", packed, strict=True)]
    write_observations(teller.store, teller.project.pk, rows, version=5)
    ids, vectors = load_vectors(teller.store, teller.project.pk, rows[0], DAY, DAY, 10)
    assert sorted(ids) == ["a", "b", "c"]
    assert {name: int(row.argmin()) for name, row in zip(ids, vectors, strict=True)} == {"a": 0, "b": 1, "c": 2}
    other = Observation("x", DAY, START_NS, "shop", "live", "4")
    assert load_vectors(teller.store, teller.project.pk, other, None, None, 10)[0] == []
    assert len(load_vectors(teller.store, teller.project.pk, None, None, None, 2)[0]) == 2
