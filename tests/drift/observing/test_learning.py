"""What users write about is learnt once there is enough of it, and anew when there is much more."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from drift.observing import learning
from drift.observing.learning import learn_all_topics
from drift.observing.records import Observation, write_observations
from drift.observing.topic_finding import choose_number, find_centres, name_topics
from drift.observing.topics import load_topics
from feedback.failure_modes.clustering import normalise
from feedback.failures.records import pack_vectors
from tests.pages.conftest import Teller
from tracing.stages import STOPPING

DAY = date(2026, 11, 20)
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
TEXTS = ("Where is my parcel?", "Reset the router", "Cancel my invoice", "Which shoes fit?")


def draw_vectors(count: int, topics: int = 4) -> np.ndarray:
    dice = np.random.default_rng(3)
    centres = dice.normal(size=(topics, 384))
    return normalise((centres[np.arange(count) % topics] + 0.7 * dice.normal(size=(count, 384))).astype(np.float32))


def write(teller: Teller, count: int) -> None:
    packed = pack_vectors(draw_vectors(count))
    rows = [
        Observation(f"c{place}", DAY, 0, language="nl" if place % 3 else "en", text_hash=1, vector=vector)
        for place, vector in enumerate(packed)
    ]
    write_observations(teller.store, teller.project.pk, rows, version=5)
    columns = {
        "conversation_id": [row.conversation_id for row in rows],
        "first_message": [f"{TEXTS[place % 4]} {place}" for place in range(count)],
        "first_time": [START] * count,
        "version": [5] * count,
    }
    teller.store.insert("conversations", {"project_id": [teller.project.pk] * count, **columns})


def test_topics_are_found_with_names_by_their_words(teller: Teller) -> None:
    write(teller, 300)
    assert learn_all_topics(teller.store) == 1
    topics = load_topics(teller.project.pk)
    assert topics is not None
    assert topics.language == "nl"
    assert len(topics.names) == len(topics.centres) == choose_number(300)
    told = " ".join(topics.names).lower()
    assert all(word in told for word in ("parcel", "router", "invoice", "shoes"))
    by_topic = [set(topics.assign(draw_vectors(300)[place::4]).tolist()) for place in range(4)]
    assert sum(map(len, by_topic)) == len(set.union(*by_topic)) == len(topics.names)


def test_few_conversations_make_no_topics_and_many_more_make_new_ones(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(teller, 40)
    assert learn_all_topics(teller.store) == 0
    monkeypatch.setattr(learning, "FEWEST_CONVERSATIONS", 40)
    assert learn_all_topics(teller.store) == 1
    first = load_topics(teller.project.pk)
    write(teller, 150)
    assert learn_all_topics(teller.store) == 0
    write(teller, 160)
    assert learn_all_topics(teller.store) == 1
    assert load_topics(teller.project.pk).version > first.version  # type: ignore[union-attr]


def test_nothing_is_learnt_while_the_process_ends(teller: Teller) -> None:
    write(teller, 300)
    STOPPING.set()
    try:
        assert learn_all_topics(teller.store) == 0
    finally:
        STOPPING.clear()


def test_no_word_of_a_name_is_of_one_or_two_people() -> None:
    own = ["my name is Barnaby", "Barnaby again", *["cancel order"] * 5]
    names = name_topics([own, ["reset router"] * 5, ["Kowalski"], []])
    assert "Barnaby" not in " ".join(names)
    assert ["cancel" in names[0], "router" in names[1], names[2:]] == [True, True, ("topic 3", "topic 4")]


def test_the_same_texts_a_thousand_times_are_one_topic() -> None:
    assert len(find_centres(np.tile(draw_vectors(1), (1_000, 1)), 8)) == 1
