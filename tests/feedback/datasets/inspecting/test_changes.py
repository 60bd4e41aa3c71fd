"""How much of a text was changed, and edits that are carried over to another version of it."""

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.datasets.inspecting.changes import carry_over, count_common, measure_change

WORDS = st.lists(st.sampled_from(["a", "b", "c", "dd"]), max_size=12)


def count_slowly(one: list[str], other: list[str]) -> int:
    """The textbook's table."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = row
        row = [0]
        for place, each in enumerate(other):
            row.append(before[place] + 1 if word == each else max(before[place + 1], row[place]))
    return row[-1]


@given(WORDS, WORDS)
def test_common_words_are_counted_as_by_the_textbook(one: list[str], other: list[str]) -> None:
    assert count_common(one, other) == count_common(other, one) == count_slowly(one, other)


@given(WORDS, WORDS)
def test_the_share_is_at_most_what_matching_blocks_give(one: list[str], other: list[str]) -> None:
    change = measure_change(" ".join(one), " ".join(other))
    assert 0 <= change <= 1 - SequenceMatcher(None, one, other, autojunk=False).ratio() + 1e-9
    assert (change == 0) == (one == other)


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ("今天下雨", "今天下雪", 0.25),
        ("Costs 5 euros.", "Costs 6 euros.", 0.25),
        ("same  words", "same words\n", 0.0),
        ("", "new", 1.0),
    ],
)
def test_words_marks_and_characters_without_spaces_count(before: str, after: str, share: float) -> None:
    assert measure_change(before, after) == share


def test_long_texts_that_are_unlike_take_no_time() -> None:
    texts = [" ".join(str(number * number % prime) for number in range(20_000)) for prime in (97, 89)]
    assert 0.3 < measure_change(*texts) < 0.9


MARKED = "# Title\n\nUse **bold** words, `code()` and [link](http://x.y/z).\n\n- one\n- two"
SHOWN = "Title\n\nUse bold words, code() and link.\n\none\ntwo"


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("bold", "fat", MARKED.replace("bold", "fat")),
        ("two", "three", MARKED.replace("two", "three")),
        ("Title", "New title", MARKED.replace("Title", "New title")),
        ("two", "two\nthree", MARKED + "\nthree"),
        ("Use", "Do use", MARKED.replace("Use", "Do use")),
    ],
)
def test_an_edit_of_what_is_shown_leaves_the_markup(old: str, new: str, marked: str) -> None:
    assert carry_over(SHOWN, SHOWN.replace(old, new), MARKED) == marked


def test_a_change_that_runs_over_markup_is_not_carried_over() -> None:
    assert carry_over(SHOWN, SHOWN.replace("bold words, code()", "code"), MARKED) is None


def test_an_edit_of_another_text_is_not_carried_over() -> None:
    assert carry_over("quite another", "quite one", MARKED) is None


def test_where_nothing_is_marked_the_edit_is_the_text() -> None:
    assert carry_over("one  two", "three", "one two") == "three"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_texts_are_taken(shown: str, edited: str, written: str) -> None:
    carry_over(shown, edited, written)
