"""The card of the detectors holds: measured again on the chats in the repository, nothing fell."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.accuracy import hearing
from benchmarks.accuracy.document import escape, write_document
from benchmarks.accuracy.hearing import FULL, KINDS, PLATFORM, STATIC, Heard, hear, read, summarise
from benchmarks.accuracy.measure import DOCUMENT, check, find_fallen
from benchmarks.accuracy.others import hear_exchanges, measure_halves, measure_unseen
from benchmarks.accuracy.pools import POOLS
from feedback.accuracy import load_card
from feedback.reactions.reaction import Exchange
from feedback.training.chats import Labelled

CONVERSATION = {
    "conversation_id": "c",
    "turns": [
        {"role": "user", "content": "capital of australia?"},
        {"role": "assistant", "content": "Sydney."},
        {"role": "user", "content": "no, that's wrong, it's Canberra"},
        {"role": "assistant", "content": "Sorry."},
        {"role": "user", "content": "thank you!"},
    ],
}


def test_the_quick_reader_is_as_right_as_its_card_says() -> None:
    assert check([STATIC.name]) == []


@pytest.mark.slow
def test_both_readers_are_as_right_as_their_card_says() -> None:
    assert check([PLATFORM.name, FULL.name]) == []


def test_the_document_tells_the_card_that_is_shipped() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == write_document(load_card())


def test_a_figure_that_fell_is_named() -> None:
    card = load_card()
    better = replace(card, mean_average_precision=dict.fromkeys(card.mean_average_precision, 0.999))
    assert find_fallen(card, card, [STATIC.name]) == []
    [fallen] = find_fallen(better, card, [STATIC.name])
    assert fallen.startswith("mean AP, static: 0.")
    assert find_fallen(card, better, [STATIC.name]) == []


def test_what_is_heard_stands_by_its_message() -> None:
    heard = hear([CONVERSATION, CONVERSATION | {"conversation_id": "d"}], STATIC)
    assert set(heard) == {(0, 2), (0, 4), (1, 2), (1, 4)}
    assert heard[0, 2] == heard[1, 2]
    assert max(KINDS, key=lambda kind: heard[0, 2].scores.get(kind, 0.0)) == "correction"
    assert max(KINDS, key=lambda kind: heard[0, 4].scores.get(kind, 0.0)) == "praise"
    assert heard[0, 4].signed_tone > 0
    assert heard[0, 4].highest == heard[0, 4].scores["praise"]


def test_a_message_of_which_nothing_is_told_is_neutral() -> None:
    assert summarise([]) == Heard()
    assert (Heard().highest, Heard().fires, Heard().tone) == (0.0, False, "neutral")


def test_the_platform_reads_a_tenth_again_as_if_feedback_were_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine of ten are feedback here and fill a twentieth there, so all nine fit into the tenth; the other does not."""
    shares = []

    class Reader:
        def read(self, exchanges: list[Exchange], *, share: float) -> list[hearing.Reading]:
            shares.append(share)
            tones = {"negative": 0.0, "neutral": 1.0, "positive": 0.0}
            scores = [1 - number / 100 for number in range(len(exchanges))]
            return [hearing.Reading(score, {}, {}, tones, "static") for score in scores]

    monkeypatch.setattr(hearing, "load_reader", Reader)
    read([Exchange("m", "r", "a")] * 10, PLATFORM, np.array([True] * 9 + [False]))
    assert shares == [0.0, 0.9]


def test_pools_are_told_by_message_and_reason() -> None:
    message = Labelled(Exchange("no error here", "r", "Done?"), frozenset(), frozenset(), "neutral", "en", "c", "f", 2)
    found = {name for name, holds in POOLS.items() if holds(message, "the next step")}
    assert found >= {"the next step of the task", "has words of failure", "answers the assistant's question", "short"}
    assert found >= {"opens with no, but, actually, wait"}
    assert not found & {"long", "quotes something", "play, jokes, small talk"}


def test_texts_of_users_are_shown_in_the_document_and_do_nothing() -> None:
    assert escape("a | <b>*x*</b> [l](u) `c`") == r"a \| &lt;b&gt;\*x\*&lt;/b&gt; \[l\](u) \`c\`"


def test_other_sets_are_heard_through_the_same_door() -> None:
    sample = hear_exchanges([("capital of australia?", "Sydney.", "no, it's Canberra"), ("hi", "Hello!", "thank you!")])
    assert set(sample.heard) == {"static", "full"}
    assert all(len(heard) == 2 for heard in sample.heard.values())
    assert sample.score(lambda heard: heard[1].scores["praise"])["static"] > 0.5


def test_thresholds_are_chosen_on_other_texts() -> None:
    truth, scores = np.array([False, True] * 20), np.array([0.1, 0.6] * 10 + [0.12, 0.9] * 10)
    groups = np.arange(40) // 20
    assert measure_halves(truth, np.arange(40) % 4 // 2, scores) == 1.0
    assert measure_unseen(truth, groups, scores) == pytest.approx(1.0)
