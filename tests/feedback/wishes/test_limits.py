import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.wishes.limits import find_limits, find_standing_limits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two sentences, please.", ("sentences", 2, 2)),
        ("at most 280 characters", ("characters", 0, 280)),
        ("write a 100-word summary", ("words", 60, 111)),
        ("Write about 200 words on tea", ("words", 180, 221)),
        ("between 50 and 80 words please", ("words", 45, 88)),
        ("at least 40 words about the moon please", ("words", 40, math.inf)),
        ("Give me 5 names for a cat", ("items", 5, 5)),
        ("in three bullet points", ("items", 3, 3)),
        ("write one paragraph about bees", ("paragraphs", 1, 1)),
        ("answer in one word: is Pluto a planet", ("words", 0, 1)),
        ("Antworte in höchstens zwei Sätzen", ("sentences", 0, 2)),
        ("résume en 3 phrases", ("sentences", 3, 3)),
        ("en 20 palabras como máximo", ("words", 0, 20)),
        ("resuma em no máximo duas frases", ("sentences", 0, 2)),
        ("spiegami l'inflazione in una frase", ("sentences", 1, 1)),
        ("leg uit in maximaal 20 woorden", ("words", 0, 20)),
        ("объясни в двух предложениях", ("sentences", 2, 2)),
        ("不超过100字", ("characters", 0, 100)),
        ("用一句话概括", ("sentences", 1, 1)),
        ("50字以内で答えて", ("characters", 0, 50)),
    ],
)
def test_a_limit_is_read_with_its_bounds(text: str, expected: tuple[str, float, float]) -> None:
    [limit] = find_limits(text)
    assert (limit.unit, limit.least, limit.most) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Summarise the 500 words below.",
        "a story about three dogs",
        "fix the first two sentences",
        "password must be at least 8 characters",
        "I count five maybes in two sentences",
        "That is four similes in three sentences.",
        "how many words are in a sentence?",
        "cut a string to 10 characters in python",
        "the last paragraph is scary",
        "you changed two words",
        "Outline for a 1,500-word essay",
        "les deux premières phrases sont bizarres",
        "mi texto de 500 palabras no tiene título",
        "der text hat zwei absätze, welcher ist besser?",
        "这三句话有什么问题？",
    ],
)
def test_a_number_of_something_else_is_no_limit(text: str) -> None:
    assert find_limits(text) == []


def test_instructions_are_read_whole_and_once() -> None:
    rules = "You help. " * 200 + "Answer in at most two sentences. " + "Be kind. " * 200
    [limit] = find_standing_limits(rules)
    assert (limit.unit, limit.most) == ("sentences", 2)
    assert find_standing_limits(rules) is find_standing_limits(rules)


@given(st.text(alphabet="0123456789 wordsentceairmxu,.-+~", max_size=120))
def test_any_text_is_read_and_bounds_are_in_order(text: str) -> None:
    assert all(0 <= limit.least <= limit.most and limit.start < limit.end for limit in find_limits(text))


def test_hostile_texts_take_no_long_time() -> None:
    start = time.process_time()
    find_standing_limits("9 " * 10_000 + "words " * 2_000)
    assert time.process_time() - start < 3.0
