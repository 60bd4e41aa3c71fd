from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.reactions.classifier import ClassifierError
from feedback.reactions.reaction import Exchange, Reading
from feedback.reactions.reader import Reader, load_reader
from feedback.reactions.static import read_static

EXCHANGES = [
    Exchange("and of New Zealand?", "What is the capital of Australia?", "Canberra."),
    Exchange(
        "no, that's wrong, I asked for the capital", "What is the capital of Australia?", "Sydney is its largest."
    ),
    Exchange("use tabs", "Indent it.", "Done."),
    Exchange("thanks, that worked!", "How do I undo a commit?", "Run `git reset --soft HEAD~1`."),
]


def mark_all(exchanges: Sequence[Exchange], quick: Sequence[Reading]) -> list[Reading]:
    assert len(exchanges) == len(quick)
    return [replace(each, tier="transformer") for each in quick]


def list_thorough(share: float) -> list[str]:
    readings = Reader(mark_all).read(EXCHANGES, share=share)
    return [each.message for each, reading in zip(EXCHANGES, readings, strict=True) if reading.tier == "transformer"]


def test_the_likeliest_are_read_again() -> None:
    assert list_thorough(0.5) == [EXCHANGES[1].message, EXCHANGES[3].message]


def test_a_share_is_rounded_up() -> None:
    assert len(list_thorough(0.01)) == 1


def test_a_share_of_nothing_is_read_quickly_alone() -> None:
    assert Reader(mark_all).read(EXCHANGES, share=0) == read_static(EXCHANGES)


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"share is 1\.5"):
        Reader(mark_all).read(EXCHANGES, share=1.5)


def test_both_readers_agree_on_what_is_plain() -> None:
    following, wrong, tabs, thanks = load_reader().read_thoroughly(EXCHANGES)
    assert thanks.kinds["praise"] > 0.5
    assert thanks.tones["positive"] > 0.5
    assert min(wrong.feedback, thanks.feedback) > 0.5 > max(following.feedback, tabs.feedback)
    assert {following.tier, wrong.tier} == {"transformer"}


def test_nothing_is_read_as_nothing() -> None:
    assert load_reader().read_thoroughly([]) == []


def test_a_directory_without_a_classifier_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match=str(tmp_path)):
        load_reader(tmp_path)
