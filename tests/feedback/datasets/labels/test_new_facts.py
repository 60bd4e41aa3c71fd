"""What a correction tells that was not there before."""

import pytest

from feedback.datasets.labels.new_facts import list_new_words

BEFORE = ["List three sorting algorithms in Python with their complexity.", "Here are three in Java: bubble sort, …"]


@pytest.mark.parametrize(
    "said",
    [
        "No, I asked for Python, not Java!",
        "that's wrong",
        "You didn't give the complexity.",
        "I said three algorithms, please read my question again",
        "Falsch, ich wollte Python",
        "Ce n'est pas ce que j'ai demandé, en Python !",
        "No es lo que pedí, en Python",
        "你错了",
        "",
    ],
)
def test_reproaches_and_words_that_stood_there_tell_nothing_new(said: str) -> None:
    assert list_new_words(said, BEFORE) == []


@pytest.mark.parametrize(
    ("said", "new"),
    [
        ("Use numpy instead", ["numpy"]),
        ("I said 4", ["4"]),
        ("No, the second one", ["second"]),
        ("shorter please", ["shorter"]),
        ("It is O(n log n).", ["n", "log", "n"]),
        ("Ошибка, это Питон", ["это", "питон"]),
    ],
)
def test_names_numbers_and_wishes_are_new(said: str, new: list[str]) -> None:
    assert list_new_words(said, BEFORE) == new


def test_plurals_are_no_news_and_other_numbers_are() -> None:
    assert list_new_words("the algorithm's sorts in Pythons", BEFORE) == []
    assert list_new_words("1990", ["1990s"]) == ["1990"]
