"""Requests of thirty intents, written for this test, are found again by the shipped encoder."""

from functools import cache
from pathlib import Path

from sklearn.metrics import adjusted_mutual_info_score

from feedback.embedding import load_encoder
from feedback.failure_modes.grouping import Group, group_texts

NOWHERE = "nowhere"


def read_intents() -> tuple[list[str], list[str]]:
    """Texts, and the intent of each."""
    lines = (Path(__file__).parent / "intents.txt").read_text(encoding="utf-8").splitlines()
    told = [(text, intent) for intent, texts in (line.split(": ", 1) for line in lines) for text in texts.split(" | ")]
    return [text for text, _ in told], [intent for _, intent in told]


@cache
def find_groups() -> tuple[Group, ...]:
    return tuple(group_texts(read_intents()[0], load_encoder().embed))


def list_numbers(count: int) -> list[int]:
    numbers = [-1] * count
    for number, group in enumerate(find_groups()):
        for place in group.members:
            numbers[place] = number
    return numbers


def test_intents_are_found_again_without_their_number() -> None:
    texts, intents = read_intents()
    assert adjusted_mutual_info_score(intents, list_numbers(len(texts))) > 0.8
    assert 25 <= len(find_groups()) <= 40


def test_most_of_what_has_no_intent_is_in_no_group_and_little_else_is() -> None:
    texts, intents = read_intents()
    numbers = list_numbers(len(texts))
    outside = [number for number, intent in zip(numbers, intents, strict=True) if intent == NOWHERE]
    assert outside.count(-1) > 0.5 * len(outside)
    assert numbers.count(-1) < 0.25 * len(numbers)


def test_groups_have_names_that_tell_them_apart() -> None:
    titles = [group.name.title for group in find_groups()]
    assert len(set(titles)) == len(titles)
    assert {"password", "fractions", "alarm"} <= {word for title in titles for word in title.split(", ")}


def test_blank_texts_are_in_no_group() -> None:
    texts = ["where is my parcel?", "", "where is my parcel", " \n", "Where is my parcel?!"]
    [group] = group_texts(texts, load_encoder().embed, least=3)
    assert group.members == (0, 2, 4)
    assert group_texts(["", " "], load_encoder().embed) == []


def test_a_text_that_comes_most_often_does_not_hide_the_groups_of_others() -> None:
    texts, intents = read_intents()
    asked = [text for text, intent in zip(texts, intents, strict=True) if intent != NOWHERE]
    groups = group_texts([*["Track my order"] * 600, *asked], load_encoder().embed)
    assert set(range(600)) <= set(groups[0].members)
    assert len(groups[0].members) < 620
    assert len(groups) > 20
