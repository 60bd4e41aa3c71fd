import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing import words
from tracing.words import MAX_WORD_CHARACTERS, index_words, read_search, split_words


def test_the_examples_of_the_documentation_hold() -> None:
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, World! It's 3.14", ["hello", "world", "it", "s", "3", "14"]),
        ("Grüße aus der STRASSE", ["grüsse", "aus", "der", "strasse"]),
        ("user_id = getUser(foo.bar)", ["user", "id", "getuser", "foo", "bar"]),
        ("你好,世界", ["你", "好", "世", "界"]),
        ("東京タワー2号", ["東", "京", "タ", "ワ", "ー", "2", "号"]),
        ("مرحبا، بالعالم؟", ["مرحبا", "بالعالم"]),
        ("안녕 world", ["안", "녕", "world"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("great 👋🏽 and ❤️", ["great", "👋", "and", "❤"]),
        ("é and e\u0301", ["é", "and", "é"]),
        ("FULLwidth", ["fullwidth"]),
        ("-- '; \x00 !", []),
    ],
)
def test_words_of_every_script_are_told_apart(text: str, found: list[str]) -> None:
    assert split_words(text) == found


def test_long_words_are_cut() -> None:
    assert split_words("x" * 1000) == ["x" * MAX_WORD_CHARACTERS]


def test_no_phrase_reaches_from_one_text_into_the_next() -> None:
    assert index_words(["red button", "here"]) == ["red", "button", "", "here", ""]


@given(st.text(), st.text())
def test_words_do_not_depend_on_case_and_are_never_empty(text: str, other: str) -> None:
    found = split_words(text)
    assert "" not in found
    assert set(found) <= set(index_words([other, text.swapcase()])) | set(split_words(text))
    assert all(len(word) <= MAX_WORD_CHARACTERS for word in found)


@given(st.text())
def test_whatever_stands_in_a_text_is_found_by_pasting_it(text: str) -> None:
    assert set(read_search([text]).words) <= set(index_words([text]))
    assert set(read_search(text.split()).words) <= set(index_words([text]))
