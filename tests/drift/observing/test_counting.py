"""Days are counted whole, by segment, with what their texts mean; what is gone is not counted."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from drift.detection.distances import FEATURES, draw_frequencies, map_vectors
from drift.detectors import Measured
from drift.observing import counting, days
from drift.observing.counting import COUNTING_AGAIN, DRIFT_DAYS, count_changed_days
from drift.observing.records import Observation, load_days, load_vectors, write_observations
from drift.observing.topics import Topics, load_topics, save_topics
from feedback import catching_up
from feedback.failures.records import pack_vectors
from tests.pages.conftest import Teller
from tracing.models import Project

DAY = date(2026, 11, 20)
START_NS = int(datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp()) * 10**9
VECTORS = np.eye(384, dtype=np.float32)


def observe(name: str, place: int | None = None, length: float | None = 3.0, **given: object) -> Observation:
    measured = {"turns": Measured(1, 2, 4)}
    if length is not None:
        measured["output_length"] = Measured(1, length, length**2)
    vector = b"" if place is None else pack_vectors(VECTORS[place : place + 1])[0]
    known = {"day": DAY, "service_name": "shop", "vector": vector, "measured": measured, "text_hash": 1}
    return Observation(name, **({"time_ns": START_NS} | known | given))  # type: ignore[arg-type]


def write(teller: Teller, *rows: Observation, gone: tuple[tuple[date, str], ...] = (), version: int = 5) -> None:
    write_observations(teller.store, teller.project.pk, rows, gone, version)


def test_a_day_is_summed_by_segment(teller: Teller) -> None:
    write(teller, observe("a", 1), observe("b", 2, None), observe("c", model="other"))
    assert DRIFT_DAYS.measure_lag(teller.store) > 0
    assert count_changed_days(teller.store) == 1
    assert DRIFT_DAYS.measure_lag(teller.store) == 0
    row, other = load_days(teller.store, teller.project.pk)
    assert (row.day, row.service_name, row.model, row.conversations) == (DAY, "shop", "", 2)
    assert row.metrics == ("output_length", "turns")
    assert [row.counts.tolist(), row.sums.tolist(), row.squares.tolist()] == [[1, 2], [3, 4], [9, 8]]
    assert (other.model, other.conversations, other.texts, row.texts) == ("other", 1, 0, 2)
    vectors = load_vectors(teller.store, teller.project.pk, row, DAY, DAY, 10)[1]
    frequencies, phases = draw_frequencies(384)
    assert row.features == pytest.approx(map_vectors(vectors, frequencies, phases).sum(axis=0), abs=1e-4)  # type: ignore[arg-type]
    assert row.features.shape == (FEATURES,)
    assert not len(row.topic_counts)


def test_topics_and_the_languages_beside_the_common_one_are_counted(teller: Teller) -> None:
    save_topics(teller.project.pk, Topics(VECTORS[:2], ("one", "two"), 7, "de", 300))
    write(
        teller,
        observe("a", 0, language="de"),
        observe("b", 1, None, language="en"),
        observe("c", 1, 5.0),
    )
    count_changed_days(teller.store)
    [row] = load_days(teller.store, teller.project.pk)
    assert row.topics_version == 7
    assert row.topic_counts.tolist() == [1, 2]
    assert (row.answer_counts.tolist(), row.answer_sums.tolist(), row.answer_squares.tolist()) == (
        [1, 1],
        [3, 5],
        [9, 25],
    )
    place = row.metrics.index("other_languages")
    assert (row.counts[place], row.sums[place]) == (2, 1)


def test_what_is_gone_is_not_counted_and_a_day_that_is_empty_has_no_row(teller: Teller) -> None:
    write(teller, observe("a", model="m"), observe("b", model="n"))
    count_changed_days(teller.store)
    write(teller, gone=((DAY, "a"),), version=6)
    assert count_changed_days(teller.store) == 1
    assert [row.model for row in load_days(teller.store, teller.project.pk)] == ["n"]
    write(teller, gone=((DAY, "b"),), version=7)
    count_changed_days(teller.store)
    assert load_days(teller.store, teller.project.pk) == []


def test_texts_are_summed_portion_by_portion(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    write(teller, *(observe(f"c{place}", place) for place in range(7)))
    count_changed_days(teller.store)
    [whole] = load_days(teller.store, teller.project.pk)
    monkeypatch.setattr(counting, "PORTION", 2)
    counting.count_days(teller.store, [(teller.project.pk, DAY.isoformat())])
    [parts] = load_days(teller.store, teller.project.pk)
    assert parts.texts == whole.texts == 7
    assert parts.features == pytest.approx(whole.features)


def test_days_that_other_topics_counted_are_counted_again(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "is_behind", lambda _: False)
    write(teller, observe("a", 0))
    count_changed_days(teller.store)
    COUNTING_AGAIN.forget_done()
    assert COUNTING_AGAIN.run(teller.store) == 0
    save_topics(teller.project.pk, Topics(VECTORS[:2], ("one", "two"), 7))
    assert COUNTING_AGAIN.run(teller.store) == 1
    assert COUNTING_AGAIN.run(teller.store) == 0
    assert [row.topic_counts.tolist() for row in load_days(teller.store, teller.project.pk)] == [[1, 0]]


def test_a_day_that_was_counted_while_topics_were_learnt_is_counted_again(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "is_behind", lambda _: False)
    write(teller, observe("a", 0))
    with monkeypatch.context() as patch:
        patch.setattr(counting, "load_topics", lambda _: None)
        save_topics(teller.project.pk, Topics(VECTORS[:2], ("one", "two"), 7))
        assert COUNTING_AGAIN.run(teller.store) == 0
        count_changed_days(teller.store)
    assert COUNTING_AGAIN.run(teller.store) == 1
    assert [row.topics_version for row in load_days(teller.store, teller.project.pk)] == [7]


def test_of_very_many_segments_the_small_ones_are_told_together(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "MOST_SEGMENTS", 4)
    write(
        teller,
        *(observe(f"big{place}", 0, prompt_version="1") for place in range(3)),
        *(observe(f"small{place}", 1, prompt_version=f"v{place}") for place in range(6)),
    )
    count_changed_days(teller.store)
    rows = {row.prompt_version: row for row in load_days(teller.store, teller.project.pk)}
    assert len(rows) <= 4
    assert (rows["1"].conversations, rows["(others)"].service_name) == (3, "shop")
    assert sum(row.conversations for row in rows.values()) == sum(row.texts for row in rows.values()) == 9


def test_projects_and_days_are_told_apart(teller: Teller) -> None:
    other = Teller(Project.objects.create(slug="other", name="Other"), teller.store)
    write(teller, observe("a"), observe("b", day=date(2026, 11, 21)))
    write(other, observe("a"))
    assert count_changed_days(teller.store) == 3
    assert [row.conversations for row in load_days(teller.store, teller.project.pk)] == [1, 1]
    assert [row.day for row in load_days(teller.store, teller.project.pk, since=date(2026, 11, 21))] == [
        date(2026, 11, 21)
    ]
    assert load_topics(teller.project.pk) is None
