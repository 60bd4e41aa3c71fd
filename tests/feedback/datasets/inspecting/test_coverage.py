"""A dataset against the traffic that it is made of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from feedback.datasets.inspecting.coverage import Covering, Seen, Topics, Traffic, find_topics, measure_coverage
from feedback.embedding import load_encoder
from feedback.failure_modes.clustering import normalise

NO_TOPICS = Topics((), ())
CARDS = [
    f"my card {verb} {place}" for verb in ("was stolen", "got lost", "is broken") for place in ("at home", "today")
]
TRAINS = [f"when does the train to {town} leave {when}?" for town in ("Oslo", "Rome", "Bonn") for when in ("", "today")]


def make_rows(count: int, **columns: Any) -> Covering:
    usual: dict[str, list[Any]] = {"languages": ["en"], "models": ["m"], "failure_modes": [0], "topics": [-1]}
    return Covering(**{name: columns.get(name, each * count) for name, each in usual.items()})


def cover(rows: Covering, traffic: Traffic, by: str) -> dict[str, dict[str, Any]]:
    told = measure_coverage(rows, traffic, NO_TOPICS, [-1] * len(traffic.sample))
    return {item["key"]: item for each in told if each["by"] == by for item in each["items"]}


def test_a_model_that_answers_often_and_is_hardly_in_the_rows_is_a_hole() -> None:
    traffic = Traffic(100, [Seen(f"c{number}", "hi", ("m" if number < 90 else "n",)) for number in range(100)])
    items = cover(make_rows(100, models=["m"] * 99 + ["n"]), traffic, "model")
    assert items["n"] == {
        "name": "n",
        "key": "n",
        "rows": 1,
        "share_of_rows": 0.01,
        "share_of_traffic": 0.1,
        "is_hole": True,
    }
    assert not items["m"]["is_hole"]


def test_what_a_few_rows_lack_by_chance_is_no_hole() -> None:
    traffic = Traffic(100, [Seen(f"c{number}", "hi", ("m" if number < 90 else "n",)) for number in range(100)])
    assert not cover(make_rows(20), traffic, "model")["n"]["is_hole"]
    assert cover(make_rows(60), traffic, "model")["n"]["is_hole"]


def test_what_comes_seldom_is_no_hole() -> None:
    traffic = Traffic(1_000, [Seen(f"c{number}", "hi", ("n" if number < 19 else "m",)) for number in range(1_000)])
    assert not cover(make_rows(10_000), traffic, "model")["n"]["is_hole"]


def test_conversations_in_no_failure_mode_are_no_hole_and_modes_have_their_titles() -> None:
    sample = [Seen(f"c{number}", "hi", ("m",), failure_mode=7 if number < 50 else 0) for number in range(100)]
    items = cover(make_rows(100, failure_modes=[0] * 100), Traffic(100, sample, {7: "card, lost"}), "failure_mode")
    assert (items["7"]["name"], items["7"]["is_hole"]) == ("card, lost", True)
    items = cover(make_rows(100, failure_modes=[7] * 100), Traffic(100, sample, {7: "card, lost"}), "failure_mode")
    assert not items[""]["is_hole"]


def test_the_language_of_the_traffic_is_that_of_what_was_written_first() -> None:
    german = "Wann fährt der nächste Zug nach Bonn, und was kostet die Fahrkarte für zwei Kinder?"
    english = "When does the next train to Bonn leave, and what is the price for two children?"
    sample = [Seen(f"c{number}", german if number < 30 else english, ("m",)) for number in range(100)]
    items = cover(make_rows(100), Traffic(100, sample), "language")
    assert (items["de"]["share_of_traffic"], items["de"]["is_hole"]) == (0.3, True)


def test_without_traffic_there_is_nothing_to_hold_rows_against() -> None:
    assert measure_coverage(make_rows(3), Traffic(0, ()), NO_TOPICS, ()) == []


def test_a_topic_of_the_traffic_that_no_row_is_about_is_a_hole() -> None:
    texts = CARDS * 10 + CARDS + TRAINS
    topics = find_topics(texts, load_encoder().embed)
    rows = make_rows(60, topics=topics.numbers[:60])
    told = measure_coverage(
        rows, Traffic(12, [Seen(text, text) for text in (*CARDS, *TRAINS)]), topics, topics.numbers[60:]
    )
    holes = [item for each in told if each["by"] == "topic" for item in each["items"] if item["is_hole"]]
    assert [hole["rows"] for hole in holes] == [0]
    assert "train" in holes[0]["name"]
    assert topics == find_topics(texts, load_encoder().embed)


def test_the_name_of_a_topic_tells_of_no_single_person() -> None:
    mine = [f"my card {verb} was stolen, account 90-1177 of Ferdinand" for verb in ("that", "which")]
    topics = find_topics(CARDS * 3 + mine * 9 + TRAINS * 3, load_encoder().embed)
    told = " ".join(topics.names)
    assert "card" in told
    assert "Ferdinand" not in told
    assert "90" not in told


def test_texts_that_share_no_word_are_no_topic_however_alike_they_are() -> None:
    dice = np.random.default_rng(1)
    shared = [f"card {number}{number}" for number in range(10)]
    lone = [chr(97 + number) * 5 for number in range(10)]

    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        places = np.array([[float(text.startswith("card")), float(not text.startswith("card"))] for text in texts])
        noise = dice.normal(0, 0.1, (len(texts), 8))
        return normalise((np.hstack([places, np.zeros((len(texts), 6))]) + noise).astype(np.float32))

    topics = find_topics(shared + lone, embed)
    assert topics.names == ("card",)
    assert [*topics.numbers] == [0] * 10 + [-1] * 10
